"""16 bits a channel, exactly, in every way that files store them."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image.orientation import upright
from pinxit.image.png import png_chunk
from tests.image.files import Array, png_of, profile_with, tiff_of

WIDE = {
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}


def numbers(*shape: int, largest: int = 65535) -> Array:
    """Uint16, none of them zero, so that as alpha they hide nothing."""
    return np.random.default_rng(1).integers(1, largest, shape, np.uint16, endpoint=True)


def as_uint16(content: bytes) -> Array:
    return pictures.to_array(pictures.read(content), np.uint16)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"byteorder": ">"},
        {"tile": (16, 16)},
        {"rowsperstrip": 3},
        {"compression": "zlib"},
        {"compression": "zlib", "predictor": True},
    ],
    ids=str,
)
def test_layouts_of_tiff(channels: int, layout: dict[str, Any]) -> None:
    array = numbers(40, 37, channels)
    extra = ["unassalpha"] if channels == 4 else None
    assert np.array_equal(as_uint16(tiff_of(array, extrasamples=extra, **layout)), array)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("shape", [(4, 6), (4, 6, 3), (4, 6, 4)])
def test_orientations_of_tiff(orientation: int, shape: tuple[int, ...]) -> None:
    """PIL and OpenCV both turn a TIFF by themselves: it must not be turned again."""
    array = numbers(*shape)
    extra = ["unassalpha"] if shape[2:] == (4,) else None
    content = tiff_of(array, extrasamples=extra, extratags=[(274, 3, 1, orientation, True)])
    expected = upright(array, orientation)
    assert np.array_equal(as_uint16(content), expected if array.ndim == 3 else expected[..., None].repeat(3, 2))


def test_associated_alpha_is_divided_out() -> None:
    alpha = numbers(30, 20, 1)
    straight = numbers(30, 20, 3)
    stored = np.concatenate([(straight * (alpha / 65535)).round(), alpha], axis=2).astype(np.uint16)
    picture = pictures.read(tiff_of(stored, extrasamples=["assocalpha"]))
    rounding = 1 / alpha[..., 0]  # what was rounded away counts the more, the less the pixel is seen
    assert (np.abs(picture.pixels - straight.transpose(2, 0, 1) / 65535) < rounding + 1e-6).all()
    assert picture.alpha == pytest.approx(alpha[..., 0] / 65535, abs=1e-7)


def test_a_fourth_channel_of_no_known_meaning_is_not_transparency() -> None:
    array = numbers(8, 9, 4)
    picture = pictures.read(tiff_of(array, extrasamples=["unspecified"]))
    assert picture.alpha is None
    assert np.array_equal(pictures.to_array(picture, np.uint16), array[..., :3])


def test_separate_planes_are_refused_where_both_decoders_err() -> None:
    with pytest.raises(PinxitError, match="interleaved"):
        pictures.read(tiff_of(numbers(3, 8, 9), planarconfig="separate"))
    array = numbers(8, 9, 3)
    compressed = pictures.read(tiff_of(array.transpose(2, 0, 1).copy(), planarconfig="separate", compression="zlib"))
    assert np.abs(compressed.pixels - array.transpose(2, 0, 1) / 65535).max() < 1 / 255


def test_grey_where_zero_is_white() -> None:
    array = numbers(4, 6)
    assert np.array_equal(as_uint16(tiff_of(array, photometric="miniswhite"))[..., 0], 65535 - array)


def test_twelve_bits() -> None:
    """Two numbers in three bytes, written by hand: 0, 4095, 2048, 1."""
    data = bytes.fromhex("000fff800001")
    tags = [(256, 4), (257, 1), (258, 12), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, len(data))]
    tags = [(tag, 8 if tag == 273 else value) for tag, value in tags]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    directory = directory.replace(struct.pack("<HHI", 258, 4, 1), struct.pack("<HHI", 258, 3, 1))
    content = b"II*\0" + struct.pack("<I", 8 + len(data)) + data + directory + bytes(4)
    assert pictures.read(content).pixels[0, 0] == pytest.approx([0, 1, 2048 / 4095, 1 / 4095])


@pytest.mark.parametrize("largest", [256, 1023, 4095, 65535])
@pytest.mark.parametrize("kind", ["P5", "P6"])
def test_white_of_ppm_is_what_its_header_says(kind: str, largest: int) -> None:
    array = numbers(5, 6, 3 if kind == "P6" else 1, largest=largest)
    content = f"{kind}\n# 9 9 9\n6 5\n{largest}\n".encode() + array.astype(">u2").tobytes()
    expected = np.broadcast_to(array / largest, (5, 6, 3)).transpose(2, 0, 1)
    assert pictures.read(content).pixels == pytest.approx(expected, abs=1 / 65535)


def test_a_ppm_header_without_end_takes_no_time() -> None:
    with pytest.raises(PinxitError):
        pictures.read(b"P6" + b" \n#\n" * 3000)


def test_transparent_colour_of_png() -> None:
    grey = numbers(5, 6)
    picture = pictures.read(png_of(grey, (b"tRNS", struct.pack(">H", grey[2, 3]))))
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha == 0, grey == grey[2, 3])
    color = numbers(5, 6, 3)
    picture = pictures.read(png_of(color, (b"tRNS", struct.pack(">3H", *color[2, 3]))))
    assert picture.alpha is not None
    assert np.array_equal(picture.alpha == 0, (color == color[2, 3]).all(axis=2))
    seen = picture.alpha == 1
    assert np.array_equal(pictures.to_array(picture, np.uint16)[seen][:, :3], color[seen])


def test_grey_with_alpha_of_png() -> None:
    array = numbers(5, 6, 2)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in array)
    header = struct.pack(">IIBBBBB", 6, 5, 16, 4, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    found = as_uint16(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks))
    assert np.array_equal(found[..., 0], array[..., 0])
    assert np.array_equal(found[..., 3], array[..., 1])


def test_a_profile_costs_depth_and_that_is_said() -> None:
    profile = profile_with("wide", primaries=WIDE)
    array = numbers(8, 9, 3)
    picture = pictures.read(png_of(array, (b"iCCP", b"wide\0\0" + zlib.compress(profile))))
    assert picture.notes == ("has more than 8 bits a channel: it is read with 8.",)
    srgb = profile_with("sRGB", primaries={})
    assert np.array_equal(as_uint16(png_of(array, (b"iCCP", b"srgb\0\0" + zlib.compress(srgb)))), array)


def test_floating_point() -> None:
    grey = np.random.default_rng(0).random((5, 6), np.float32)
    assert np.array_equal(pictures.read(tiff_of(grey)).pixels[0], grey)
    for bad in (grey * 4, grey - 1, np.full_like(grey, np.nan), np.full_like(grey, np.inf)):
        with pytest.raises(PinxitError):
            pictures.read(tiff_of(bad))
    with pytest.raises(PinxitError, match="8 or 16 bits"):
        pictures.read(tiff_of(grey[..., None].repeat(3, 2)))


def test_pil_pictures_of_numbers() -> None:
    array = numbers(5, 6)
    for image in (PIL.Image.fromarray(array), PIL.Image.fromarray(array.astype(np.int32))):
        assert np.array_equal(pictures.to_array(pictures.from_pil(image), np.uint16)[..., 0], array)
