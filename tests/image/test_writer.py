from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.image import Picture
from pinxit.image.reader import open_image
from pinxit.image.writer import KINDS, check_kind, check_place

LOSSLESS = (".png", ".tif")


@pytest.fixture(scope="module")
def noise() -> Picture:
    random = np.random.default_rng(0)
    return Picture(random.random((3, 24, 17), np.float32), (random.integers(1, 256, (24, 17)) / 255).astype(np.float32))


@pytest.mark.parametrize("kind", LOSSLESS)
@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (16, np.uint16)])
def test_lossless_round_trip(tmp_path: Path, noise: Picture, kind: str, bits: Any, dtype: Any) -> None:
    path = pictures.write(noise, tmp_path / f"a{kind}", bits=bits)
    assert np.array_equal(pictures.to_array(pictures.read(path), dtype), pictures.to_array(noise, dtype))


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_comes_back_close_with_its_size_and_profile(tmp_path: Path, kind: str) -> None:
    cat = pictures.fit(pictures.sample("cat"), 128)
    path = pictures.write(cat, tmp_path / f"a{kind}")
    assert np.abs(pictures.read(path).pixels - cat.pixels).mean() < 0.012
    with open_image(path.read_bytes()) if kind == ".ora" else PIL.Image.open(path) as image:
        assert image.info.get("icc_profile") or image.info.get("srgb") is not None


@pytest.mark.parametrize("kind", [".png", ".webp", ".tif", ".avif"])
def test_alpha_comes_back(tmp_path: Path, kind: str, noise: Picture) -> None:
    back = pictures.read(pictures.write(noise, tmp_path / f"a{kind}", quality=100))
    assert back.alpha is not None
    assert np.abs(back.alpha - noise.alpha).max() <= (0.02 if kind == ".avif" else 1e-6)  # type: ignore[operator]


def test_jpeg_lays_transparency_on_white(tmp_path: Path) -> None:
    clear = Picture(np.zeros((3, 8, 8), np.float32), np.zeros((8, 8), np.float32))
    assert pictures.read(pictures.write(clear, tmp_path / "a.jpg")).pixels.min() > 0.98


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path, noise: Picture) -> None:
    for kind in KINDS:
        one, other = (pictures.write(noise, tmp_path / f"{name}{kind}", recipe="{}") for name in "ab")
        assert one.read_bytes() == other.read_bytes(), kind


@settings(max_examples=20)
@given(
    text=st.text(max_size=300).map(lambda text: "{" + text),
    kind=st.sampled_from(list(KINDS)),
    bits=st.sampled_from([8, 16]),
)
def test_recipe_round_trip(tmp_path_factory: pytest.TempPathFactory, text: str, kind: str, bits: Any) -> None:
    ascii_text = text.encode("ascii", "backslashreplace").decode().replace("\0", "")
    deep: Any = bits if kind in (".png", ".tif", ".tiff") else 8
    path = tmp_path_factory.mktemp("r") / f"a{kind}"
    pictures.write(Picture(np.zeros((3, 8, 8), np.float32)), path, recipe=ascii_text, bits=deep)
    assert pictures.read_recipe(path) == ascii_text
    assert pictures.read(path).width == 8


def test_recipe_and_camera_live_together(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x010F] = "Camera"
    source = tmp_path / "source.jpg"
    PIL.Image.new("RGB", (8, 8)).save(source, exif=exif)
    picture = pictures.read(source)
    for kind in (".png", ".jpg", ".webp", ".avif"):
        path = pictures.write(picture, tmp_path / f"a{kind}", recipe='{"a": 1}')
        assert pictures.read_recipe(path) == '{"a": 1}'
        with PIL.Image.open(path) as image:
            assert image.getexif()[0x010F] == "Camera", kind


def test_no_recipe_is_none(tmp_path: Path) -> None:
    path = pictures.write(Picture(np.zeros((3, 8, 8), np.float32)), tmp_path / "a.png")
    assert pictures.read_recipe(path) is None


def test_refuses_to_overwrite_and_leaves_what_is_there(tmp_path: Path, noise: Picture) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"precious")
    with pytest.raises(PinxitError, match="--overwrite"):
        pictures.write(noise, path)
    with pytest.raises(PinxitError, match="--overwrite"):
        write_atomic(b"x", path, overwrite=False)
    assert path.read_bytes() == b"precious"
    pictures.write(noise, path, overwrite=True)
    assert os.listdir(tmp_path) == ["a.png"]  # noqa: PTH208


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing_behind(
    tmp_path: Path, noise: Picture, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    def fails(_: int) -> None:
        raise failure

    (tmp_path / "a.png").write_bytes(b"precious")
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises((PinxitError, KeyboardInterrupt)):
        pictures.write(noise, tmp_path / "a.png", overwrite=True)
    assert os.listdir(tmp_path) == ["a.png"]  # noqa: PTH208
    assert (tmp_path / "a.png").read_bytes() == b"precious"


def test_a_real_limit_on_the_disk(tmp_path: Path) -> None:
    script = (
        "import resource, signal, numpy, pinxit\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "pixels = numpy.random.default_rng(0).random((3, 64, 64), numpy.float32)\n"
        "try:\n    pinxit.write(pinxit.Picture(pixels), 'a.png')\n"
        "except pinxit.PinxitError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "a.png cannot be written" in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("folder", "is a folder: name a file"),
        ("nul\0.png", "cannot be written .*choose another name"),
        ("file.txt/a.png", "is a file, not a folder"),
    ],
)
def test_where_no_picture_can_be_written(tmp_path: Path, name: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file.txt").touch()
    with pytest.raises(PinxitError, match=sentence):
        check_place(tmp_path / name, overwrite=False)


@pytest.mark.parametrize(
    ("name", "bits", "sentence"),
    [("a.png", 12, "8 or 16 bits a channel, not 12"), ("a.jpg", 16, "cannot hold 16 bits a channel")],
)
def test_bits_that_a_file_cannot_hold(name: str, bits: int, sentence: str) -> None:
    with pytest.raises(PinxitError, match=sentence):
        check_kind(name, bits)


def test_quality_and_dots_per_inch_of_a_jpeg(noise: Picture) -> None:
    with pytest.raises(PinxitError, match="quality goes from 1 to 100, not 101"):
        pictures.to_bytes(noise, kind="JPEG", quality=101)
    content = pictures.to_bytes(replace(noise, dpi=300), kind="JPEG")
    assert PIL.Image.open(io.BytesIO(content)).info["dpi"] == (300, 300)
