"""The outlines of what is painted with transparency: no colour there that the shape does not have."""

from __future__ import annotations

import numpy as np

from pinxit.picture.alpha import bleed
from pinxit.picture.picture import Pixels

# How far inwards, px, an outline's colour is looked for.
_REACH = 3
# What other pixels of an outline have to say where there is a pixel behind it.
_LITTLE = 1e-3


def settle(pixels: Pixels, alpha: Pixels) -> Pixels:
    """Give pixels at an outline the colours of more opaque ones beside them, and hidden pixels the nearest of those.

    What an engine paints where a shape ends belongs half to what lies behind it. Where a picture is half transparent
    throughout, nothing beside a pixel is more opaque, and it stays as it is.

    Args:
        pixels: as painted, `(3, H, W)`, range [0, 1].
        alpha: `(H, W)`, range [0, 1].
    """
    from scipy.ndimage import maximum_filter, minimum_filter, uniform_filter

    side = 2 * _REACH + 1
    highest = maximum_filter(alpha, side)
    outline = (alpha > 0) & (alpha < highest)
    if outline.any():
        weight = np.power(alpha, 4, dtype=np.float64) * np.where(outline, _LITTLE, 1)
        whole = uniform_filter(weight, side, mode="constant")
        mean = np.stack([uniform_filter(plane * weight, side, mode="constant") for plane in pixels])
        # In full where what surrounds a pixel falls to half and lower: a slow fading is no outline.
        share = (2 - 2 * minimum_filter(alpha, side)[outline] / highest[outline]).clip(0, 1)
        pixels = pixels.copy()
        pixels[:, outline] += share * ((mean[:, outline] / whole[outline]).clip(0, 1) - pixels[:, outline])
    return bleed(pixels, alpha)
