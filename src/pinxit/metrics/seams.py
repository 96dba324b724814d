"""Measure seams: how far pixels differ across borders that meet, relative to how far neighbours differ inside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.image import Picture
from pinxit.image.wrap import Wrap


def steps(picture: Picture, wrap: Wrap) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean absolute difference from each row to the next, `(H,)`, and from each column to the next, `(W,)`.

    The last of each is the step across the wrap; where borders do not meet it is 0, across a repeated border.
    """
    height, width = picture.height, picture.width
    below = wrap.take(picture.pixels, (slice(1, height + 1), slice(0, width)))
    right = wrap.take(picture.pixels, (slice(0, height), slice(1, width + 1)))
    return (
        np.abs(below - picture.pixels).mean((0, 2), dtype=np.float64),
        np.abs(right - picture.pixels).mean((0, 1), dtype=np.float64),
    )


def seams(picture: Picture, wrap: Wrap) -> dict[str, float]:
    """Return the step across each wrap as a share of the median step inside, by the name of what meets: `rows`, `columns`."""
    rows, columns = steps(picture, wrap)
    found = {}
    if wrap.rows:
        found["rows"] = float(rows[-1] / np.median(rows[:-1]))
    if wrap.columns:
        found["columns"] = float(columns[-1] / np.median(columns[:-1]))
    return found
