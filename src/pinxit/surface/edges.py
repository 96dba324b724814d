"""Outlines of painted pictures with transparency, which must not have colours that the shape does not have."""

from __future__ import annotations

import numpy as np

from pinxit.image.alpha import bleed
from pinxit.image.picture import Pixels

_REACH = 3  # px: how far inwards the colour of an outline is sought
# Weight of other outline pixels in that colour, relative to pixels inside the shape.
_OUTLINE_WEIGHT = 1e-3


def settle(pixels: Pixels, alpha: Pixels) -> Pixels:
    """Give outline pixels the colours of more opaque pixels nearby, and hidden pixels the nearest visible colour.

    At the edge of a shape an engine paints a mixture with what lies behind it. A picture that is half transparent throughout
    has no outline, and stays as it is.

    Args:
        pixels: as painted, `(3, H, W)`, range [0, 1].
        alpha: `(H, W)`, range [0, 1].
    """
    from scipy.ndimage import maximum_filter, minimum_filter, uniform_filter

    side = 2 * _REACH + 1
    highest = maximum_filter(alpha, side)
    outline = (alpha > 0) & (alpha < highest)
    if outline.any():
        weight = np.power(alpha, 4, dtype=np.float64) * np.where(outline, _OUTLINE_WEIGHT, 1)
        total = uniform_filter(weight, side, mode="constant")
        mean = np.stack([uniform_filter(plane * weight, side, mode="constant") for plane in pixels])
        # The change is full where the alpha nearby falls to half or lower: a slow fading is no outline.
        share = (2 - 2 * minimum_filter(alpha, side)[outline] / highest[outline]).clip(0, 1)
        pixels = pixels.copy()
        pixels[:, outline] += share * ((mean[:, outline] / total[outline]).clip(0, 1) - pixels[:, outline])
    return bleed(pixels, alpha)
