"""Image quilting: a new picture from pieces of others, as the start of a texture.

Pieces overlap. Each is the best match among random candidates, and the cut between two pieces runs where they differ least
(Efros and Freeman, "Image Quilting for Texture Synthesis and Transfer", 2001). Along the cut broad tones blend softly and
fine strokes sharply (Burt and Adelson, "A Multiresolution Spline", 1983, in two bands); without that, a piece of sky beside
one of earth would leave a straight edge. Where the borders of the picture meet, pieces continue across them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels
from pinxit.image.wrap import NONE, Wrap

# Pieces along the shorter side: they are large enough for motifs, and small enough that nine make a different picture.
PIECES = 3
# Random pieces to choose from. More would match better, but the same few pieces would then repeat.
CANDIDATES = 120
# Quilts to choose from: the one whose pieces match best is taken.
TRIES = 6
# Positions along a side at which pieces are compared: all of them would give the same choice more slowly.
_COMPARED = 48
# The final warp: its amplitude, and the distance over which it changes, as shares of a piece's side.
_AMPLITUDE, _SMOOTHNESS = 0.05, 0.22


def quilt(
    pictures: Sequence[Pixels],
    shares: Sequence[float],
    height: int,
    width: int,
    wrap: Wrap = NONE,
    seed: int = 0,
    on_progress: Callable[[float], object] = lambda share: None,
) -> Pixels:
    """Make a picture from pieces of others.

    Args:
        pictures: the sources of the pieces, `(3, H, W)` each, range [0, 1].
        shares: how many pieces come from each source; only the ratio matters.
        height: of the result, px.
        width: of the result, px.
        wrap: which borders meet.
        seed: of the random choices.
        on_progress: called after each try with the share of the work that is done, 0 to 1.

    Returns:
        `(3, height, width)`, range [0, 1].
    """
    random = np.random.Generator(np.random.PCG64(seed))
    least = min(height, width, *(min(picture.shape[1:]) for picture in pictures))
    side = max(4, min(min(height, width) // PIECES * 3 // 2, least))
    chances = np.array(shares) / np.sum(shares)
    tries = []
    for number in range(TRIES):
        tries.append(_lay(pictures, chances, (height, width), side, wrap, random))
        on_progress((number + 1) / (TRIES + 1))
    return _warp(min(tries, key=lambda one: one[1])[0], side, wrap, random)


def _lay(
    pictures: Sequence[Pixels],
    chances: NDArray[np.float64],
    size: tuple[int, int],
    side: int,
    wrap: Wrap,
    random: np.random.Generator,
) -> tuple[Pixels, float]:
    """Return one quilt of pieces of a side, and its matching error."""
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
            # Taken before subtracting: the pieces have up to a hundred times as many pixels.
            seen, compared = before[:, ::step, ::step], known[::step, ::step]
            errors = [float((np.square(one[:, ::step, ::step] - seen) * compared).sum()) for one in candidates]
            best = int(np.argmin(errors))
            piece, error = candidates[best], error + errors[best]
            new = ~known | _inside(np.square(piece - before).sum(0), known, overlap)
            canvas[:, rows, columns] = _join(before, piece, known, new, overlap)
            filled[rows, columns] = True
    return canvas, error


def _warp(canvas: Pixels, side: int, wrap: Wrap, random: np.random.Generator) -> Pixels:
    """Warp the picture smoothly at random, so that no horizon of a piece stays a straight line."""
    from scipy.ndimage import gaussian_filter, map_coordinates

    height, width = canvas.shape[1:]
    smooth, around = side * _SMOOTHNESS, side
    beyond = (slice(-around, height + around), slice(-around, width + around))
    inside = (slice(around, around + height), slice(around, around + width))
    drawn = []
    for axis in range(2):
        noise = wrap.take(random.standard_normal((height, width)).astype(np.float32), beyond)
        field = gaussian_filter(noise, smooth)[inside]
        drawn.append(np.mgrid[inside][axis] + side * _AMPLITUDE * (field / field.std()).clip(-3, 3))
    surrounded = wrap.take(canvas, beyond)
    bent = np.stack([map_coordinates(plane, drawn, order=3, mode="nearest") for plane in surrounded])
    return np.ascontiguousarray(bent.clip(0, 1), dtype=np.float32)


def _starts(length: int, step: int, side: int, meets: bool) -> list[int]:
    """Return evenly spaced starts of pieces: the last piece overlaps the first where borders meet, else ends at the border."""
    count = max(1, -(-length // step)) if meets else max(1, -(-(length - side) // step) + 1)
    last = length - length / count if meets else length - side
    return [round(start) for start in np.linspace(0, last, count)]


def _piece(picture: Pixels, side: int, random: np.random.Generator) -> Pixels:
    top, left = (int(random.integers(0, whole - side + 1)) for whole in picture.shape[1:])
    return picture[:, top : top + side, left : left + side]


def _join(before: Pixels, piece: Pixels, known: NDArray[np.bool_], new: NDArray[np.bool_], overlap: int) -> Pixels:
    """Blend a piece into what was there: fine strokes switch at the cut, broad tones blend across it."""
    weight = np.maximum(_blurred(known.astype(np.float32), overlap / 3, "reflect"), 1e-3)
    broad_piece = _blurred(piece * known, overlap / 3, "reflect") / weight
    broad_before = _blurred(before * known, overlap / 3, "reflect") / weight
    share = _blurred(new.astype(np.float32), overlap / 3, "nearest") * _from_border(new, overlap)
    share[~known] = 1
    change = share * (broad_piece - broad_before)
    fine = np.where(new, piece - broad_piece, before - broad_before) + broad_before
    joined: Pixels = np.where(known, fine + change, piece).clip(0, 1).astype(np.float32)
    return joined


def _blurred(planes: Pixels, deviation: float, border: Literal["reflect", "nearest"]) -> Pixels:
    """Blur square planes, `(…, side, side)`, by a Gaussian.

    As products with one matrix: the Gaussians here are about as wide as the planes, where filtering takes ten times as long.
    """
    matrix = _blur_matrix(planes.shape[-1], deviation, border)
    return np.asarray(matrix @ planes @ matrix.T, np.float32)


@functools.lru_cache(4)
def _blur_matrix(side: int, deviation: float, border: Literal["reflect", "nearest"]) -> NDArray[np.float64]:
    from scipy.ndimage import gaussian_filter1d

    matrix: NDArray[np.float64] = gaussian_filter1d(np.eye(side), deviation, axis=0, mode=border)
    return matrix


def _from_border(new: NDArray[np.bool_], overlap: int) -> Pixels:
    """Return weights from 0 at a piece's border, beyond which nothing may change, to 1 a quarter of an overlap inside."""
    reach = np.minimum(np.arange(len(new)), np.arange(len(new))[::-1]) / max(1, overlap / 4)
    ramp: Pixels = np.minimum(reach[:, None], reach).clip(0, 1).astype(np.float32)
    return ramp


def _inside(error: Pixels, known: NDArray[np.bool_], overlap: int) -> NDArray[np.bool_]:
    """Return which positions of a piece lie inside the cuts along those of its sides that overlap earlier pieces."""
    inside = np.ones_like(known)
    for turns in range(4):
        strip = np.rot90(known, turns)[:, :overlap]
        if strip.mean() > 0.5:
            cut = _cut(np.where(strip, np.rot90(error, turns)[:, :overlap], 0))
            inside &= np.rot90(np.pad(cut, ((0, 0), (0, known.shape[1] - overlap)), constant_values=True), -turns)
    return inside


def _cut(error: Pixels) -> NDArray[np.bool_]:
    """Return what lies right of the path from top to bottom with the least error, by dynamic programming."""
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
