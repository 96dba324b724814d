"""Colour profiles, against the arithmetic that they stand for."""

from __future__ import annotations

import zlib

import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms

from pinxit import picture as pictures
from pinxit.picture.color import is_srgb, srgb_profile
from tests.picture.files import Array, file_of, png_of, profile_with

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
