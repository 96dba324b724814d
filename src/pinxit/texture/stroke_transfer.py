"""Copy the strokes of a style image to where they fit in a painting.

A network paints smooth areas with less texture than a painter would. Here, every piece of the painting is matched with a piece
of the style image that looks like it, and the style's detail is laid where the painting has less of its own. Matching is coarse
to fine, and neighbours prefer pieces that are neighbours in the style image too, so that whole strokes are copied (Ashikhmin,
"Synthesizing Natural Textures", 2001; Barnes et al., "PatchMatch", 2009). Coarse pieces that are used often cost more, so that
no pattern repeats.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from pinxit.image.picture import Pixels
from pinxit.texture.lines import line_map
from pinxit.texture.smoothing import DETAIL, amounts_of_detail, blurred, resized

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class _Level:
    """A scale of matching.

    Attributes:
        side: of a piece, px.
        step: from one piece to the next, px.
        pixel: pieces are compared as averages of so many pixels squared.
    """

    side: int
    step: int
    pixel: int


# Larger pieces would copy whole objects: a church into the sky, a face into a cup.
_LEVELS = (_Level(48, 16, 8), _Level(24, 8, 4))
SMALLEST = _LEVELS[-1].side  # px: the shorter side of pictures that can be matched
# The unit of all costs is about the distance of a piece from the one that is most like it. Where that distance is small, this
# share of its average over the picture is added.
_EVEN = 0.1
_NEIGHBOUR = 0.7  # the cost of each neighbour whose piece is not the neighbour in the style image
_REPEATED, _REACH = 1.0, 5  # the cost of each place so many steps around with the same piece: a pattern would show
_SHARE = 0.5  # the cost of a style with half the share of another
_PRICE, _ROUNDS, _MOST_USED = 0.075, 8, 8.0  # what a piece costs more in each round, by how often it is used
_SWEEPS = 4
_CHOICES = 2
_LAID = 16.0  # px: what a Gaussian of this deviation takes from the pieces is laid; large forms stay the painting's
_OPACITY = 0.75  # of the strokes
_SHIFT = 0.45
"""The share of a piece's mean color that does not count, because only its detail is laid. An even ground in a color between two
of the style image's would otherwise get pieces with the edges between them."""
_TEXTURE = 4.0
"""px: strokes replace what a Gaussian of this deviation takes away from leaves, gravel and hair. Coarser detail, lines and
edges show what things are; fewer strokes are laid on them."""
_AROUND = 20.0  # px: the detail of a face counts for its smooth parts, too
_FROM_PHOTOGRAPH = 0.5  # how much the photograph's detail counts against the style's, beside the painting's own
_NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1))
_NEAR = tuple(offset for offset in itertools.product(range(-_REACH, _REACH + 1), repeat=2) if offset != (0, 0))


@dataclass(frozen=True)
class Strokes:
    """Which piece of a style image fits each piece of a painting.

    Attributes:
        pieces: rows and columns of the matched pieces, `(2, rows, columns)`, in steps of the finest level.
        amount: how far the style's detail replaces the painting's, `(H, W)`, 0 to 1.
        style: the style image, at the size at which it was matched or larger.
        scale: the size of `style` in relation to the size at which it was matched, an integer.
    """

    pieces: Indices
    amount: Pixels
    style: Pixels
    scale: int

    def lay_on(self, painting: Pixels) -> Pixels:
        """Return a painting `(3, H, W)`, of any size, with the strokes."""
        return painting + self.change(painting)

    def change(self, painting: Pixels) -> Pixels:
        """Return what the strokes add to a painting `(3, H, W)`, of any size."""
        height, width = painting.shape[1:]
        scale = max(height, width) / max(self.amount.shape)
        changed = resized(self._detail(), height, width)
        changed -= painting
        changed += blurred(painting, _LAID * scale)
        changed *= np.float32(_OPACITY) * resized(self.amount[None], height, width)
        return changed

    def _detail(self) -> Pixels:
        height, width = (side * self.scale for side in self.amount.shape)
        copied = _joined(self.style, self.pieces, self.scale)[:, :height, :width]
        return copied - blurred(copied, _LAID * self.scale)


class Brushwork:
    """Style images whose strokes are copied, one above the other.

    Args:
        styles: the style images, each at the size at which its strokes have the right size for the painting, `(3, h, w)`.
        shares: their shares in the mixture; strokes of a style with a smaller share are chosen where they fit much better.
        large: the style images an integer times as large, for a painting that will be enlarged.

    Attributes:
        small, large: the style images at both sizes, `(3, H, W)`.
        cost: what a piece costs more for its style's share, by its row in `small`, `(H,)`.
    """

    def __init__(
        self, styles: Sequence[Pixels], shares: Sequence[float], large: Sequence[Pixels] | None = None
    ) -> None:
        self.small = _stacked(styles)
        self.large = self.small if large is None else _stacked(large)
        costs = [_SHARE * min(max(shares) / max(share, 1e-9) - 1, 1e6) for share in shares]
        self.cost = np.repeat(np.asarray(costs, np.float32), [style.shape[1] for style in styles])


