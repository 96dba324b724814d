"""How a picture goes on beyond its border: it repeats its outermost pixels, or it meets itself there.

A picture that meets itself has no border, and what is painted on it no seam. Panoramas meet themselves left and right,
tiles of a texture on all sides; in a half-drop repeat each column of tiles hangs half a tile lower than the one before, in a
brick repeat each row stands half a tile to the side.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Picture, Pixels

WrapName = Literal["none", "x", "both", "half-drop", "brick"]
Window = tuple[slice, slice]
"""Rows and columns; beyond a picture's border they go on counting, on the near side below 0."""

# An encoder's fourth pooling leaves one position of 16 × 16 px: where borders meet, that must come out even.
GRID = 16


@dataclass(frozen=True)
class Wrap:
    """Which borders meet.

    Attributes:
        rows: the last row is followed by the first.
        columns: the last column is followed by the first.
        drop: the neighbour to the right hangs half a height lower.
        slide: the neighbour below stands half a width to the side.
    """

    rows: bool = False
    columns: bool = False
    drop: bool = False
    slide: bool = False

    def __bool__(self) -> bool:
        return self.rows or self.columns

    @property
    def multiples(self) -> tuple[int, int]:
        """What height and width must be multiples of, px; half of a side that is shifted by must be one of 16, too."""
        return (GRID << self.drop if self.rows else 1), (GRID << self.slide if self.columns else 1)

    def even(self, height: float, width: float) -> tuple[int, int]:
        """The nearest size at which the borders meet evenly."""
        rows, columns = self.multiples
        return max(rows, round(height / rows) * rows), max(columns, round(width / columns) * columns)

    def index(self, window: Window, height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows and columns, `(h, w)` each, of the pixels that stand in a window, wherever that is."""
        rows, columns = np.mgrid[window]
        across, down = columns // width, rows // height
        if self.drop:
            rows = rows + across * (height // 2)
        if self.slide:
            columns = columns + down * (width // 2)
        rows = rows % height if self.rows else rows.clip(0, height - 1)
        columns = columns % width if self.columns else columns.clip(0, width - 1)
        return rows, columns

    def take(self, planes: Pixels, window: Window) -> Pixels:
        """What stands in a window of `(…, H, W)`."""
        rows, columns = self.index(window, planes.shape[-2], planes.shape[-1])
        return np.ascontiguousarray(planes[..., rows, columns])


NONE = Wrap()
WRAPS: dict[WrapName, Wrap] = {
    "none": NONE,
    "x": Wrap(columns=True),
    "both": Wrap(rows=True, columns=True),
    "half-drop": Wrap(rows=True, columns=True, drop=True),
    "brick": Wrap(rows=True, columns=True, slide=True),
}


def surrounded(picture: Picture, around: int, wrap: Wrap) -> Picture:
    """The picture with so many more px on every side, as it goes on there."""
    window = (slice(-around, picture.height + around), slice(-around, picture.width + around))
    alpha = None if picture.alpha is None else wrap.take(picture.alpha, window)
    return dataclasses.replace(picture, pixels=wrap.take(picture.pixels, window), alpha=alpha)


def without(picture: Picture, around: int) -> Picture:
    """The picture without so many px on every side."""
    window = (slice(around, picture.height - around), slice(around, picture.width - around))
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha[window])
    return dataclasses.replace(picture, pixels=np.ascontiguousarray(picture.pixels[:, *window]), alpha=alpha)
