"""The sRGB curve, linear light, luminance and OKLab, a space where equal distances look equal.

Sources: IEC 61966-2-1 for sRGB; ITU-R BT.709 for luminance; Ottosson, "A perceptual color space for image processing"
(2020), for OKLab.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels

Colors = NDArray[np.float64]
F = TypeVar("F", bound=np.floating)

# Shares of linear red, green and blue in the luminance.
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)

# Linear sRGB → cone responses (LMS), and their cube roots → OKLab.
_TO_LMS = np.array(
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
_FROM_LMS, _FROM_LAB = np.linalg.inv(_TO_LMS), np.linalg.inv(_TO_LAB)


def srgb_to_linear(encoded: NDArray[np.floating]) -> Pixels:
    """Convert sRGB values in [0, 1] to linear light in [0, 1], where shading multiplies and contrast is a ratio."""
    low, high = encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def linear_to_srgb(light: NDArray[F]) -> NDArray[F]:
    """Convert linear light, clipped to [0, 1], to sRGB values in [0, 1], in the precision of `light`."""
    light = light.clip(0, 1)
    encoded: NDArray[F] = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return encoded


def luminance(light: NDArray[np.floating]) -> Pixels:
    """Return the luminance `(H, W)` of linear light `(3, H, W)`."""
    return np.tensordot(LUMINANCE, light, 1).astype(np.float32)


def srgb_to_oklab(rgb: NDArray[np.floating]) -> Colors:
    """Convert sRGB planes to OKLab.

    Args:
        rgb: `(3, …)`, range [0, 1].

    Returns:
        `(3, …)`: lightness in [0, 1], a (green to red) and b (blue to yellow).
    """
    cones = np.tensordot(_TO_LMS, srgb_to_linear(rgb).astype(np.float64), 1)
    return np.tensordot(_TO_LAB, np.cbrt(cones), 1)


def oklab_to_linear(lab: NDArray[F]) -> NDArray[F]:
    """Convert OKLab `(3, …)` to linear light, which is below 0 or above 1 where sRGB has no such colour."""
    cones = np.tensordot(_FROM_LAB.astype(lab.dtype), lab, 1) ** 3
    return np.tensordot(_FROM_LMS.astype(lab.dtype), cones, 1)


def oklab_to_srgb(lab: NDArray[np.floating]) -> Pixels:
    """Convert OKLab `(3, …)` to sRGB planes, clipped to [0, 1]."""
    return linear_to_srgb(oklab_to_linear(lab)).astype(np.float32)


def colors_to_oklab(rgb: NDArray[np.floating]) -> NDArray[np.float32]:
    """Convert sRGB colours `(…, 3)`, channels last, to OKLab colours `(…, 3)`; see `srgb_to_oklab`."""
    return np.ascontiguousarray(np.moveaxis(srgb_to_oklab(np.moveaxis(rgb, -1, 0)), 0, -1), np.float32)


def oklab_to_colors(lab: NDArray[np.floating]) -> NDArray[np.float32]:
    """Convert OKLab colours `(…, 3)`, channels last, to sRGB colours `(…, 3)`, computing in float32; see `oklab_to_srgb`."""
    return np.ascontiguousarray(np.moveaxis(oklab_to_srgb(np.moveaxis(lab.astype(np.float32), -1, 0)), 0, -1))


def rotate_hue(pixels: Pixels, degrees: float) -> Pixels:
    """Rotate all hues of sRGB planes `(3, …)` about OKLab's axis of greys; lightness stays as it is."""
    if degrees % 360 == 0:
        return pixels
    lab = srgb_to_oklab(pixels)
    turn = np.deg2rad(degrees)
    a, b = lab[1].copy(), lab[2].copy()
    lab[1], lab[2] = np.cos(turn) * a - np.sin(turn) * b, np.sin(turn) * a + np.cos(turn) * b
    return np.ascontiguousarray(oklab_to_srgb(lab))
