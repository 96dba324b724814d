from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL.Image
import pytest
import tifffile
from PIL import ImageCms

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import reader
from pinxit.image.png import encode_png, png_chunk
from pinxit.image.reader import MAX_PIXELS
from tests.image.files import jxl_of, png_of, profile_with


def gradient(height: int = 12, width: int = 20) -> np.ndarray[Any, Any]:
    """A picture none of whose turns and mirrorings equals another: uint8 `(H, W, 3)`."""
    y, x = np.mgrid[:height, :width]
    return np.stack([x * 12, y * 20, (x * y) % 256], -1).astype(np.uint8)


def file_of(image: PIL.Image.Image, kind: str = "png", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def as_uint8(picture: pictures.Picture) -> np.ndarray[Any, Any]:
    return pictures.to_array(picture)


TURNED = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).transpose(1, 0, 2),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["png", "tiff", "webp"])
def test_orientation(orientation: int, kind: str) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    lossless = {"lossless": True} if kind == "webp" else {}
    picture = pictures.read(file_of(PIL.Image.fromarray(gradient()), kind, exif=exif, **lossless))
    assert np.array_equal(as_uint8(picture), TURNED[orientation](gradient()))


@pytest.mark.parametrize("orientation", [3, 6])
def test_orientation_of_deep_pictures(orientation: int) -> None:
    """16 bits go another way through the code."""
    deep = gradient().astype(np.uint16) * 257 + 3
    png = cv2.imencode(".png", np.ascontiguousarray(deep[..., ::-1]))[1].tobytes()
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    chunk = b"eXIf" + exif.tobytes().removeprefix(b"Exif\0\0")
    png = png[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[33:]
    picture = pictures.read(png)
    assert np.array_equal(pictures.to_array(picture, np.uint16), TURNED[orientation](deep))


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("kind", [".png", ".tiff"])
def test_sixteen_bits_at_full_depth(channels: int, kind: str) -> None:
    deep = np.random.default_rng(0).integers(1, 65536, (9, 7, channels), dtype=np.uint16)
    if kind == ".png":
        order = [2, 1, 0, 3][:channels] if channels > 1 else [0]
        content = cv2.imencode(kind, np.ascontiguousarray(deep[..., order]))[1].tobytes()
    else:
        file = io.BytesIO()
        tifffile.imwrite(file, deep.squeeze(), photometric="rgb" if channels > 1 else "minisblack")
        content = file.getvalue()
    picture = pictures.read(content)
    expected = deep if channels > 1 else deep.repeat(3, 2)
    assert np.array_equal(pictures.to_array(picture, np.uint16), expected)


def test_grey_palette_and_one_bit() -> None:
    colors = PIL.Image.fromarray(gradient())
    for mode in ("L", "P", "1"):
        converted = colors.convert(mode)
        expected = np.asarray(converted.convert("RGB"))
        assert np.array_equal(as_uint8(pictures.read(file_of(converted))), expected), mode


def test_palette_and_grey_with_a_transparent_colour() -> None:
    grey = PIL.Image.fromarray(gradient()[..., 0])
    picture = pictures.read(file_of(grey, transparency=24))
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha == 0, gradient()[..., 0] == 24)
    palette = PIL.Image.fromarray(gradient()).quantize(8)
    picture = pictures.read(file_of(palette, transparency=bytes([0, 128] + [255] * 6)))
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha == 0, np.asarray(palette) == 0)
    assert np.allclose(picture.alpha[np.asarray(palette) == 1], 128 / 255)


def test_colour_under_transparency_is_grown_in_from_what_is_seen() -> None:
    pixels = np.zeros((20, 20, 4), np.uint8)
    pixels[5:15, 5:15] = (200, 40, 10, 255)
    picture = pictures.read(file_of(PIL.Image.fromarray(pixels)))
    assert np.allclose(picture.pixels, np.array([200, 40, 10])[:, None, None] / 255)
    half = pictures.resize(picture, 7, 7)
    assert half.alpha is not None
    assert 0 < half.alpha[1, 3] < 1, "an edge pixel, half seen"
    assert np.allclose(half.pixels[:, 1, 3], np.array([200, 40, 10]) / 255, atol=1e-3)


