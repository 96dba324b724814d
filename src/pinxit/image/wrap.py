"""What lies beyond a picture's border: its outermost pixels repeated, or its opposite side, if the borders meet.

A picture whose borders meet has no seam. In panoramas the left and right borders meet, in tiles of a texture all of them. In
a half-drop repeat each column of tiles hangs half a tile lower than the one before; in a brick repeat each row is shifted by
half a tile.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Picture, Pixels

WrapName = Literal["none", "x", "both", "half-drop", "brick"]
Window = tuple[slice, slice]
"""Rows and columns; they may lie beyond a picture's border, below 0 on the near side."""

# An encoder's fourth pooling makes one position of 16 × 16 px: where borders meet, sides must be multiples of that.
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
        """The numbers that height and width must be multiples of, px; where tiles shift by half a side, so must the half."""
        return (GRID << self.drop if self.rows else 1), (GRID << self.slide if self.columns else 1)

    def even(self, height: float, width: float) -> tuple[int, int]:
        """Return the nearest height and width at which the borders meet evenly."""
        rows, columns = self.multiples
        return max(rows, round(height / rows) * rows), max(columns, round(width / columns) * columns)

    def index(self, window: Window, height: int, width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the rows and columns, `(h, w)` each, of the pixels in a window.

        Args:
            window: any window, also beyond the borders.
            height: of the picture, px.
            width: of the picture, px.
        """
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
        """Return a window of planes `(…, H, W)`, which may lie beyond their borders."""
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


def extend(picture: Picture, around: int, wrap: Wrap) -> Picture:
    """Extend a picture on every side by what lies beyond its borders.

    Args:
        picture: the picture.
        around: px on every side.
        wrap: which borders meet.
    """
    window = (slice(-around, picture.height + around), slice(-around, picture.width + around))
    alpha = None if picture.alpha is None else wrap.take(picture.alpha, window)
    return dataclasses.replace(picture, pixels=wrap.take(picture.pixels, window), alpha=alpha)


def crop_border(picture: Picture, around: int) -> Picture:
    """Crop a picture by `around` px on every side."""
    window = (slice(around, picture.height - around), slice(around, picture.width - around))
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha[window])
    return dataclasses.replace(picture, pixels=np.ascontiguousarray(picture.pixels[:, *window]), alpha=alpha)
