"""JPEG XL, OpenEXR and camera raw: what is read, at which depth and in which colours; hostile files; missing packages."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import PIL.TiffImagePlugin
import pytest

from pinxit import Picture, PinxitError
from pinxit import image as pictures
from pinxit.image import camera_raw, jpeg_xl
from pinxit.image.colorspaces import srgb_to_linear
from pinxit.image.primaries import P3_XY, SRGB_XY, to_xyz
from tests.image.files import dng_of, exr_of, jxl_of

RAW = (64, 96)  # height and width of the sensor


@pytest.mark.parametrize("name", ["a.jxl", "noext"])
def test_jpeg_xl(cat: Picture, tmp_path: Path, name: str) -> None:
    array = pictures.to_array(cat, np.uint16)
    (tmp_path / name).write_bytes(jxl_of(array))
    assert np.array_equal(pictures.to_array(pictures.read(tmp_path / name), np.uint16), array)
    assert [path.name for path in pictures.tree(tmp_path)] == [name]
    assert pictures.read_recipe(tmp_path / name) is None


def test_jpeg_xl_of_other_kinds(cat: Picture) -> None:
    array = pictures.to_array(cat)
    lossy = pictures.read(jxl_of(array, lossless=False, distance=1.0))
    assert np.abs(lossy.pixels - cat.pixels).mean() < 0.02
    gray = pictures.read(jxl_of(array[..., 0]))
    assert np.array_equal(pictures.to_array(gray)[..., 1], array[..., 0])
    clear = np.concatenate([array, np.full((*array.shape[:2], 1), 100, np.uint8)], axis=2)
    assert pictures.read(jxl_of(clear)).alpha == pytest.approx(np.full(array.shape[:2], 100 / 255))


@pytest.mark.parametrize(
    "size", [(1, 1), (8, 256), (256, 8), (64, 96), (300, 400), (333, 777), (9, 5000), (1080, 1920)]
)
def test_the_size_of_a_jpeg_xl_is_known_before_it_is_decoded(size: tuple[int, int]) -> None:
    for array in (np.zeros((*size, 3), np.uint8), np.zeros((*size, 3), np.uint16)):
        assert jpeg_xl.size_of(jxl_of(array, lossless=False)) == size[::-1]
        assert jpeg_xl.size_of(jxl_of(array)) == size[::-1]


def boxes(codestream: bytes) -> dict[str, bytes]:
    """Containers of a JPEG XL (ISO 18181-2): all in one box, in parts, behind others, in one of 64 bits."""
    begin = bytes.fromhex("0000000c4a584c200d0a870a") + bytes.fromhex("00000014667479706a786c20000000006a786c20")

    def box(kind: bytes, content: bytes) -> bytes:
        return (8 + len(content)).to_bytes(4, "big") + kind + content

    middle = len(codestream) // 2
    parts = box(b"jxlp", bytes(4) + codestream[:middle]) + box(b"jxlp", b"\x80\0\0\1" + codestream[middle:])
    return {
        "one": begin + box(b"jxlc", codestream),
        "parts": begin + parts,
        "behind": begin + box(b"Exif", bytes(10)) + box(b"jxlc", codestream),
        "long": begin + b"\0\0\0\1jxlc" + (16 + len(codestream)).to_bytes(8, "big") + codestream,
        "to the end": begin + b"\0\0\0\0jxlc" + codestream,
    }


@pytest.mark.parametrize("how", ["one", "parts", "behind", "long", "to the end"])
def test_containers_of_jpeg_xl(how: str) -> None:
    array = np.random.default_rng(0).integers(0, 256, (24, 36, 3), np.uint8)
    content = boxes(jxl_of(array))[how]
    assert jpeg_xl.size_of(content) == (36, 24)
    assert np.array_equal(pictures.to_array(pictures.read(content)), array)


@pytest.mark.parametrize("end", [b"", b"\0\0\0\7Exif", b"\0\0\0\x09Exif!", b"\0\0\0\x0ajxlc\xff\x0a"])
def test_damaged_containers_of_jpeg_xl(end: bytes) -> None:
    content = boxes(b"")["one"][:-8] + end
    with pytest.raises(PinxitError, match=r"^the picture is damaged or incomplete: get it again"):
        pictures.read(content)


def test_a_jpeg_xl_of_too_many_pixels_is_not_decoded() -> None:
    # A codestream whose header declares 2^30 pixels a side, and nothing else.
    header = bytes.fromhex("ff0a") + ((0 | 3 << 1 | (2**30 - 1) << 3 | 1 << 33).to_bytes(14, "little"))
    with pytest.raises(PinxitError, match=r"has 1073741824×1073741824 px, more than 100 megapixels"):
        pictures.read(header)


def test_openexr_is_linear_light(cat: Picture, tmp_path: Path) -> None:
    light = srgb_to_linear(cat.pixels).transpose(1, 2, 0)
    for kind, tolerance in ((np.float32, 1e-5), (np.float16, 1e-3)):
        (tmp_path / "a.exr").write_bytes(exr_of(tmp_path, {"RGB": np.ascontiguousarray(light, dtype=kind)}))
        read = pictures.read(tmp_path / "a.exr")
        assert read.alpha is None
        assert not read.notes
        assert np.abs(read.pixels - cat.pixels).max() < tolerance
    assert [path.name for path in pictures.tree(tmp_path)] == ["a.exr", "made.exr"]


def test_openexr_of_other_kinds(cat: Picture, tmp_path: Path) -> None:
    light = np.ascontiguousarray(srgb_to_linear(cat.pixels).transpose(1, 2, 0), dtype=np.float32)
    alpha = np.full((*light.shape[:2], 1), 0.5, np.float32)
    clear = pictures.read(exr_of(tmp_path, {"RGBA": np.concatenate([light * alpha, alpha], axis=2)}))
    assert clear.alpha == pytest.approx(alpha[..., 0])
    assert np.abs(clear.pixels - cat.pixels).max() < 1e-4
    gray = pictures.read(exr_of(tmp_path, {"Y": light[..., 0].copy()}))
    assert np.abs(gray.pixels[2] - cat.pixels[0]).max() < 1e-5
    bright = pictures.read(exr_of(tmp_path, {"RGB": light * 8}))
    assert bright.notes == ("has light brighter than white, which is clipped.",)
    wild = light.copy()
    wild[0, 0], wild[0, 1] = np.nan, np.inf
    assert np.isfinite(pictures.read(exr_of(tmp_path, {"RGB": wild})).pixels).all()
    with pytest.raises(PinxitError, match="has the channels Z, none of them a colour"):
        pictures.read(exr_of(tmp_path, {"Z": light[..., 0].copy()}))


def test_openexr_of_wide_primaries(cat: Picture, tmp_path: Path) -> None:
    light = srgb_to_linear(cat.pixels).transpose(1, 2, 0).astype(np.float64)
    to_p3 = np.linalg.inv(to_xyz(P3_XY)) @ to_xyz(SRGB_XY)
    wide = np.ascontiguousarray(light @ to_p3.T, dtype=np.float32)
    read = pictures.read(exr_of(tmp_path, {"RGB": wide}, chromaticities=P3_XY))
    assert np.abs(read.pixels - cat.pixels).max() < 1e-3
    assert np.abs(pictures.read(exr_of(tmp_path, {"RGB": wide})).pixels - cat.pixels).max() > 0.01, (
        "without them it is not"
    )


@pytest.mark.parametrize("bits", [4, 10, 14])
def test_jpeg_xl_of_any_depth(bits: int) -> None:
    values = np.random.default_rng(bits).integers(0, 2**bits, (24, 32, 3))
    content = jxl_of(values.astype(np.uint8 if bits < 8 else np.uint16), bitspersample=bits)
    assert jpeg_xl.depth_of(content) == bits
    read = pictures.read(content)
    assert np.abs(read.pixels - values.transpose(2, 0, 1) / (2**bits - 1)).max() < 1e-3


def test_of_a_jpeg_xl_that_moves_the_first_frame_is_read() -> None:
    values = np.random.default_rng(0).integers(0, 2**10, (2, 24, 32, 3))
    read = pictures.read(jxl_of(values.astype(np.uint16), bitspersample=10))
    assert np.abs(read.pixels - values[0].transpose(2, 0, 1) / (2**10 - 1)).max() < 1e-3


def test_a_jpeg_xl_of_floats_is_read_from_0_to_1() -> None:
    values = np.random.default_rng(0).uniform(-0.5, 1.5, (24, 32, 3)).astype(np.float32)
    assert np.abs(pictures.read(jxl_of(values)).pixels - values.clip(0, 1).transpose(2, 0, 1)).max() < 1e-6


def test_channels_of_a_jpeg_xl_that_are_no_picture_are_refused() -> None:
    with pytest.raises(PinxitError, match="channels that are not a picture"):
        pictures.read(jxl_of(np.zeros((24, 32, 5), np.uint8)))


# Numbers and their bits, as ISO/IEC 18181-1 orders them: width of an eighth and width, with and without a ratio.
EIGHTHS, WITHOUT_RATIO = ((1, 1), (0, 2), (1, 3)), ((0, 1), (1, 2), (7, 8), (0, 3), (0, 2), (63, 6))
MOVES = ((2, 2), (24, 10), (3, 2), (500, 10), (1, 2), (5, 3), (1, 1))


@pytest.mark.parametrize("preview", [EIGHTHS, WITHOUT_RATIO])
def test_the_depth_of_a_jpeg_xl_stands_behind_all_else(preview: tuple[tuple[int, int], ...]) -> None:
    """Behind an orientation, another size to be shown, a preview and an animation."""
    size = ((1, 1), (3, 5), (1, 3))
    fields = (*size, (0, 1), (1, 1), (5, 3), (1, 1), *size, (1, 1), *preview, (1, 1), *MOVES, (0, 1), (2, 2))
    header = at = 0
    for number, bits in fields:
        header, at = header | number << at, at + bits
    assert jpeg_xl.depth_of(b"\xff\x0a" + header.to_bytes(64, "little")) == 12


def test_camera_raw(tmp_path: Path) -> None:
    values = np.zeros(RAW, np.uint16)
    values[::2, ::2], values[1::2, 1::2] = 40000, 5000  # red, blue
    values[::2, 1::2] = values[1::2, ::2] = 12000  # green
    values[:, 48:] //= 4
    for name in ("a.dng", "noext"):
        (tmp_path / name).write_bytes(dng_of(values))
        read = pictures.read(tmp_path / name)
        assert (read.height, read.width) == RAW
        red, green, blue = read.pixels[:, 32, 20]
        assert red > green + 0.1
        assert green > blue + 0.1
        assert read.pixels[0, 32, 80] < red - 0.1
        assert len(np.unique(read.pixels)) > 10
    assert len(pictures.tree(tmp_path)) == 2


def test_a_raw_file_whose_end_is_missing(tmp_path: Path) -> None:
    """LibRaw leaves the rows that it does not find at zero, and is silent."""
    values = np.random.default_rng(0).integers(200, 60000, (100, 60), np.uint16)
    path = tmp_path / "a.dng"
    path.write_bytes(dng_of(values))
    pictures.read(path)
    values[90:] = 0
    path.write_bytes(dng_of(values))
    with pytest.raises(PinxitError, match=r"a\.dng is incomplete: copy it from the camera again"):
        pictures.read(path)
    values[90:] = 65535  # overexposed
    path.write_bytes(dng_of(values))
    pictures.read(path)


def test_a_camera_s_own_compression_is_a_raw_file() -> None:
    """PIL opens none of these files; LibRaw is asked, and finds them damaged."""
    tags = PIL.TiffImagePlugin.ImageFileDirectory_v2()
    tags[259], tags[262], tags[271] = 65535, 32803, "PENTAX"
    assert camera_raw.is_camera_raw(b"II*\0\x08\0\0\0" + tags.tobytes(8))
    for begin in (b"II*\0\x08\x0a\0\0IIIICwaR", b"II\x1a\0\0\0HEAPCCDR", b"\0MRM\0\0\x0a\x0c", b"FOVb\0\2\0\2"):
        assert camera_raw.is_camera_raw(begin + bytes(64))
        with pytest.raises(PinxitError):
            pictures.read(begin + bytes(64))


def test_an_ordinary_tiff_is_no_raw_file(cat: Picture, tmp_path: Path) -> None:
    path = pictures.write(cat, tmp_path / "a.tif", bits=16)
    assert np.array_equal(pictures.to_array(pictures.read(path), np.uint16), pictures.to_array(cat, np.uint16))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    array = np.random.default_rng(1).integers(0, 65536, (24, 32, 3), np.uint16)
    exr = exr_of(tmp_path_factory.mktemp("exr"), {"RGB": (array / 65535).astype(np.float16)})
    return {"JPEG XL": jxl_of(array), "OpenEXR": exr, "raw": dng_of(array[..., 0].copy())}


@pytest.mark.parametrize("kind", ["JPEG XL", "OpenEXR", "raw"])
def test_damaged_files_give_a_picture_or_a_sentence(files: dict[str, bytes], kind: str) -> None:
    random, refused = np.random.default_rng(0), 0
    for trial in range(80):
        broken = bytearray(files[kind])
        for _ in range(1 + trial % 8):
            broken[int(random.integers(len(broken) if trial % 2 else min(300, len(broken))))] = int(
                random.integers(256)
            )
        content = bytes(broken[: int(random.integers(12, len(broken)))] if trial % 5 == 0 else broken)
        try:
            assert np.isfinite(pictures.read(content).pixels).all()
        except PinxitError:
            refused += 1
    assert refused > 10


@pytest.mark.parametrize(
    ("kind", "module", "words"),
    [("JPEG XL", "imagecodecs", "a JPEG XL"), ("OpenEXR", "OpenEXR", "an OpenEXR"), ("raw", "rawpy", "a camera's raw")],
)
def test_the_extra_is_named(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, kind: str, module: str, words: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PinxitError, match=rf"is {words} .*needs one more package: pip install 'pinxit\[photo\]'"):
        pictures.read(files[kind])
