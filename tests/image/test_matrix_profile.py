"""The curves of colour profiles, against the colour engine (LittleCMS), which reads the same bytes in its own way."""

from __future__ import annotations

import io
import struct

import numpy as np
import PIL.Image
import pytest
from PIL import ImageCms

from pinxit.image.color import srgb_profile
from pinxit.image.matrix_profile import matrix_profile

_HEADER = 128


def with_curve(curve: bytes) -> bytes:
    """sRGB's profile, with other curves, which stand at its end."""
    profile = bytearray(srgb_profile())
    profile += bytes(-len(profile) % 4)
    place = len(profile)
    for entry in range(_HEADER + 4, _HEADER + 4 + 12 * struct.unpack_from(">I", profile, _HEADER)[0], 12):
        if bytes(profile[entry : entry + 4]) in (b"rTRC", b"gTRC", b"bTRC"):
            struct.pack_into(">II", profile, entry + 4, place, len(curve))
    profile += curve + bytes(-len(curve) % 4)
    struct.pack_into(">I", profile, 0, len(profile))
    return bytes(profile)


def parametric(kind: int, *numbers: float) -> bytes:
    """A `para` tag (ICC.1, section 10.18)."""
    return struct.pack(f">4sIHH{len(numbers)}i", b"para", 0, kind, 0, *(round(n * 65536) for n in numbers))


def sampled(*values: int) -> bytes:
    """A `curv` tag (ICC.1, section 10.6)."""
    return struct.pack(f">4sII{len(values)}H", b"curv", 0, len(values), *values)


CURVES = {
    "straight": sampled(),
    "power of 8 bits": sampled(round(2.2 * 256)),
    "table": sampled(0, 3000, 20_000, 65_535),
    "para 0": parametric(0, 1.8),
    "para 1": parametric(1, 2.4, 0.9, 0.1),
    "para 1 with a black foot": parametric(1, 2.0, 1.2, -0.2),
    "para 2": parametric(2, 2.4, 0.85, 0.1, 0.02),
    "para 2 with a foot": parametric(2, 2.0, 1.1, -0.2, 0.05),
    "para 3": parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    "para 4": parametric(4, 2.2, 0.9, 0.05, 0.3, 0.2, 0.02, 0.01),
}


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_greys_are_those_of_the_colour_engine(curve: bytes) -> None:
    profile = with_curve(curve)
    ours = matrix_profile(profile)
    assert ours is not None
    grey = np.arange(256, dtype=np.uint8)
    light = ours.linear(np.repeat(grey[:, None] / 255, 3, axis=1))
    assert np.array_equal(light[:, 0], light[:, 2])
    encoded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)[:, 0] * 255
    theirs = ImageCms.profileToProfile(
        PIL.Image.fromarray(np.repeat(grey[None, :, None], 3, axis=2)),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    assert theirs is not None
    assert encoded == pytest.approx(np.asarray(theirs)[0, :, 1], abs=1.6)


@pytest.mark.parametrize(
    "curve",
    [b"text" + bytes(20), parametric(9, 1.0), parametric(4, 1.0)[:20], sampled(1, 2, 3)[:14], b"curv"],
    ids=["another tag", "unknown kind", "cut parameters", "cut table", "cut header"],
)
def test_damaged_curves_are_none(curve: bytes) -> None:
    assert matrix_profile(with_curve(curve)) is None


def test_what_is_no_matrix_is_none() -> None:
    assert matrix_profile(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()) is None
    tables = bytearray(srgb_profile())
    entry = _HEADER + 4 + 12 * (struct.unpack_from(">I", tables, _HEADER)[0] - 1)
    tables[entry : entry + 4] = b"A2B0"
    assert matrix_profile(bytes(tables)) is None, "tables come before the matrix"
