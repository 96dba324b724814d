"""OKLab, a space where equal distances look equal (Ottosson, "A perceptual color space for image processing", 2020)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.design.light import encoded, linear
from pinxit.picture.picture import Pixels

_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_CONES, _FROM_LAB = np.linalg.inv(_TO_CONES), np.linalg.inv(_TO_LAB)

Colors = NDArray[np.float64]


def oklab(rgb: NDArray[np.floating]) -> Colors:
    """`(3, …)` sRGB in [0, 1] → lightness in [0, 1], a (green to red), b (blue to yellow)."""
    cones = np.tensordot(_TO_CONES, linear(rgb).astype(np.float64), 1)
    return np.tensordot(_TO_LAB, np.cbrt(cones), 1)


def unclipped(lab: Colors) -> Colors:
    """`(3, …)` OKLab → linear light; below 0 or above 1 where sRGB has no such colour."""
    return np.tensordot(_FROM_CONES, np.tensordot(_FROM_LAB, lab, 1) ** 3, 1)


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
