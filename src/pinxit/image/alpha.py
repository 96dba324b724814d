"""Colours under transparency, which must not become visible through a filter."""

from __future__ import annotations

import numpy as np

from pinxit.image.picture import Pixels


def bleed(pixels: Pixels, alpha: Pixels) -> Pixels:
    """Give fully transparent pixels the colour of the nearest visible pixel.

    A file stores arbitrary colours there, mostly black; a filter would mix them into the visible edge as a dark fringe.

    Args:
        pixels: `(3, H, W)`, range [0, 1].
        alpha: `(H, W)`, range [0, 1].

    Returns:
        `(3, H, W)`; the same array where nothing, or everything, is transparent.
    """
    hidden = alpha == 0
    if not hidden.any() or hidden.all():
        return pixels
    from scipy.ndimage import distance_transform_edt

    rows, columns = distance_transform_edt(hidden, return_distances=False, return_indices=True)
    return np.ascontiguousarray(pixels[:, rows, columns])
