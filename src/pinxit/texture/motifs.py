"""Weaken what stands out in a style image, so that strokes are copied from it but no signature, watermark or single figure.

A place stands out if it has more detail than most places of its colour: letters on a plain ground, foam before a sky.
"""

from __future__ import annotations

import math

import numpy as np

from pinxit.image.picture import Pixels
from pinxit.texture.smoothing import DETAIL, amounts_of_detail, blurred, resized

_CELL, _MOST_CELLS = (
    12,
    2500,
)  # px: places are compared on a grid of so many pixels; a large style image has larger cells
_COLOR = 12.0  # px: the deviation of the Gaussian that gives a place its colour
_AROUND = 8.0  # px: how far the amount of detail is averaged
_ALIKE, _FEWEST = 0.05, 8  # the share of all places, and the least number, that are most like a place


def motif_weights(style: Pixels) -> Pixels:
    """Return the weight of each pixel's detail, `(H, W)`, range (0, 1], for a style image `(3, H, W)`.

    It is 1 where there is no more detail than usual in places of that colour.
    """
    height, width = style.shape[1:]
    cell = max(_CELL, math.isqrt(height * width // _MOST_CELLS))
    rows, columns = max(1, height // cell), max(1, width // cell)
    (own,) = amounts_of_detail(style, _AROUND)
    colors = resized(blurred(style, _COLOR), rows, columns).reshape(3, -1)
    amounts = resized(own[None], rows, columns).ravel()
    squares = (colors**2).sum(axis=0)
    distances = squares[:, None] + squares - 2 * colors.T @ colors
    number = min(max(_FEWEST, int(_ALIKE * len(amounts))), len(amounts) - 1)
    alike = np.argpartition(distances, number, axis=1)[:, :number] if number else np.zeros((1, 1), np.int64)
    usual = np.median(amounts[alike], axis=1).astype(np.float32).reshape(1, rows, columns)
    weights = resized(usual, height, width)[0] / (own + np.float32(1e-4))
    return np.asarray(weights.clip(0, 1), np.float32)


def without_motifs(style: Pixels, weights: Pixels) -> Pixels:
    """Return a style image `(3, H, W)` with its detail weighted.

    Args:
        style: the style image, at the size of the weights or an integer times as large.
        weights: see `motif_weights`.
    """
    smooth = blurred(style, DETAIL * (style.shape[1] / weights.shape[0]))
    return smooth + (style - smooth) * resized(weights[None], *style.shape[1:])
