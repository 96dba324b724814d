"""Colour profiles, against the arithmetic that they stand for."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image.color import is_srgb, srgb_profile
from pinxit.image.color import to_srgb as convert_to_srgb
from pinxit.image.matrix_profile import matrix_profile
from pinxit.image.wide_color import in_gamut
from tests.command_line import pinxit
from tests.image.files import Array, file_of, png_of, profile_with

# Primaries adapted to D50: Apple's Display P3, Adobe RGB (1998) and the ICC's sRGB, by their published profiles.
P3 = {b"rXYZ": (0.51512, 0.24120, -0.00105), b"gXYZ": (0.29198, 0.69225, 0.04189), b"bXYZ": (0.15710, 0.06657, 0.78407)}
ADOBE = {
    b"rXYZ": (0.60974, 0.31111, 0.01947),
    b"gXYZ": (0.20528, 0.62567, 0.06087),
    b"bXYZ": (0.14919, 0.06322, 0.74457),
}
SRGB = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
# Muted enough to lie within sRGB.
COLORS = np.array([(150, 100, 90), (90, 130, 100), (128, 128, 128), (60, 70, 110), (200, 190, 170), (255, 255, 255)])


def to_srgb(linear: Array, primaries: dict[bytes, tuple[float, float, float]]) -> Array:
    """`(N, 3)` linear light in a space to sRGB in [0, 1] (IEC 61966-2-1)."""
    matrix = np.linalg.inv(np.array(list(SRGB.values())).T) @ np.array(list(primaries.values())).T
    light = (linear @ matrix.T).clip(0, 1)
    encoded: Array = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return encoded


def from_srgb(values: Array) -> Array:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("kind", ["png", "tiff", "webp", "jpeg", "avif"])
def test_display_p3(kind: str) -> None:
    profile = profile_with("wide", primaries=P3)
    blocks = PIL.Image.fromarray(COLORS.astype(np.uint8)[None].repeat(16, 1).repeat(16, 0))
    lossless = {"webp": {"lossless": True}}.get(kind, {} if kind in ("png", "tiff") else {"quality": 100})
    picture = pictures.read(file_of(blocks, kind, icc_profile=profile, **lossless))
    found = picture.pixels[:, 8, 8::16].T
    tolerance = 1 if kind in ("png", "tiff", "webp") else 3
    assert found * 255 == pytest.approx(to_srgb(from_srgb(COLORS / 255), P3) * 255, abs=tolerance)


def test_adobe_rgb() -> None:
    profile = profile_with("adob", primaries=ADOBE, gamma=563 / 256)
    picture = pictures.read(file_of(PIL.Image.fromarray(COLORS.astype(np.uint8)[None]), icc_profile=profile))
    assert pytest.approx(to_srgb((COLORS / 255) ** (563 / 256), ADOBE) * 255, abs=1) == picture.pixels[:, 0].T * 255


def test_a_profile_is_judged_by_what_it_does_not_by_its_name() -> None:
    assert is_srgb(srgb_profile())
    assert is_srgb(profile_with("mine", primaries={}))
    linear = profile_with("sRGB", primaries={}, gamma=1.0)
    assert not is_srgb(linear)
    picture = pictures.read(file_of(PIL.Image.new("RGB", (4, 4), (55, 55, 55)), icc_profile=linear))
    assert picture.pixels[:, 0, 0] * 255 == pytest.approx(to_srgb(np.full((1, 3), 55 / 255), SRGB)[0] * 255, abs=1)


def test_srgb_is_left_alone() -> None:
    array = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    picture = pictures.read(file_of(PIL.Image.fromarray(array), icc_profile=srgb_profile()))
    assert np.array_equal(pictures.to_array(picture), array)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_what_is_srgb_is_not_converted(mode: str) -> None:
    image = PIL.Image.new(mode, (4, 4))
    assert convert_to_srgb(image, srgb_profile()) is image


@pytest.mark.parametrize("profile", [b"", b"not a profile", srgb_profile()[:200]])
def test_a_broken_profile_is_a_sentence(profile: bytes) -> None:
    with pytest.raises(PinxitError, match=r"^its colour profile is broken\.$"):
        convert_to_srgb(PIL.Image.new("RGB", (4, 4)), profile)


def test_transparency_keeps_beside_a_profile() -> None:
    image = PIL.Image.new("RGBA", (4, 4), (150, 100, 90, 77))
    picture = pictures.read(file_of(image, icc_profile=profile_with("wide", primaries=P3)))
    assert picture.alpha == pytest.approx(np.full((4, 4), 77 / 255))
    assert picture.pixels[:, 0, 0] * 255 == pytest.approx(to_srgb(from_srgb(COLORS[:1] / 255), P3)[0] * 255, abs=1)


def test_grey_with_a_colour_profile() -> None:
    linear = profile_with("line", primaries={}, gamma=1.0)
    picture = pictures.read(file_of(PIL.Image.new("L", (4, 4), 55), icc_profile=linear))
    expected = to_srgb(np.full((1, 3), 55 / 255), SRGB)[0] * 255
    assert picture.notes == ()
    assert picture.pixels[:, 0, 0] * 255 == pytest.approx(expected, abs=1)
    deep = pictures.read(png_of(np.full((4, 4), 55 * 257, np.uint16), (b"iCCP", b"line\0\0" + zlib.compress(linear))))
    assert deep.pixels[:, 0, 0] * 255 == pytest.approx(expected, abs=1)


def test_lab() -> None:
    colors = PIL.Image.fromarray(COLORS.astype(np.uint8)[None])
    lab = ImageCms.profileToProfile(
        colors, ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
    )
    assert lab is not None
    picture = pictures.read(file_of(lab, "tiff"))
    assert pytest.approx(COLORS, abs=3) == picture.pixels[:, 0].T * 255  # a and b have 8 bits


@pytest.mark.parametrize("kind", ["jpeg", "tiff"])
def test_inks_without_a_profile(kind: str) -> None:
    """JPEG stores them the other way round, as Adobe does."""
    inks = {
        (0, 255, 255, 0): (1, 0, 0),
        (0, 0, 0, 255): (0, 0, 0),
        (0, 0, 0, 0): (1, 1, 1),
        (255, 255, 0, 0): (0, 0, 1),
    }
    for ink, color in inks.items():
        picture = pictures.read(file_of(PIL.Image.new("CMYK", (16, 16), ink), kind))
        assert picture.pixels[:, 8, 8] == pytest.approx(color, abs=0.02), ink


def p3_gradient() -> tuple[bytes, Array]:
    """A file in Display P3 that goes from grey to the reddest red that P3 has, and its numbers `(H, W, 3)`."""
    numbers = np.full((48, 64, 3), 120, np.uint8)
    numbers[..., 0] = np.linspace(120, 255, 64).astype(np.uint8)
    numbers[..., 1:] = np.linspace(120, 0, 64).astype(np.uint8)[:, None]
    return file_of(PIL.Image.fromarray(numbers), icc_profile=profile_with("wide", primaries=P3)), numbers


@pytest.mark.parametrize("kind", ["png", "tif", "webp", "jpg", "avif", "ora", "psd"])
def test_wide_colours_survive_reading_and_writing(tmp_path: Path, kind: str) -> None:
    content, numbers = p3_gradient()
    picture = pictures.read(content, wide=True)
    assert picture.gamut == "p3"
    assert np.abs(pictures.to_array(picture).astype(int) - numbers).max() <= 1
    path = pictures.write(picture, tmp_path / f"a.{kind}", quality=100)
    tolerance = 1 if kind in ("png", "tif") else 12
    if kind in ("ora", "psd"):
        clipped = pictures.read(path)
        assert np.abs(pictures.to_array(clipped).astype(int) - pictures.to_array(pictures.read(content))).max() <= 2
        return
    again = pictures.read(path, wide=True)
    assert again.gamut == "p3"
    assert np.abs(pictures.to_array(again).astype(int) - numbers).max() <= tolerance
    with PIL.Image.open(path) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "Display P3" in ImageCms.getProfileDescription(profile)


def test_a_muted_photograph_stays_srgb() -> None:
    """Where sRGB holds all the colours, nothing is gained, and the result is what it was."""
    image = PIL.Image.fromarray(COLORS.astype(np.uint8)[None].repeat(16, 1).repeat(16, 0))
    content = file_of(image, icc_profile=profile_with("wide", primaries=P3))
    wide, narrow = pictures.read(content, wide=True), pictures.read(content)
    assert wide.gamut == "srgb"
    assert np.array_equal(wide.pixels, narrow.pixels)


def test_sixteen_bits_and_transparency_of_wide_colours() -> None:
    numbers = np.zeros((8, 300, 3), np.uint16)
    numbers[..., 0] = np.linspace(40000, 65535, 300).astype(np.uint16)
    chunk = (b"iCCP", b"wide\0\0" + zlib.compress(profile_with("wide", primaries=P3)))
    picture = pictures.read(png_of(numbers, chunk), wide=True)
    assert picture.gamut == "p3"
    assert np.abs(picture.pixels[0, 0] - numbers[0, :, 0] / 65535).max() < 1e-3
    assert len(np.unique(picture.pixels[0])) > 256
    clear = PIL.Image.new("RGBA", (8, 8), (255, 0, 0, 77))
    read = pictures.read(file_of(clear, icc_profile=profile_with("wide", primaries=P3)), wide=True)
    assert read.alpha == pytest.approx(np.full((8, 8), 77 / 255))
    assert read.pixels[:, 0, 0] == pytest.approx((1, 0, 0), abs=0.005)


def test_to_p3_and_back() -> None:
    picture = pictures.fit(pictures.sample("cat"), 64)
    there = in_gamut(picture, "p3")
    assert there.gamut == "p3"
    assert np.abs(there.pixels - picture.pixels).max() > 0.01
    assert np.abs(in_gamut(there, "srgb").pixels - picture.pixels).max() < 2e-3
    expected = np.array([(234, 51, 35)]) / 255  # sRGB's red, as colour tables give it in Display P3
    red = in_gamut(pictures.from_array(np.array([[[255, 0, 0]]], np.uint8)), "p3")
    assert red.pixels[:, 0, 0] == pytest.approx(expected[0], abs=0.005)


@pytest.mark.parametrize("broken", [b"", bytes(200), b"\xff" * 600])
def test_broken_profiles_are_no_matrix(broken: bytes) -> None:
    assert matrix_profile(broken) is None
    profile = bytearray(srgb_profile())
    random = np.random.default_rng(0)
    for _ in range(200):
        profile[int(random.integers(16, len(profile)))] = int(random.integers(256))
        matrix_profile(bytes(profile))


def test_a_wide_photograph_is_painted_wide_and_painted_again(tmp_path: Path) -> None:
    content, numbers = p3_gradient()
    (tmp_path / "a.png").write_bytes(content)
    options = ["--preset", "instant", "--network", "live", "--size", "64", "--keep", "keep.png", "-s", "house:ink"]
    PIL.Image.new("L", (64, 48), 255).save(tmp_path / "keep.png")
    pinxit("stylize", "a.png", *options, "-o", "out.png", folder=tmp_path)
    result = pictures.read(tmp_path / "out.png", wide=True)
    assert result.gamut == "p3"
    assert np.abs(pictures.to_array(result).astype(int) - numbers).max() <= 1, "kept, bit for bit, beyond sRGB"
    pinxit("redo", "out.png", "-o", "again.png", folder=tmp_path)
    assert np.array_equal(pictures.read(tmp_path / "again.png", wide=True).pixels, result.pixels)
    assert '"gamut": "p3"' in str(pictures.read_recipe(tmp_path / "out.png"))
