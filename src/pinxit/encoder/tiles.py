"""Divide a picture into tiles that the encoder can process one at a time, with exactly the whole picture's result.

A position of a feature map depends on a patch of the picture no larger than its receptive field. A tile therefore has an inner
part, whose positions it computes, and a margin round it, on which they depend. Where a tile ends at the picture's own border
there is no margin, and the encoder's padding does there what it does for the whole picture. Where borders meet, the margin
continues beyond them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from torch import Tensor

from pinxit.encoder.border import give, take
from pinxit.encoder.vgg import Architecture, layers, stride
from pinxit.image.wrap import GRID, NONE, Window, Wrap

# px: the deepest stride. Tiles begin at its multiples, so that poolings pair the same pixels as in the whole picture.
ALIGNMENT = GRID


@dataclass(frozen=True)
class Tile:
    """A tile of a picture of `height` × `width` px.

    Attributes:
        inner: the pixels whose positions the tile computes; every pixel is inside exactly one tile.
        outer: the pixels it needs for that; beyond the picture where borders meet.
        height, width: the size of the whole picture, px.
        wrap: which of the picture's borders meet.
    """

    inner: Window
    outer: Window
    height: int
    width: int
    wrap: Wrap = NONE

    @property
    def border(self) -> Wrap:
        """Which borders of the outer part meet: the picture's, if the tile is the whole picture."""
        return self.wrap if self.outer == (slice(0, self.height), slice(0, self.width)) else NONE

    def see(self, picture: Tensor) -> Tensor:
        """Return the outer part of a picture `(1, C, H, W)`."""
        return take(picture, self.outer, self.wrap)

    def give(self, gradient: Tensor, part: Tensor) -> None:
        """Add the outer part's gradient to the picture's, in place."""
        give(gradient, self.outer, part, self.wrap)

    def positions(self, tap: str) -> Window:
        """Return the window of the inner part in the feature map `tap` that was computed from the outer part."""
        return self._local(0, self.height, stride(tap)), self._local(1, self.width, stride(tap))

    def _local(self, axis: int, whole: int, step: int) -> slice:
        inner, outer = self.inner[axis], self.outer[axis]
        # Feature maps drop pixels that do not fill a stride, but only at the far border of the whole picture.
        stop = whole // step if inner.stop == whole else inner.stop // step
        return slice((inner.start - outer.start) // step, stop - outer.start // step)


def margin(architecture: Architecture, taps: Iterable[str]) -> int:
    """Return how far a position of the deepest tap sees beyond its own block of pixels, px, rounded up to whole strides.

    Every convolution looks one step further, and a step is as many pixels as the layer's stride: 58 px for relu5_1 of VGG-16,
    70 px for VGG-19's. Galerne et al. (2022) need twice that, because they cut the gradient to the inner part; the objective
    here adds it up where margins overlap.
    """
    names = layers(architecture)
    deepest = max(names.index(tap) for tap in taps)
    reach = sum(stride(name) for name in names[: deepest + 1] if name.startswith("conv"))
    return math.ceil(reach / ALIGNMENT) * ALIGNMENT


def divide(
    picture: Tensor, side: int, architecture: Architecture, taps: Iterable[str], wrap: Wrap = NONE
) -> list[Tile]:
    """Divide a picture into tiles of about equal size.

    Args:
        picture: `(1, C, H, W)`.
        side: the tiles' greatest side, px, margins included if that leaves anything; rounded to whole strides.
        architecture: the architecture of the encoder.
        taps: the feature maps that will be computed.
        wrap: which of the picture's borders meet.
    """
    height, width = picture.shape[2:]
    if max(height, width) <= side:
        whole = (slice(0, height), slice(0, width))
        return [Tile(whole, whole, height, width, wrap)]
    around = margin(architecture, taps)
    rows, columns = list(_parts(height, side, around, wrap.rows)), list(_parts(width, side, around, wrap.columns))
    return [
        Tile(
            (row, column),
            (_outer(row, height, around, wrap.rows), _outer(column, width, around, wrap.columns)),
            height,
            width,
            wrap,
        )
        for row in rows
        for column in columns
    ]


def _parts(length: int, side: int, margin: int, meets: bool) -> Iterator[slice]:
    if length + (2 * margin if meets else 0) <= side:
        yield slice(0, length)
        return
    most = max(ALIGNMENT, (side - 2 * margin) // ALIGNMENT * ALIGNMENT)
    step = math.ceil(length / math.ceil(length / most) / ALIGNMENT) * ALIGNMENT
    for start in range(0, length, step):
        yield slice(start, min(start + step, length))


def _outer(inner: slice, whole: int, margin: int, meets: bool) -> slice:
    if meets:
        return slice(inner.start - margin, inner.stop + margin)
    return slice(max(0, inner.start - margin), min(whole, inner.stop + margin))
