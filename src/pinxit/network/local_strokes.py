"""Paint with a network in strokes of several sizes: once in each size, mixed by the masks."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from pinxit.image import Picture
from pinxit.network import seamless
from pinxit.network.weights import NetworkWeights
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.progress import Progress, WrappedProgress
from pinxit.recipe.recipe import Settings
from pinxit.recipe.stroke_sizes import StrokeSize, stroke_sizes


@dataclasses.dataclass(frozen=True)
class _Mixed(WrappedProgress):
    """Progress in one of several sizes; see `pinxit.recipe.progress`.

    Attributes:
        before: the finished paintings in other sizes.
        size_of_strokes: what is painted now.
        passes: how many sizes there are.
        spent: the time that the finished paintings took, s.
    """

    before: tuple[tuple[StrokeSize, Picture], ...]
    size_of_strokes: StrokeSize
    passes: int
    spent: float

    @property
    def facts(self) -> str:
        return f"{self.inner.facts}  stroke size {len(self.before) + 1}/{self.passes}"

    @property
    def seconds(self) -> float:
        return self.spent + self.inner.seconds

    @property
    def seconds_left(self) -> float:
        done = len(self.before)
        whole = self.inner.seconds + self.inner.seconds_left
        return self.inner.seconds_left + (self.passes - done - 1) * (self.spent + whole) / (done + 1)

    def picture(self) -> Picture:
        """Return the paintings so far, mixed; what has not been painted in its size has that of the first."""
        parts = [*self.before, (self.size_of_strokes, self.inner.picture())]
        picture = parts[0][1]
        pixels = picture.pixels.copy()
        for size, painted in parts[1:]:
            if size.share is not None:
                pixels += resize_mask(size.share, *pixels.shape[1:]) * (painted.pixels - parts[0][1].pixels)
        return picture.with_pixels(pixels.clip(0, 1, out=pixels))


def paint(settings: Settings, inputs: JobInputs, networks: Mapping[str, NetworkWeights]) -> Iterator[Progress]:
    """Paint as `pinxit.network.seamless.paint` does, with finer and broader strokes where the inputs' masks say so.

    Args:
        settings: the settings.
        inputs: the pictures, of any size.
        networks: see `pinxit.network.paint.paint`.

    Raises:
        PinxitError: see `pinxit.network.paint.paint`.
    """
    sizes = stroke_sizes(inputs, inputs.content.height, inputs.content.width)
    before: tuple[tuple[StrokeSize, Picture], ...] = ()
    spent = 0.0
    for size in sizes:
        scaled = settings.model_copy(update={"style_scale": settings.style_scale * size.factor})
        progress: Progress | None = None
        for progress in seamless.paint(scaled, inputs, networks):
            yield progress if len(sizes) == 1 else _Mixed(progress, before, size, len(sizes), spent)
        assert progress is not None  # noqa: S101 - every painting has a tile
        before, spent = (*before, (size, progress.picture())), spent + progress.seconds
