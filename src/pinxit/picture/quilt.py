"""A new picture out of pieces of others, laid like a quilt: what a texture is painted from.

Pieces overlap, each is the best matching of several drawn by chance, and where two meet the cut runs where they differ least
(Efros and Freeman, "Image Quilting for Texture Synthesis and Transfer", 2001). Along the cut broad tones pass softly into each
other and fine strokes sharply (Burt and Adelson, "A Multiresolution Spline", 1983, in two bands), or a piece of sky beside
one of earth would stay a straight edge for ever. Where borders meet, pieces go on beyond them.
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
CANDIDATES = 120
# Of so many quilts, the one whose pieces match best.
TRIES = 6
# Pieces are compared at about so many positions a side: all of a large piece's would tell the same, slowly.
_COMPARED = 48
# How far the finished quilt is drawn about, and over what distance from this way to that, as shares of a piece's side.
_BENT, _BENDS = 0.05, 0.22


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
    chances = np.array(shares) / np.sum(shares)
    tries = [_laid(pictures, chances, (height, width), side, wrap, random) for _ in range(TRIES)]
    return _bent(min(tries, key=lambda one: one[1])[0], side, wrap, random)


def _laid(
    pictures: Sequence[Pixels],
    chances: NDArray[np.float64],
    size: tuple[int, int],
    side: int,
    wrap: Wrap,
    random: np.random.Generator,
) -> tuple[Pixels, float]:
    """One quilt of pieces of a side, and how badly they match."""
    height, width = size
    overlap, step, error = side // 2, max(1, side // _COMPARED), 0.0
    canvas = np.zeros((3, height, width), np.float32)
    filled = np.zeros((height, width), bool)
    for top in _starts(height, side - overlap, side, wrap.rows):
        for left in _starts(width, side - overlap, side, wrap.columns):
            window = (slice(top, top + side), slice(left, left + side))
            rows, columns = wrap.index(window, height, width)
            before, known = canvas[:, rows, columns], filled[rows, columns]
            candidates = [
                _piece(pictures[number], side, random) for number in random.choice(len(pictures), CANDIDATES, p=chances)
            ]
            errors = [
                float((np.square((one - before)[:, ::step, ::step]) * known[::step, ::step]).sum())
                for one in candidates
            ]
            best = int(np.argmin(errors))
            piece, error = candidates[best], error + errors[best]
            new = ~known | _inside(np.square(piece - before).sum(0), known, overlap)
            canvas[:, rows, columns] = _joined(before, piece, known, new, overlap)
            filled[rows, columns] = True
    return canvas, error


def _bent(canvas: Pixels, side: int, wrap: Wrap, random: np.random.Generator) -> Pixels:
    """The picture on cloth that is drawn this way and that: no horizon of a piece stays a ruled line."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    height, width = canvas.shape[1:]
    smooth, around = side * _BENDS, side
    beyond = (slice(-around, height + around), slice(-around, width + around))
    inside = (slice(around, around + height), slice(around, around + width))
    drawn = []
    for axis in range(2):
        noise = wrap.take(random.standard_normal((height, width)).astype(np.float32), beyond)
        field = gaussian_filter(noise, smooth)[inside]
        drawn.append(np.mgrid[inside][axis] + side * _BENT * (field / field.std()).clip(-3, 3))
    surrounded = wrap.take(canvas, beyond)
    bent = np.stack([map_coordinates(plane, drawn, order=3, mode="nearest") for plane in surrounded])
    return np.ascontiguousarray(bent.clip(0, 1), dtype=np.float32)


def _starts(length: int, step: int, side: int, meets: bool) -> list[int]:
    """Where pieces begin: evenly, the last overlapping the first where borders meet, else ending at the border."""
    count = max(1, -(-length // step)) if meets else max(1, -(-(length - side) // step) + 1)
    last = length - length / count if meets else length - side
    return [round(start) for start in np.linspace(0, last, count)]


def _piece(picture: Pixels, side: int, random: np.random.Generator) -> Pixels:
    top, left = (int(random.integers(0, whole - side + 1)) for whole in picture.shape[1:])
    return picture[:, top : top + side, left : left + side]


def _joined(before: Pixels, piece: Pixels, known: NDArray[np.bool_], new: NDArray[np.bool_], overlap: int) -> Pixels:
    """A piece over what was there: fine strokes from one side of the cut or the other, broad tones in between."""
    from scipy.ndimage import gaussian_filter

    def broad(planes: Pixels) -> Pixels:
        blurred: Pixels = gaussian_filter(planes * known, (0, overlap / 3, overlap / 3)) / weight
        return blurred

    weight = np.maximum(gaussian_filter(known.astype(np.float32), overlap / 3), 1e-3)
    share = gaussian_filter(new.astype(np.float32), overlap / 3, mode="nearest") * _from_border(new, overlap)
    share[~known] = 1
    change = share * (broad(piece) - broad(before))
    fine = np.where(new, piece - broad(piece), before - broad(before)) + broad(before)
    joined: Pixels = np.where(known, fine + change, piece).clip(0, 1).astype(np.float32)
    return joined


def _from_border(new: NDArray[np.bool_], overlap: int) -> Pixels:
    """From 0 at the border of a piece to 1 a quarter of an overlap inside: beyond it nothing may change."""
    reach = np.minimum(np.arange(len(new)), np.arange(len(new))[::-1]) / max(1, overlap / 4)
    ramp: Pixels = np.minimum(reach[:, None], reach).clip(0, 1).astype(np.float32)
    return ramp


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