def find_strokes(painting: Pixels, photograph: Pixels, brushwork: Brushwork) -> Strokes | None:
    """Match a painting with style images.

    Args:
        painting: what is painted so far, `(3, H, W)`, range [0, 1].
        photograph: what it shows, of the same size.
        brushwork: the style images.

    Returns:
        The strokes; None where a picture is too small to be matched.
    """
    small, large = brushwork.small, brushwork.large
    if min(*small.shape[1:], *painting.shape[1:]) < SMALLEST:
        return None
    pieces = _matched(painting, brushwork)
    (wanted,) = amounts_of_detail(_joined(small, pieces, 1)[:, : painting.shape[1], : painting.shape[2]], DETAIL)
    lines = line_map(photograph)
    shown = amounts_of_detail(_without_texture(photograph, lines), DETAIL, _AROUND)
    (own,) = amounts_of_detail(_without_texture(painting, lines), DETAIL)
    there = own + np.float32(_FROM_PHOTOGRAPH) * sum(shown)
    amount = wanted**2 / (wanted**2 + there**2 + np.float32(1e-8))
    return Strokes(pieces, np.asarray(amount, np.float32), large, large.shape[1] // small.shape[1])


def _without_texture(pixels: Pixels, lines: Pixels) -> Pixels:
    smooth = blurred(pixels, _TEXTURE)
    return smooth + lines * (pixels - smooth)


def _stacked(pictures: Sequence[Pixels]) -> Pixels:
    if len(pictures) == 1:
        return pictures[0]
    width = max(picture.shape[2] for picture in pictures)
    return np.concatenate(
        [np.pad(one, ((0, 0), (0, 0), (0, width - one.shape[2])), mode="symmetric") for one in pictures], 1
    )


def _matched(painting: Pixels, brushwork: Brushwork) -> Indices:
    """Return the rows and columns of the matched pieces."""
    side = min(*painting.shape[1:], *brushwork.small.shape[1:])
    coarsest, *others = [level for level in _LEVELS if level.side <= side]
    matching = _Matching(painting, brushwork, coarsest)
    nearest = matching.nearest()
    matched = matching.settle(nearest[0], nearest)
    for level in others:
        # There are too many of the finer pieces to compare them all.
        matching = _Matching(painting, brushwork, level)
        matched = matching.settle(matching.finer(matched), [])
    return matched


class _Matching:
    """Pieces of a painting and of a style image at one level.

    A piece of the style is named by its index, row by row.

    Args:
        painting: the painting, `(3, H, W)`.
        brushwork: the style images.
        level: the level.
    """

    def __init__(self, painting: Pixels, brushwork: Brushwork, level: _Level) -> None:
        ours, theirs = _described(painting, level), _described(brushwork.small, level)
        middle = theirs.mean(axis=(0, 1))
        self._rows, self._columns = theirs.shape[:2]
        self._place = np.indices(ours.shape[:2])
        self._ours = (ours - middle).reshape(-1, ours.shape[2])
        self._theirs = (theirs - middle).reshape(-1, ours.shape[2])
        self._squares = (self._theirs**2).sum(axis=1)
        self._own_squares = (self._ours**2).sum(axis=1)
        self._price = np.repeat(brushwork.cost[:: level.step], self._columns)
        self._unit = np.zeros(0, np.float32)

    def nearest(self) -> list[Indices]:
        """Raise the price of pieces that are used often, and return those that are most like each of ours, the best first.

        Returns:
            As many as there are choices, each `(rows, columns)`.
        """
        distances = self._own_squares[:, None] + self._squares - 2 * self._ours @ self._theirs.T
        self._set_unit(distances.min(axis=1))
        distances /= self._unit[:, None]
        usual = distances.shape[0] / distances.shape[1]
        for _ in range(_ROUNDS):
            uses = np.bincount((distances + self._price).argmin(axis=1), minlength=len(self._price)) / usual
            rise = np.float32(_PRICE * distances.min(axis=1).mean())
            self._price += rise * np.minimum(uses, _MOST_USED).astype(np.float32)
        chosen = np.argsort(distances + self._price, axis=1)[:, :_CHOICES]
        return [column.reshape(self._place.shape[1:]) for column in chosen.T]

    def finer(self, coarser: Indices) -> Indices:
        """Return matches of the coarser level, `(2, rows, columns)`, as pieces of this one."""
        rows, columns = (
            np.minimum(place // 2, side - 1) for place, side in zip(self._place, coarser.shape[1:], strict=True)
        )
        row, column = (2 * plane[rows, columns] + place % 2 for plane, place in zip(coarser, self._place, strict=True))
        return self._index(row.clip(0, self._rows - 1), column.clip(0, self._columns - 1))

    def settle(self, start: Indices, nearest: list[Indices]) -> Indices:
        """Improve matches by what their neighbours propose.

        Args:
            start: a piece of the style for each of ours, `(rows, columns)`.
            nearest: further pieces to consider, each `(rows, columns)`.

        Returns:
            Rows and columns of the pieces, `(2, rows, columns)`.
        """
        current = start
        if not len(self._unit):
            self._set_unit(0.7 * self._distances(current[..., None]).ravel())
        even = self._place.sum(axis=0) % 2
        for sweep in range(2 * _SWEEPS):
            proposed = [self._proposed(current, row, column) for row, column in _NEIGHBOURS]
            candidates = np.stack([current, *proposed, *nearest], axis=-1)
            usable = candidates.clip(0)
            costs = self._distances(usable) / self._unit.reshape(*current.shape, 1) + self._price[usable]
            for one in proposed:
                costs += _NEIGHBOUR * ((candidates != one[..., None]) & (one >= 0)[..., None])
            for row, column in _NEAR:
                costs += _REPEATED * (candidates == np.roll(current, (row, column), axis=(0, 1))[..., None])
            costs[candidates < 0] = np.inf
            best = np.take_along_axis(candidates, costs.argmin(axis=-1)[..., None], axis=-1)[..., 0]
            current = np.where(even == sweep % 2, best, current)
        return np.stack(np.divmod(current, self._columns))

    def _set_unit(self, least: Pixels) -> None:
        least = np.maximum(least, 0)
        self._unit = least + np.float32(_EVEN) * least.mean() + np.float32(1e-6)

    def _distances(self, candidates: Indices) -> Pixels:
        """Return the squared distance of each of ours from candidates, both `(rows, columns, candidates)`."""
        flat = candidates.reshape(-1, candidates.shape[-1])
        products = np.stack([(self._ours * self._theirs[one]).sum(axis=1) for one in flat.T], axis=1)
        found = self._own_squares[:, None] + self._squares[flat] - 2 * products
        return np.asarray(found.reshape(candidates.shape), np.float32)

    def _proposed(self, current: Indices, down: int, right: int) -> Indices:
        """Return the piece that continues the match of the neighbour `(down, right)`; -1 where there is none."""
        row, column = np.divmod(np.roll(current, (-down, -right), axis=(0, 1)), self._columns)
        row, column = row - down, column - right
        inside = (row >= 0) & (row < self._rows) & (column >= 0) & (column < self._columns)
        for place, shift, side in zip(self._place, (down, right), current.shape, strict=True):
            inside &= (place + shift >= 0) & (place + shift < side)
        return np.where(inside, self._index(row, column), -1)

    def _index(self, row: Indices, column: Indices) -> Indices:
        return np.asarray(row * self._columns + column, np.int64)


def _described(pixels: Pixels, level: _Level) -> Pixels:
    """Return a description of each piece of a picture, `(rows, columns, numbers)`."""
    padded = _padded(pixels, level.side, level.step)
    channels, height, width = padded.shape
    rows, columns, pixel = height // level.pixel, width // level.pixel, level.pixel
    small = (
        padded[:, : rows * pixel, : columns * pixel].reshape(channels, rows, pixel, columns, pixel).mean(axis=(2, 4))
    )
    side, step = level.side // pixel, level.step // pixel
    windows = sliding_window_view(small, (side, side), axis=(1, 2))[:, ::step, ::step]
    windows = windows - np.float32(_SHIFT) * windows.mean(axis=(3, 4), keepdims=True)
    return np.ascontiguousarray(np.moveaxis(windows, 0, 2).reshape(*windows.shape[1:3], -1), np.float32)


def _joined(style: Pixels, pieces: Indices, scale: int) -> Pixels:
    """Return the matched pieces of a style image, joined with soft edges, `(3, H, W)`.

    Args:
        style: the style image.
        pieces: their rows and columns.
        scale: the size of `style` in relation to the size at which it was matched.
    """
    side, step = _LEVELS[-1].side * scale, _LEVELS[-1].step * scale
    padded = _padded(style, side, step)
    down, across = (length // step for length in padded.shape[1:])
    # A piece is three blocks high and wide.
    blocks = padded.reshape(3, down, step, across, step).transpose(1, 3, 0, 2, 4).reshape(-1, 3, step, step)
    slope = np.hanning(side + 2)[1:-1] ** 2
    weight = np.outer(slope, slope).astype(np.float32)
    rows, columns = pieces.shape[1:]
    margin = (side - step) // 2
    total = np.zeros((3, rows * step + 2 * margin, columns * step + 2 * margin), np.float32)
    weights = np.zeros(total.shape[1:], np.float32)
    for top, left in itertools.product(range(side // step), repeat=2):
        part = weight[top * step : (top + 1) * step, left * step : (left + 1) * step]
        chosen = blocks[(pieces[0] + top) * across + pieces[1] + left] * part
        inner = (
            slice(top * step, top * step + rows * step),
            slice(left * step, left * step + columns * step),
        )
        total[:, *inner] += chosen.transpose(2, 0, 3, 1, 4).reshape(3, rows * step, columns * step)
        weights[inner] += np.tile(part, (rows, columns))
    total /= weights
    return total[:, margin:, margin:]


def _padded(pixels: Pixels, side: int, step: int) -> Pixels:
    """Return a picture with the margins that pieces about each of its steps need."""
    margin = (side - step) // 2
    fill = [(margin, margin + -length % step) for length in pixels.shape[1:]]
    return np.pad(pixels, ((0, 0), *fill), mode="symmetric")