def test_all_transparent_is_a_picture() -> None:
    picture = pictures.read(file_of(PIL.Image.new("RGBA", (4, 4), (9, 9, 9, 0))))
    assert picture.alpha is not None
    assert picture.alpha.max() == 0


def test_opaque_alpha_is_none() -> None:
    assert pictures.read(file_of(PIL.Image.new("RGBA", (4, 4), "red"))).alpha is None


def test_colour_profile_is_applied() -> None:
    """A wide profile of our own: the same numbers mean stronger colours in it."""
    wide = _matrix_profile()
    plain = pictures.read(file_of(PIL.Image.new("RGB", (4, 4), (150, 100, 90))))
    converted = pictures.read(file_of(PIL.Image.new("RGB", (4, 4), (150, 100, 90)), icc_profile=wide))
    assert converted.pixels[0, 0, 0] > plain.pixels[0, 0, 0] + 0.02
    assert converted.pixels[2, 0, 0] < plain.pixels[2, 0, 0]
    grey = pictures.read(file_of(PIL.Image.new("RGB", (4, 4), (128, 128, 128)), icc_profile=wide))
    assert np.ptp(grey.pixels) < 0.02, "grey stays grey"


def _matrix_profile() -> bytes:
    """sRGB's profile with Display P3's primaries, adapted to D50 (Apple's published values)."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    count = struct.unpack(">I", profile[128:132])[0]
    for number in range(count):
        entry = 132 + 12 * number
        tag, offset, _ = struct.unpack(">4sII", profile[entry : entry + 12])
        if tag in primaries:
            profile[offset + 8 : offset + 20] = struct.pack(">3i", *(round(v * 65536) for v in primaries[tag]))
        if tag == b"desc":
            length = struct.unpack(">I", profile[entry + 8 : entry + 12])[0]
            text = profile[offset : offset + length]
            profile[offset : offset + length] = text.replace(b"s\0R\0G\0B", b"w\0i\0d\0e").replace(b"sRGB", b"wide")
    return bytes(profile)


def test_broken_profile_is_said_and_taken_as_srgb() -> None:
    picture = pictures.read(file_of(PIL.Image.new("RGB", (4, 4), "red"), icc_profile=b"nonsense" * 30))
    assert any("profile" in note for note in picture.notes)
    assert np.allclose(picture.pixels[:, 0, 0], [1, 0, 0])


def test_cmyk() -> None:
    ink = PIL.Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    picture = pictures.read(file_of(ink, "jpeg", quality=100))
    assert picture.pixels[0].min() > 0.85, "red"
    assert picture.pixels[1:].max() < 0.25


def test_animation_is_its_first_frame_and_said() -> None:
    frames = [PIL.Image.new("RGB", (8, 8), color) for color in ("red", "lime", "blue")]
    picture = pictures.read(file_of(frames[0], "gif", save_all=True, append_images=frames[1:]))
    assert picture.notes == ("has 3 frames: the first one is used.",)
    assert np.allclose(picture.pixels[:, 0, 0], [1, 0, 0])


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff", "avif"])
def test_truncated_is_an_error_not_half_a_picture(share: float, kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    content = file_of(PIL.Image.fromarray(noise), kind)
    with pytest.raises(PinxitError):
        pictures.read(content[: int(share * len(content))])


def test_bomb_is_refused_from_its_header(tmp_path: Path) -> None:
    import resource

    header = struct.pack(">IIBBBBB", 60000, 60000, 8, 6, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n"
    for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b"")):
        png += struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    (tmp_path / "bomb.png").write_bytes(png)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PinxitError, match=r"60000×60000|pixels"):
        pictures.read(tmp_path / "bomb.png")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000, "KiB"


def test_text_bomb_is_refused() -> None:
    huge = zlib.compress(b"a" * 80_000_000)
    chunk = b"zTXt" + b"comment\0\0" + huge
    plain = file_of(PIL.Image.new("RGB", (4, 4)))
    bomb = plain[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + plain[33:]
    with pytest.raises(PinxitError):
        pictures.read(bomb)


def test_just_too_many_pixels() -> None:
    wide = PIL.Image.new("1", (MAX_PIXELS // 1000 + 1, 1000))
    with pytest.raises(PinxitError, match="megapixels"):
        pictures.read(file_of(wide))


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "portrait.jpg").touch()
    with pytest.raises(PinxitError, match=r"did you mean .*portrait\.jpg\?"):
        pictures.read(tmp_path / "potrait.jpg")


@pytest.mark.parametrize("name", ["a\0b.png", "x" * 300 + ".png", "-o", "Ünïcödé 🎨.png"])
def test_odd_names_are_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(PinxitError) as raised:
        pictures.read(str(tmp_path / name))
    assert "\n" not in str(raised.value)


def test_place_is_not_kept_but_the_camera_is() -> None:
    exif = PIL.Image.Exif()
    exif[0x010F] = "Camera"
    exif.get_ifd(0x8825)[1] = "N"
    picture = pictures.read(file_of(PIL.Image.new("RGB", (4, 4)), "jpeg", exif=exif))
    kept = PIL.Image.Exif()
    kept.load(picture.exif or b"")
    assert kept[0x010F] == "Camera"
    assert 0x8825 not in kept


def test_sentences_about_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_BYTES", 3 * 2**20)
    (tmp_path / "empty.png").touch()
    for length, name in ((3 * 2**20, "most.png"), (3 * 2**20 + 1, "long.png")):
        with (tmp_path / name).open("wb") as file:
            file.truncate(length)
    os.mkfifo(tmp_path / "pipe.png")
    for name, sentence in {
        "": f"{tmp_path} is a folder: give a picture.",
        "empty.png": f"{tmp_path}/empty.png is empty: give a picture.",
        "long.png": f"{tmp_path}/long.png has more than 3 MiB: give a smaller file.",
        "most.png": f"{tmp_path}/most.png is not a picture that pinxit reads, or is damaged: give {reader.KINDS_READ}.",
        "pipe.png": f"{tmp_path}/pipe.png is not a regular file: give a picture.",
        "zebra-crossing": f"there is no file {tmp_path}/zebra-crossing: check the name and the folder.",
        "a\0b": f"'{tmp_path}/a\\x00b' cannot be read (its name is not allowed): give a picture.",
        "x" * 300: f"'{tmp_path}/{'x' * 300}' cannot be read (File name too long): give a picture.",
    }.items():
        with pytest.raises(PinxitError) as caught:
            pictures.read(f"{tmp_path}/{name}")
        assert str(caught.value) == sentence


def test_sentences_about_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_PIXELS", 5_000_000)
    wide = np.zeros((2000, 2501), np.uint8)
    for content in (file_of(PIL.Image.fromarray(wide)), jxl_of(wide)):
        with pytest.raises(PinxitError) as caught:
            pictures.read(content)
        assert str(caught.value) == "the picture has 2501×2000 px, more than 5 megapixels: make it smaller first."
    for size in ((0, 5), (5, 0)):
        with pytest.raises(PinxitError, match=r"^has no pixels: give a picture\.$"):
            reader.decode(PIL.Image.new("RGB", size))


def test_one_pixel_is_a_picture() -> None:
    for content in (jxl_of(np.full((1, 1, 3), 51, np.uint8)), file_of(PIL.Image.new("RGB", (1, 1), (51, 51, 51)))):
        assert np.array_equal(as_uint8(pictures.read(content)), [[[51, 51, 51]]])


def test_a_profile_counts_for_palettes_and_for_grey_with_transparency() -> None:
    profile = _matrix_profile()
    colors = PIL.Image.fromarray(gradient()).quantize(8)
    expected = pictures.read(file_of(colors.convert("RGB"), icc_profile=profile))
    assert np.array_equal(pictures.read(file_of(colors, icc_profile=profile)).pixels, expected.pixels)
    linear = profile_with("line", primaries={}, gamma=1.0)
    grey = PIL.Image.fromarray(gradient()[..., 0])
    clear = PIL.Image.merge("LA", (grey, PIL.Image.new("L", grey.size, 99)))
    found = pictures.read(file_of(clear, icc_profile=linear))
    assert np.array_equal(found.pixels, pictures.read(file_of(grey, icc_profile=linear)).pixels)
    assert found.alpha == pytest.approx(np.full((12, 20), 99 / 255))
    assert found.notes == ()


def test_a_curve_counts_for_deep_grey() -> None:
    """Between the 256 levels that the colour engine converts, it is interpolated."""
    linear = profile_with("line", primaries={}, gamma=1.0)
    ramp = np.linspace(3000, 65535, 500).astype(np.uint16)[None].repeat(2, 0)
    found = pictures.read(png_of(ramp, (b"iCCP", b"line\0\0" + zlib.compress(linear))))
    light = ramp[0] / 65535
    assert found.pixels[1, 0] == pytest.approx(1.055 * light ** (1 / 2.4) - 0.055, abs=0.004)
    assert len(np.unique(found.pixels[0])) > 400
    broken = pictures.read(png_of(ramp, (b"iCCP", b"line\0\0" + zlib.compress(b"nonsense" * 30))))
    assert np.allclose(broken.pixels[0, 0], light, atol=1e-5)
    assert "has a broken colour profile: its colours are taken as sRGB." in broken.notes


@pytest.mark.parametrize("kind", ["ico", "pcx", "sgi", "dds", "jpeg2000", "eps", "pdf"])
def test_kinds_that_are_rare_as_photographs_are_not_decoded(kind: str) -> None:
    content = file_of(PIL.Image.new("RGB", (16, 16), "red"), kind)
    with pytest.raises(PinxitError, match="is not a picture that pinxit reads, or is damaged: give JPEG, PNG"):
        pictures.read(content)


@pytest.mark.parametrize(
    ("content", "deep", "clear"),
    [
        (file_of(PIL.Image.new("RGB", (4, 4))), False, False),
        (file_of(PIL.Image.new("RGBA", (4, 4))), False, True),
        (file_of(PIL.Image.new("I;16", (4, 4))), True, False),
        (file_of(PIL.Image.new("I;16B", (4, 4)), "tiff"), True, False),
        (file_of(PIL.Image.new("I", (4, 4)), "tiff"), True, False),
        (file_of(PIL.Image.new("F", (4, 4)), "tiff"), True, False),
        (png_of(np.zeros((4, 4, 3), np.uint16)), True, False),
    ],
    ids=["8 bits", "transparent", "grey", "big endian", "32 bits", "floats", "16 bits"],
)
def test_the_memory_that_is_asked_for(content: bytes, deep: bool, clear: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(reader, "check_room", lambda *size, **depth: asked.append((size, depth)))
    pictures.read(content)
    assert asked == [((4, 4), {"clear": clear, "deep": deep})]


def test_as_many_pixels_as_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    for content in (file_of(PIL.Image.fromarray(gradient())), jxl_of(gradient())):
        monkeypatch.setattr(reader, "MAX_PIXELS", 12 * 20)
        assert pictures.read(content).width == 20
        monkeypatch.setattr(reader, "MAX_PIXELS", 12 * 20 - 1)
        with pytest.raises(PinxitError, match="has 20×12 px, more than"):
            pictures.read(content)


@pytest.mark.parametrize(("size", "sentence"), [((0, 9), "has no pixels: give a picture."), ((9, 0), "has no pixels")])
def test_a_psd_of_no_pixels(size: tuple[int, int], sentence: str) -> None:
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, *size, 8, 3)
    with pytest.raises(PinxitError, match=f"^the picture {sentence}"):
        pictures.read(header + bytes(12))


def test_wide_colours_with_transparency_of_each_depth() -> None:
    """One picture is muted, so that sRGB holds it, and one is not."""
    wide = (b"iCCP", b"wide\0\0" + zlib.compress(_matrix_profile()))
    alpha = np.linspace(0.2, 1, 64, dtype=np.float32).reshape(8, 8)
    for color, gamut in (((0.5, 0.45, 0.4), "srgb"), ((1.0, 0.0, 0.0), "p3")):
        made = pictures.Picture(np.full((3, 8, 8), np.array(color, np.float32)[:, None, None]), alpha)
        for bits in (8, 16):
            found = pictures.read(encode_png(made, bits, png_chunk(*wide)), wide=True)
            assert found.gamut == gamut
            assert found.alpha == pytest.approx(alpha, abs=1e-4 if (bits, gamut) == (16, "p3") else 0.003)
            if gamut == "p3":
                assert found.pixels[:, 4, 4] == pytest.approx(color, abs=0.005)
