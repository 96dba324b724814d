"""OpenRaster and PSD: layers out and in, by name; hostile files; and what GIMP and Krita make of them."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import PIL.Image
import pytest
from PIL import ImageChops

import pinxit
from pinxit import Picture, PinxitError
from pinxit import image as pictures
from pinxit.image.layers import Layer
from pinxit.recipe.options import SettingsOptions
from tests.image.files import Array, file_of
from tests.screen import with_screen

if TYPE_CHECKING:
    from psd_tools import PSDImage

KINDS = ("ora", "psd")
STACK = b'<image w="%d" h="%d"><stack><layer name="A" src="a.png" x="%d" y="0"/></stack></image>'


def layered(picture: Picture) -> list[Layer]:
    """The picture upside down and hidden, the left half of it, and the picture."""
    alpha = np.zeros((picture.height, picture.width), np.float32)
    alpha[:, : picture.width // 2] = 1
    return [
        Layer("turned", picture.with_pixels(picture.pixels[:, ::-1].copy()), "multiply", visible=False),
        Layer("Ölbild 天, left", Picture(picture.pixels, alpha), "screen", visible=False),
        Layer("all", picture),
    ]


def archive(*members: tuple[str, bytes], mimetype: bytes = b"image/openraster") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("mimetype", mimetype)
        for name, content in members:
            made.writestr(name, content)
    return file.getvalue()


def off(a: Array, b: Array) -> float:
    """The largest difference, in levels of 8 bits."""
    return float(np.abs(a - b).max() * 255)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bits", [8, 16])
def test_what_is_written_is_read(cat: Picture, tmp_path: Path, kind: str, bits: int) -> None:
    path = pictures.write(cat, tmp_path / f"a.{kind}", layers=layered(cat), bits=bits, recipe='{"a": 1}')  # type: ignore[arg-type]
    assert off(pictures.read(path).pixels, cat.pixels) < (0.51 if bits == 8 else 0.003)
    assert pictures.read_recipe(path) == '{"a": 1}'
    assert off(pictures.read(f"{path}#turned").pixels, cat.pixels[:, ::-1]) < 0.51
    half = pictures.read(f"{path}#Ölbild 天, left")
    assert half.alpha is not None
    assert half.alpha[:, : cat.width // 2].min() == 1
    assert half.alpha[:, cat.width // 2 :].max() == 0
    assert [found.name for found in pictures.tree(tmp_path)] == [path.name]


@pytest.mark.parametrize("kind", KINDS)
def test_transparency_and_resolution(cat: Picture, tmp_path: Path, kind: str) -> None:
    alpha = np.linspace(0, 1, cat.height * cat.width, dtype=np.float32).reshape(cat.height, cat.width)
    path = pictures.write(Picture(cat.pixels, alpha, dpi=150), tmp_path / f"a.{kind}")
    read = pictures.read(path)
    assert read.alpha is not None
    assert off(read.alpha, alpha) < 0.51
    seen = alpha > 0.3  # on white, PSD rounds colours by 0.5 and transparency by 0.5, which divides them
    assert off(read.pixels[:, seen], cat.pixels[:, seen]) < (0.51 if kind == "ora" else 3.4)


def test_equal_pictures_give_equal_bytes(cat: Picture) -> None:
    first, second = (pictures.to_bytes(cat, kind="ORA", layers=layered(cat)) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
def test_mistakes_have_a_sentence(cat: Picture, tmp_path: Path, kind: str) -> None:
    path = pictures.write(cat, tmp_path / f"a.{kind}", layers=[*layered(cat), Layer("all", cat)])
    with pytest.raises(PinxitError, match=rf"a\.{kind} has no layer 'sky': its layers are "):
        pictures.read(f"{path}#sky")
    with pytest.raises(PinxitError, match=r"has 2 layers called 'all'"):
        pictures.read(f"{path}#all")
    flat = tmp_path / "flat.psd"
    flat.write_bytes(file_of(pictures.to_pil(cat)))
    with pytest.raises(PinxitError, match=r"flat\.psd has no layers: leave out #sky"):
        pictures.read(f"{flat}#sky")
    with pytest.raises(PinxitError, match="there is no file"):
        pictures.read(tmp_path / "b.psd#sky")


def test_a_file_of_that_very_name_is_read(cat: Picture, tmp_path: Path) -> None:
    path = tmp_path / "a.psd#1.png"
    path.write_bytes(file_of(pictures.to_pil(cat)))
    assert pictures.read(path).width == cat.width


def test_a_layer_beside_the_canvas_is_cut(cat: Picture, tmp_path: Path) -> None:
    png = file_of(pictures.to_pil(cat))
    path = tmp_path / "a.ora"
    path.write_bytes(archive(("stack.xml", STACK % (cat.width, cat.height, cat.width - 10)), ("a.png", png)))
    with pytest.raises(PinxitError, match="holds no merged picture"):
        pictures.read(path)
    read = pictures.read(f"{path}#A")
    assert read.alpha is not None
    assert off(read.pixels[:, :, -10:], cat.pixels[:, :, :10]) < 0.51
    assert read.alpha[:, -10:].min() == 1
    assert read.alpha[:, :-10].max() == 0


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        (b"<image", "damaged"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><image w="1" h="1"/>', "declares a document type"),
        (b"<svg/>", "is not OpenRaster's"),
        (STACK % (100_000, 100_000, 0), "more than 100 megapixels"),
        (STACK % (0, 10, 0), "has no pixels"),
        (b'<image><stack><layer name="A" src="a.png"/></stack></image>', "have no places"),
        (b'<image w="9" h="9"><stack><layer name="A" src="../../etc/passwd"/></stack></image>', "is missing"),
        (b'<image w="9" h="9"><stack name="A"/></image>', "has a group called 'A'"),
        (b"<image>" + b" " * 2**20 + b"</image>", "more than 1 MiB"),
    ],
)
def test_hostile_archives(cat: Picture, tmp_path: Path, stack: bytes, sentence: str) -> None:
    png = file_of(pictures.to_pil(cat))
    (tmp_path / "a.ora").write_bytes(archive(("stack.xml", stack), ("a.png", png), ("mergedimage.png", png)))
    with pytest.raises(PinxitError, match=rf"^\S*a\.ora .*{sentence}"):
        pictures.read(tmp_path / "a.ora#A")


def test_a_merged_picture_that_is_none(tmp_path: Path) -> None:
    for content in (b"GIF89a", b"", b"\x89PNG\r\n\x1a\n" + bytes(99)):
        with pytest.raises(PinxitError):
            pictures.read(archive(("mergedimage.png", content)))


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_give_a_picture_or_a_sentence(cat: Picture, tmp_path: Path, kind: str) -> None:
    small = pictures.fit(cat, 24)
    path = pictures.write(small, tmp_path / f"a.{kind}", layers=layered(small))
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    refused = 0
    for trial in range(120):
        broken = bytearray(whole)
        for _ in range(1 + trial % 8):
            # Most of what a reader trusts stands at the beginning.
            broken[int(random.integers(len(broken) if trial % 2 else 400))] = int(random.integers(256))
        path.write_bytes(broken[: int(random.integers(30, len(broken)))] if trial % 5 == 0 else broken)
        for name in (path, f"{path}#all"):
            try:
                assert pictures.read(name).pixels.max() <= 1
            except PinxitError:
                refused += 1
    assert refused > 20


def test_a_psd_that_declares_too_many_pixels(cat: Picture, tmp_path: Path) -> None:
    path = pictures.write(cat, tmp_path / "a.psd")
    content = bytearray(path.read_bytes())
    content[14:22] = (30_000).to_bytes(4, "big") * 2
    with pytest.raises(PinxitError, match=r"has 30000×30000 px, more than 100 megapixels"):
        pictures.read(bytes(content))


def test_the_extra_is_named(cat: Picture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = pictures.write(cat, tmp_path / "a.psd")
    monkeypatch.setitem(sys.modules, "psd_tools", None)
    with pytest.raises(PinxitError, match=r"a\.psd is a PSD picture, which needs .*pinxit\[psd\]"):
        pictures.read(path)
    with pytest.raises(PinxitError, match=r"pip install 'pinxit\[psd\]', or end the name in \.ora"):
        pictures.check_writable(tmp_path / "b.psd", overwrite=False)


def test_depths_and_modes_of_photoshop(cat: Picture, tmp_path: Path) -> None:
    from psd_tools import PSDImage

    image = pictures.to_pil(cat)
    for mode in ("L", "CMYK", "RGBA"):
        file = io.BytesIO()
        # Photoshop stores inks the other way round.
        PSDImage.frompil(ImageChops.invert(image.convert(mode)) if mode == "CMYK" else image.convert(mode)).save(file)
        read = pictures.read(file.getvalue())
        expected = np.asarray(image.convert(mode).convert("RGB"), np.float32).transpose(2, 0, 1) / 255
        assert off(read.pixels, expected) < 3, mode


def psd_of_parts() -> PSDImage:
    """A file with a group, an empty layer, and a layer of a red square."""
    from psd_tools import PSDImage

    made = PSDImage.new("RGB", (8, 6))
    made.create_group(name="Trees")
    made.create_pixel_layer(PIL.Image.new("RGBA", (4, 3), "red"), name="Sky", top=1, left=2)
    return made


def test_parts_of_a_psd(tmp_path: Path) -> None:
    path = tmp_path / "a.psd"
    psd_of_parts().save(str(path))
    sky = pictures.read(f"{path}#Sky")
    assert sky.alpha is not None
    assert np.argwhere(sky.alpha).min(0).tolist() == [1, 2]
    assert np.argwhere(sky.alpha).max(0).tolist() == [3, 5]
    for name, sentence in {
        "Trees": r"a\.psd has a group called 'Trees': name a layer in it\.",
        "Sea": r"a\.psd has no layer 'Sea'.*Sky",
    }.items():
        with pytest.raises(PinxitError, match=sentence):
            pictures.read(f"{path}#{name}")
    (tmp_path / "cut.psd").write_bytes(path.read_bytes()[:20])
    with pytest.raises(PinxitError, match=r"cut\.psd is damaged or incomplete"):
        pictures.read(tmp_path / "cut.psd")


def test_a_psd_without_its_merged_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from psd_tools import PSDImage

    path = tmp_path / "a.psd"
    psd_of_parts().save(str(path))
    monkeypatch.setattr(PSDImage, "has_preview", lambda _: False)
    with pytest.raises(PinxitError, match=r"a\.psd was saved without its merged picture: .* as in file\.psd#Layer"):
        pictures.read(path)


GIMP_SCRIPT = """
(define (show-only image names)
  (for-each (lambda (l) (gimp-item-set-visible l (if (member (car (gimp-item-get-name l)) names) TRUE FALSE)))
            (vector->list (cadr (gimp-image-get-layers image)))))
