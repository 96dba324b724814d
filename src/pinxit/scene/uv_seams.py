"""UV seams: edges of a mesh whose two triangles show different places of a texture, or different textures.

The eye sees the two places side by side, so their colours should agree. The difference along the seams is spread over both
sides, as a membrane would: coarse differences reach far, fine ones end after a pixel or two (compare Farbman, Fattal and
Lischinski, "Convolution Pyramids", 2011, for the interpolation).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels

_INSET = 0.5  # px: how far inside its triangle each side of a seam is looked at
_APART = 0.75  # px: sides nearer than this are the same place, and no seam
_MOST_SAMPLES = 4_000_000
# Where the original differs by this much across a seam (mean of the channels, range [0, 1]), the seam is meant to be seen.
_MEANT = 0.15
_ROUNDS = 4  # each measures what the one before left
_REACH = 1 / 16  # of the texture's longer side: how far a correction reaches


@dataclass(frozen=True)
class Shown:
    """Triangles and the texture that they show.

    Attributes:
        texture: number of the texture.
        vertices: numbers of the corners, `(T, 3)`; equal numbers are equal positions.
        uv: texture coordinates within the texture, `(T, 3, 2)`.
    """

    texture: int
    vertices: NDArray[np.int64]
    uv: NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """One side of the points sampled along all seams.

    Attributes:
        texture: number of the texture, `(N,)`.
        rows, columns: the pixel, `(N,)`.
    """

    texture: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]

    def of(self, pictures: Sequence[Pixels]) -> Pixels:
        """Return the colours of pictures `(3, H, W)` there, `(N, 3)`."""
        found = np.empty((len(self.texture), 3), np.float32)
        for number, picture in enumerate(pictures):
            here = self.texture == number
            found[here] = picture[:, self.rows[here], self.columns[here]].T
        return found


Seams = tuple[Side, Side]


def seams_of(shown: Sequence[Shown], sizes: Sequence[tuple[int, int]]) -> Seams:
    """Return points along all seams, about one a pixel, on both sides.

    Args:
        shown: the triangles.
        sizes: height and width of each texture, px.
    """
    ends, edges = _edges(shown, sizes)
    if not len(ends):
        return _side(edges, np.zeros((0, 2)), sizes), _side(edges, np.zeros((0, 2)), sizes)
    order = np.lexsort((edges.texture, ends[:, 1], ends[:, 0]))
    ends, edges = ends[order], edges.take(order)
    same = (ends[1:] == ends[:-1]).all(axis=1)
    first = np.flatnonzero(same)
    one, two = edges.take(first), edges.take(first + 1)
    apart = np.abs(one.places - two.places).max(axis=(1, 2)) > _APART
    parted = apart | (one.texture != two.texture)
    one, two = one.take(parted), two.take(parted)
    lengths = np.maximum(one.lengths(), two.lengths())
    counts = np.ceil(lengths).astype(np.int64) + 1
    while counts.sum() > _MOST_SAMPLES:
        counts = (counts + 1) // 2
    which = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = ((place + 0.5) / counts[which])[:, None]
    return (
        _side(one.take(which), one.take(which).at(share), sizes),
        _side(two.take(which), two.take(which).at(share), sizes),
    )


def step(seams: Seams, pictures: Sequence[Pixels]) -> float:
    """Return the mean absolute difference across the seams, range [0, 1]; 0 where there are none.

    Args:
        seams: points along the seams.
        pictures: the textures, `(3, H, W)` each, range [0, 1].
    """
    one, two = seams
    if not len(one.texture):
        return 0.0
    return float(np.abs(one.of(pictures) - two.of(pictures)).mean())


def even(
    seams: Seams,
    pictures: Sequence[Pixels],
    originals: Sequence[Pixels],
    islands: Sequence[NDArray[np.int32]],
    watch: Callable[[float], None] | None = None,
) -> list[Pixels]:
    """Return painted textures whose colours agree across the seams that the originals hide.

    Args:
        seams: points along the seams.
        pictures: the painted textures, `(3, H, W)` each, range [0, 1].
        originals: the textures as they were, of the same sizes.
        islands: the number of each pixel's island, 0 outside, `(H, W)` each.
        watch: is called with the share that is done, range [0, 1].
    """
    one, two = seams
    meant = np.abs(one.of(originals) - two.of(originals)).mean(axis=1, keepdims=True)
    share = (1 - meant / np.float32(_MEANT)).clip(0, 1) / 2
    found = [picture.copy() for picture in pictures]
    for turn in range(_ROUNDS):
        difference = share * (two.of(found) - one.of(found))
        for number, picture in enumerate(found):
            moves = [(side, sign * difference) for side, sign in ((one, 1), (two, -1))]
            picture += _spread(number, moves, islands[number])
            if watch is not None:
                watch((turn + (number + 1) / len(found)) / _ROUNDS)
    return [picture.clip(0, 1) for picture in found]


@dataclass(frozen=True)
class _Edges:
    """Edges of triangles on their textures.

    Attributes:
        texture: number of the texture, `(E,)`.
        places: both ends, px, `(E, 2, 2)`: x to the right, y down, pixel centres at whole numbers.
        inward: the direction into the triangle, at right angles to the edge, `(E, 2)`.
    """

    texture: NDArray[np.int64]
    places: NDArray[np.float64]
    inward: NDArray[np.float64]

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> _Edges:
        return _Edges(self.texture[which], self.places[which], self.inward[which])

    def lengths(self) -> NDArray[np.float64]:
        found: NDArray[np.float64] = np.linalg.norm(self.places[:, 1] - self.places[:, 0], axis=1)
        return found

    def at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the place at a share of each edge's length, moved into the triangle, `(E, 2)`."""
        return self.places[:, 0] * (1 - share) + self.places[:, 1] * share + _INSET * self.inward


