"""A new picture out of pieces of others, laid like a quilt: what a texture is painted from.

Pieces overlap, each is the best matching of several drawn by chance, and where two meet the cut runs where they differ least
(Efros and Freeman, "Image Quilting for Texture Synthesis and Transfer", 2001). Where borders meet, pieces go on beyond them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Pixels
from pinxit.picture.wrap import NONE, Wrap

# A piece is a third of the shorter side: large enough for motifs, small enough that nine of them make another picture.
PIECES = 3
# More candidates match better, and the same few pieces then come again and again.
CANDIDATES = 300


def quilt(
    pictures: Sequence[Pixels], shares: Sequence[float], height: int, width: int, wrap: Wrap = NONE, seed: int = 0
) -> Pixels:
    """A picture `(3, height, width)` of pieces.

    Args:
        pictures: where they come from, `(3, H, W)` each, range [0, 1].
        shares: how many come from each; only the ratio matters.
        height, width: px.
        wrap: which borders meet.
        seed: of chance.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    least = min(height, width, *(min(picture.shape[1:]) for picture in pictures))
    side = max(4, min(min(height, width) // PIECES * 3 // 2, least))
    overlap = side // 3
    canvas = np.zeros((3, height, width), np.float32)
    filled = np.zeros((height, width), bool)
    chances = np.array(shares) / np.sum(shares)
    for top in _starts(height, side - overlap, side, wrap.rows):
        for left in _starts(width, side - overlap, side, wrap.columns):
            window = (slice(top, top + side), slice(left, left + side))
            rows, columns = wrap.index(window, height, width)
            before, known = canvas[:, rows, columns], filled[rows, columns]
            candidates = [
                _piece(pictures[number], side, random) for number in random.choice(len(pictures), CANDIDATES, p=chances)
            ]
            piece = min(candidates, key=lambda one: float((np.square(one - before) * known).sum()))
            new = ~known | _inside(np.square(piece - before).sum(0), known, overlap)
            canvas[:, rows[new], columns[new]] = piece[:, new]
            filled[rows, columns] = True
    return canvas


def _starts(length: int, step: int, side: int, meets: bool) -> list[int]:
    """Where pieces begin: evenly, the last overlapping the first where borders meet, else ending at the border."""
    count = max(1, -(-length // step)) if meets else max(1, -(-(length - side) // step) + 1)
    last = length - length / count if meets else length - side
    return [round(start) for start in np.linspace(0, last, count)]


def _piece(picture: Pixels, side: int, random: np.random.Generator) -> Pixels:
    top, left = (int(random.integers(0, whole - side + 1)) for whole in picture.shape[1:])
    return picture[:, top : top + side, left : left + side]


def _inside(error: Pixels, known: NDArray[np.bool_], overlap: int) -> NDArray[np.bool_]:
    """Which positions of a piece lie inside of the cuts along those of its sides where something is already."""
    inside = np.ones_like(known)
    for turns in range(4):
        strip = np.rot90(known, turns)[:, :overlap]
        if strip.mean() > 0.5:
            cut = _cut(np.where(strip, np.rot90(error, turns)[:, :overlap], 0))
            inside &= np.rot90(np.pad(cut, ((0, 0), (0, known.shape[1] - overlap)), constant_values=True), -turns)
    return inside


def _cut(error: Pixels) -> NDArray[np.bool_]:
    """What lies to the right of the path from top to bottom that meets the least error, by dynamic programming."""
    costs = error.astype(np.float64)
    for row in range(1, len(costs)):
        above = np.pad(costs[row - 1], 1, constant_values=np.inf)
        costs[row] += np.minimum(np.minimum(above[:-2], above[1:-1]), above[2:])
    right = np.zeros(costs.shape, bool)
    column = int(costs[-1].argmin())
    for row in range(len(costs) - 1, -1, -1):
        right[row, column:] = True
        if row:
            left = max(0, column - 1)
            column = left + int(costs[row - 1, left : column + 2].argmin())
    return right
