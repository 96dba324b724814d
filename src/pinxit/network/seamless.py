"""Paint with a network where borders meet: paint the picture with its surroundings, then crop.

The same surroundings on both sides of a border give the same strokes there. Only the end of the surroundings differs, and its
influence does not reach the part that is kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from pinxit.image import Picture, fit, resize
from pinxit.image.picture import Pixels
from pinxit.image.wrap import WRAPS, crop_border, extend
from pinxit.network.paint import NetworkProgress, painted_at
from pinxit.network.paint import paint as paint_within
from pinxit.network.weights import NetworkWeights
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.progress import WrappedProgress
from pinxit.recipe.recipe import Settings

AROUND = 96  # px: as far as a network reaches, which is `Shape.margin`: 76 for fine, 96 for live


@dataclasses.dataclass(frozen=True)
class _Within(WrappedProgress):
    """Progress without the surroundings; see `pinxit.recipe.progress`."""

    longer_side: int

    @property
    def size(self) -> int:
        return self.longer_side

    def picture(self) -> Picture:
        return crop_border(self.inner.picture(), AROUND)


def paint(
    settings: Settings, inputs: JobInputs, networks: Mapping[str, NetworkWeights]
) -> Iterator[NetworkProgress] | Iterator[_Within]:
    """Paint as `pinxit.network.paint.paint` does, without seams where the recipe's borders meet.

    Args:
        settings: the settings.
        inputs: the pictures, of any size.
        networks: see `pinxit.network.paint.paint`.

    Raises:
        PinxitError: see `pinxit.network.paint.paint`.
    """
    if not WRAPS[settings.wrap]:
        return paint_within(settings, inputs, networks, painted_at(settings), strokes=True)
    return _paint_wrapped(settings, inputs, networks)


def _paint_wrapped(settings: Settings, inputs: JobInputs, networks: Mapping[str, NetworkWeights]) -> Iterator[_Within]:
    wrap = WRAPS[settings.wrap]
    small = fit(inputs.content, settings.size)
    height, width = wrap.even(small.height, small.width)
    content = extend(resize(inputs.content, height, width, wrap), AROUND, wrap)

    def mask(plane: Pixels | None) -> Pixels | None:
        if plane is None:
            return None
        window = (slice(-AROUND, height + AROUND), slice(-AROUND, width + AROUND))
        return wrap.take(resize_mask(plane, height, width), window)

    styles = tuple(dataclasses.replace(style, region=mask(style.region)) for style in inputs.styles)
    around = dataclasses.replace(
        inputs, content=content, styles=styles, keep=mask(inputs.keep), detailed=mask(inputs.detailed)
    )
    size = max(content.height, content.width)
    scale = settings.style_scale * max(height, width) / size
    larger = settings.model_copy(update={"size": size, "style_scale": scale})
    for progress in paint_within(larger, around, networks):
        yield _Within(progress, max(height, width))
