"""Linear light: shading multiplies it, contrast is a ratio of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Pixels

# Rec. 709, of linear red, green and blue.
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def linear(encoded: NDArray[np.floating]) -> Pixels:
    """SRGB numbers as linear light (IEC 61966-2-1); both in [0, 1]."""
    low, high = encoded / 12.92, ((np.maximum(encoded, 0) + 0.055) / 1.055) ** 2.4
    return np.where(encoded <= 0.04045, low, high).astype(np.float32)


def encoded(light: NDArray[np.floating]) -> Pixels:
    """Linear light as sRGB numbers, clipped to [0, 1]."""
    light = light.clip(0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def luminance(light: NDArray[np.floating]) -> Pixels:
    """`(H, W)` of linear light `(3, H, W)`."""
    return np.tensordot(LUMINANCE, light, 1).astype(np.float32)
