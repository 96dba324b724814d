"""Many small pictures on one canvas, each with room about it: what is painted there is painted with one hand.

An engine that gets the canvas knows nothing of the pieces: one palette, one Gram matrix, one set of normalisation statistics
for all. Between them the canvas is filled by what each piece's own border extends to, so that nothing ends at an outline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinxit.errors import PinxitError
from pinxit.picture import Picture
from pinxit.picture.alpha import bleed
from pinxit.picture.picture import Pixels
from pinxit.picture.reader import MAX_PIXELS

# Pieces begin at multiples of the encoder's deepest stride, so that equal ones are seen equally, with so much between them.
_STRIDE = 16
_GUTTER = 32
# What is painted beyond a piece's outline, px, for filters to have something to take.
_RIM = 4


@dataclass(frozen=True)
class Spot:
    """Where a piece lies on the canvas, px."""

    top: int
    left: int
    height: int
    width: int

    @property
    def window(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)


@dataclass(frozen=True)
class Canvas:
    """Pieces laid out.

    Attributes:
        picture: opaque.
        visible: 1 where something of a piece is seen, and a little beyond, 0 elsewhere, `(H, W)`.
        spots: of the pieces.
    """

    picture: Picture
    visible: Pixels
    spots: tuple[Spot, ...]


def lay_out(pieces: Sequence[Picture]) -> Canvas:
    """Pieces on a canvas that is about square.

    Raises:
        PinxitError: when together they are more than a picture may be.
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
    return Canvas(Picture(bleed(pixels, alpha)), visible, spots)


def _places(shapes: Sequence[tuple[int, int]]) -> tuple[tuple[Spot, ...], int, int]:
    """Shelves of pieces, the highest first: where each piece is, and the canvas's height and width."""
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
