"""OKLab, a space where equal distances look equal (Ottosson, "A perceptual color space for image processing", 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.design.light import encoded, linear
from pinxit.picture.picture import Pixels
from pinxit.styles.palette import TO_LAB, TO_LMS

_FROM_LMS, _FROM_LAB = np.linalg.inv(TO_LMS), np.linalg.inv(TO_LAB)

Colors = NDArray[np.float64]


def oklab(rgb: NDArray[np.floating]) -> Colors:
    """`(3, …)` sRGB in [0, 1] → lightness in [0, 1], a (green to red), b (blue to yellow)."""
    cones = np.tensordot(TO_LMS, linear(rgb).astype(np.float64), 1)
    return np.tensordot(TO_LAB, np.cbrt(cones), 1)


def unclipped(lab: Colors) -> Colors:
    """`(3, …)` OKLab → linear light; below 0 or above 1 where sRGB has no such colour."""
    return np.tensordot(_FROM_LMS, np.tensordot(_FROM_LAB, lab, 1) ** 3, 1)


def srgb(lab: Colors) -> Pixels:
    """`(3, …)` OKLab → sRGB, clipped to [0, 1]."""
    return encoded(unclipped(lab))


def turned(pixels: Pixels, degrees: float) -> Pixels:
    """The same picture in other hues, as light as before: `(3, …)` sRGB, turned about the axis of greys."""
    if degrees % 360 == 0:
        return pixels
    lab = oklab(pixels)
    turn = np.deg2rad(degrees)
    a, b = lab[1].copy(), lab[2].copy()
    lab[1], lab[2] = np.cos(turn) * a - np.sin(turn) * b, np.sin(turn) * a + np.cos(turn) * b
    return np.ascontiguousarray(srgb(lab))