def _edges(shown: Sequence[Shown], sizes: Sequence[tuple[int, int]]) -> tuple[NDArray[np.int64], _Edges]:
    """Return the numbers of both ends of each edge, the smaller first, `(E, 2)`, and the edges."""
    ends, textures, places, inwards = [], [], [], []
    for faces in shown:
        height, width = sizes[faces.texture]
        corners = faces.uv * (width, height) - 0.5
        for here, there, opposite in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            pair = faces.vertices[:, [here, there]]
            place = corners[:, [here, there]]
            turned = pair[:, 0] > pair[:, 1]
            along = place[:, 1] - place[:, 0]
            normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
            toward = np.einsum("ij,ij->i", normal, corners[:, opposite] - place[:, 0])
            length = np.maximum(np.linalg.norm(normal, axis=1), 1e-9)
            kept = (pair[:, 0] != pair[:, 1]) & (np.abs(toward) > 1e-9)
            ends.append(np.where(turned[:, None], pair[:, ::-1], pair)[kept])
            places.append(np.where(turned[:, None, None], place[:, ::-1], place)[kept])
            inwards.append((normal * (np.sign(toward) / length)[:, None])[kept])
            textures.append(np.full(int(kept.sum()), faces.texture, np.int64))
    if not ends:
        return np.zeros((0, 2), np.int64), _Edges(np.zeros(0, np.int64), np.zeros((0, 2, 2)), np.zeros((0, 2)))
    return np.concatenate(ends), _Edges(np.concatenate(textures), np.concatenate(places), np.concatenate(inwards))


def _side(edges: _Edges, places: NDArray[np.float64], sizes: Sequence[tuple[int, int]]) -> Side:
    texture = edges.texture[: len(places)]
    limits = np.asarray(sizes, np.int64)[texture]
    # A texture that repeats continues on its opposite side.
    rows = np.rint(places[:, 1]).astype(np.int64) % limits[:, 0]
    columns = np.rint(places[:, 0]).astype(np.int64) % limits[:, 1]
    return Side(texture, rows, columns)


def _spread(number: int, moves: Sequence[tuple[Side, Pixels]], islands: NDArray[np.int32]) -> Pixels:
    """Return the correction of a texture, `(3, H, W)`: the given values along its seams, spread over the islands."""
    from scipy.ndimage import find_objects

    height, width = islands.shape
    # Sums of what is asked of each pixel, and how often.
    asked = np.zeros((height, width, 4), np.float32)
    for side, values in moves:
        here = side.texture == number
        place = (side.rows[here], side.columns[here])
        np.add.at(asked, place, np.concatenate([values[here], np.ones((int(here.sum()), 1), np.float32)], axis=1))
    correction = np.zeros((3, height, width), np.float32)
    for island, window in enumerate(find_objects(islands), start=1):
        if window is None:
            continue
        inside = islands[window] == island
        own = asked[window] * inside[..., None]
        if own[..., 3].any():
            correction[(slice(None), *window)] += _membrane(own, _REACH * max(height, width)) * inside
    return correction


def _membrane(asked: Pixels, reach: float) -> Pixels:
    """Interpolate from pixels with a wanted value to all others, `(3, h, w)`, and let the values end within `reach` px.

    Args:
        asked: sums of the wanted values and their number, `(h, w, 4)`.
        reach: px.
    """
    import cv2
    from scipy.ndimage import distance_transform_edt

    levels: list[Any] = [asked]
    # Each level is half as large and weighs half as much: together about one over the distance cubed.
    while max(levels[-1].shape[:2]) > 1 and 2 ** len(levels) < 2 * reach:
        height, width = levels[-1].shape[:2]
        levels.append(cv2.resize(levels[-1], (-(-width // 2), -(-height // 2)), interpolation=cv2.INTER_AREA))
    total = levels.pop()
    for level in reversed(levels):
        larger = cv2.resize(total, (level.shape[1], level.shape[0]), interpolation=cv2.INTER_LINEAR)
        total = level + np.float32(0.5) * larger
    distance = distance_transform_edt(asked[..., 3] == 0).astype(np.float32)
    fading = (1 - distance / np.float32(reach)).clip(0, 1)
    fading = fading * fading * (3 - 2 * fading)
    values = total[..., :3] / np.maximum(total[..., 3:], np.float32(1e-12))
    return np.ascontiguousarray((values * fading[..., None]).transpose(2, 0, 1))
