"""An atlas: many small pictures on one canvas, with space between them, so that they are painted alike.

The engine paints the canvas as one picture: all pieces share one palette, one Gram matrix and one set of normalisation
statistics. Between the pieces the canvas is filled with the colours of their borders, so that nothing ends at an outline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.alpha import bleed
from pinxit.image.picture import Pixels
from pinxit.image.reader import MAX_PIXELS

_STRIDE = 16  # px: pieces begin at multiples of the encoder's deepest stride, so that equal pieces have equal features
_GUTTER = 32  # px: space between pieces
_RIM = 4  # px: painted beyond a piece's outline, for filters


@dataclass(frozen=True)
class Spot:
    """The place of a piece on the canvas, px."""

    top: int
    left: int
    height: int
    width: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


@dataclass(frozen=True)
class AtlasCanvas:
    """Pieces laid out.

    Attributes:
        picture: the canvas, opaque.
        visible: 1 where a piece is visible, and `_RIM` px beyond, 0 elsewhere, `(H, W)`.
        spots: places of the pieces.
    """

    picture: Picture
    visible: Pixels
    spots: tuple[Spot, ...]


def lay_out(pieces: Sequence[Picture]) -> AtlasCanvas:
    """Lay out pieces on a canvas that is about square.

    Raises:
        PinxitError: when the canvas would exceed the largest size of a picture.
    """
    from scipy.ndimage import binary_dilation

    spots, height, width = _places([(piece.height, piece.width) for piece in pieces])
    if height * width > MAX_PIXELS:
        raise PinxitError(
            f"these sprites take {height * width / 1e6:.0f} megapixels together, at most {MAX_PIXELS // 10**6} can be "
            "painted at once: lower --size, or paint them in several folders."
        )
    pixels = np.zeros((3, height, width), np.float32)
    alpha = np.zeros((height, width), np.float32)
    for piece, spot in zip(pieces, spots, strict=True):
        rows, columns = spot.window
        pixels[:, rows, columns] = piece.pixels
        alpha[rows, columns] = 1 if piece.alpha is None else piece.alpha
    visible = binary_dilation(alpha > 0, iterations=_RIM).astype(np.float32)
    return AtlasCanvas(Picture(bleed(pixels, alpha)), visible, spots)


def _places(shapes: Sequence[tuple[int, int]]) -> tuple[tuple[Spot, ...], int, int]:
    """Place pieces on shelves, the highest first; return the places and the canvas's height and width."""
    cells = [(_whole(height + _GUTTER), _whole(width + _GUTTER)) for height, width in shapes]
    area = sum(height * width for height, width in cells)
    most = max(_whole(math.sqrt(area)), max(width for _, width in cells))
    spots: dict[int, Spot] = {}
    top = left = shelf = widest = 0
    for number in sorted(range(len(cells)), key=lambda number: (-cells[number][0], number)):
        height, width = cells[number]
        if left and left + width > most:
            top, left, shelf = top + shelf, 0, 0
        spots[number] = Spot(top + _GUTTER // 2, left + _GUTTER // 2, *shapes[number])
        left, shelf = left + width, max(shelf, height)
        widest = max(widest, left)
    return tuple(spots[number] for number in range(len(cells))), top + shelf, widest


def _whole(length: float) -> int:
    return math.ceil(length / _STRIDE) * _STRIDE