(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "a.psd" "a.psd"))))
  (show-only image '("Colour" "Strokes, darker" "Strokes, lighter"))
  (let ((flat (car (gimp-layer-new-from-visible image image "flat"))))
    (gimp-image-insert-layer image flat 0 -1)
    (file-png-save RUN-NONINTERACTIVE image flat "parts.png" "parts.png" 0 9 0 0 0 0 0))
  (gimp-file-save RUN-NONINTERACTIVE image (car (gimp-image-get-active-drawable image)) "gimp.psd" "gimp.psd")
  (gimp-quit 0))
"""


@pytest.fixture
def painted(cat: Picture, tmp_path: Path) -> Path:
    """A folder with a painting as a.psd and a.ora."""
    options: SettingsOptions = {"preset": "instant", "network": "live", "size": 96}
    for kind in KINDS:
        pinxit.stylize("sample:cat", "house:swirl", output=tmp_path / f"a.{kind}", **options)
    return tmp_path


@pytest.mark.skipif(shutil.which("gimp") is None, reason="GIMP is not installed here")
@pytest.mark.slow(reason="starts GIMP: 10 s on two busy cores")
def test_gimp_shows_the_parts_as_the_painting(painted: Path) -> None:
    done = subprocess.run(
        ["gimp", "-i", "-d", "-f", "-b", "-"],
        input=GIMP_SCRIPT, cwd=painted, capture_output=True, text=True, timeout=600,
        env={**os.environ, "HOME": str(painted)},
    )  # fmt: skip
    assert (painted / "parts.png").exists(), done.stdout + done.stderr
    painting = pictures.read(painted / "a.psd").pixels
    assert off(pictures.read(painted / "parts.png").pixels, painting) < 2.5
    assert off(pictures.read(painted / "gimp.psd#Painting").pixels, painting) < 1.1


@pytest.mark.skipif(
    shutil.which("krita") is None or shutil.which("xvfb-run") is None, reason="Krita is not installed here"
)
@pytest.mark.slow(reason="starts Krita twice: 15 s on two busy cores, a minute when it starts for the first time")
@pytest.mark.parametrize("kind", KINDS)
def test_krita_keeps_the_layers(painted: Path, kind: str) -> None:
    done = subprocess.run(
        [*with_screen(), "krita", f"a.{kind}", "--export", "--export-filename", f"krita.{kind}"],
        cwd=painted, capture_output=True, text=True, timeout=600,
        env={**os.environ, "HOME": str(painted)},
    )  # fmt: skip
    made = painted / f"krita.{kind}"
    assert made.exists(), done.stdout + done.stderr
    for layer in ("", "#Painting", "#Photograph", "#Colour", "#Strokes, darker", "#Strokes, lighter"):
        before, after = (pictures.read(f"{path}{layer}") for path in (painted / f"a.{kind}", made))
        assert off(before.pixels, after.pixels) < 1.1, layer
