"""Display P3, the wider colours of telephones and screens: a photograph's numbers in it, and pictures converted to it and back.

P3 has sRGB's curve and white, so that painting needs to know nothing of it: the photograph and the style images are given as
P3's numbers, and the result is written with P3's profile.
"""

from __future__ import annotations

import functools
import struct
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pinxit.image.color import srgb_profile
from pinxit.image.colorspaces import linear_to_srgb, srgb_to_linear
from pinxit.image.matrix_profile import matrix_profile
from pinxit.image.picture import Gamut, Picture
from pinxit.image.primaries import P3_XY, SRGB_XY, to_xyz

_XYZ_TO_P3, _XYZ_TO_SRGB = np.linalg.inv(to_xyz(P3_XY)), np.linalg.inv(to_xyz(SRGB_XY))
_SRGB_TO_P3 = _XYZ_TO_P3 @ to_xyz(SRGB_XY)
# A picture is wide when this share of its pixels lies this far outside sRGB, in linear light: less is rounding, or noise.
_OUTSIDE, _SHARE = 0.004, 0.0005
_ROWS = 256  # rows that are converted at once: a picture of 100 megapixels leaves no room for copies
_NAME = "Display P3"
_TAG_ENTRY, _FIRST_TAG = 12, 132  # bytes of a profile's table of tags


def wide_numbers(rgb: NDArray[np.floating] | NDArray[np.uint8], profile: bytes) -> NDArray[np.float32] | None:
    """Return a photograph's colours as P3's numbers, if sRGB cannot hold them.

    Args:
        rgb: the encoded colours `(H, W, 3)`, uint8 or float in [0, 1].
        profile: their colour profile.

    Returns:
        `(H, W, 3)`, range [0, 1]; None where sRGB holds all colours, or the profile is not one of curves and a matrix.
    """
    parsed = matrix_profile(profile)
    if parsed is None:
        return None
    numbers = np.empty(rgb.shape, np.float32)
    outside = 0
    white = 255 if rgb.dtype == np.uint8 else 1
    for start in range(0, rgb.shape[0], _ROWS):
        xyz = parsed.linear(rgb[start : start + _ROWS] / np.float32(white)) @ parsed.matrix.T
        srgb = xyz @ _XYZ_TO_SRGB.T
        outside += int(((srgb < -_OUTSIDE) | (srgb > 1 + _OUTSIDE)).any(axis=-1).sum())
        numbers[start : start + _ROWS] = linear_to_srgb(xyz @ _XYZ_TO_P3.T)
    return numbers if outside > _SHARE * rgb.shape[0] * rgb.shape[1] else None


def in_gamut(picture: Picture, gamut: Gamut) -> Picture:
    """Convert a picture to the numbers of a colour space; colours that it cannot hold are clipped."""
    if picture.gamut == gamut:
        return picture
    matrix = _SRGB_TO_P3 if gamut == "p3" else np.linalg.inv(_SRGB_TO_P3)
    pixels = np.empty_like(picture.pixels)
    for start in range(0, picture.height, _ROWS):
        light = srgb_to_linear(picture.pixels[:, start : start + _ROWS])
        pixels[:, start : start + _ROWS] = linear_to_srgb(np.tensordot(matrix.astype(np.float32), light, 1))
    return replace(picture, pixels=pixels, gamut=gamut)


def profile_of(gamut: Gamut) -> bytes:
    """Return the colour profile to write into a picture's file, the same bytes every time."""
    return srgb_profile() if gamut == "srgb" else _p3_profile()


@functools.cache
def _p3_profile() -> bytes:
    """Return sRGB's profile with P3's primaries and name."""
    profile = bytearray(srgb_profile())
    columns = to_xyz(P3_XY).T
    for entry in range(_FIRST_TAG, _FIRST_TAG + _TAG_ENTRY * struct.unpack_from(">I", profile, 128)[0], _TAG_ENTRY):
        tag, offset, _ = struct.unpack_from(">4sII", profile, entry)
        if tag in (b"rXYZ", b"gXYZ", b"bXYZ"):
            column = columns[b"rgb".index(tag[:1])]
            struct.pack_into(">3i", profile, offset + 8, *(round(value * 65536) for value in column))
        elif tag == b"desc":
            # A text of several languages: one record, whose length and place stand 20 and 24 bytes behind its beginning.
            length, place = struct.unpack_from(">II", profile, offset + 20)
            name = _NAME.encode("utf-16-be")
            start = offset + place
            profile[start : start + length] = name.ljust(length, b"\0")
            struct.pack_into(">I", profile, offset + 20, len(name))
    return bytes(profile)
