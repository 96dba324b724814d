"""The network where borders meet: it paints the picture and what stands round it, which is then cut off.

The same surroundings on both sides of a border give the same strokes there, but for what the network cannot see: how it
ends a picture. That reaches less far than what is cut off.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

from pinxit.network.paint import Progress, painted_at
from pinxit.network.paint import paint as paint_within
from pinxit.network.weights import Weights
from pinxit.picture import Picture, fit, resize
from pinxit.picture.ingredients import Ingredients
from pinxit.picture.masks import resize_mask
from pinxit.picture.picture import Pixels
from pinxit.picture.recipe import Settings
from pinxit.picture.wrap import WRAPS, surrounded, without

# Farther than the network's own reach, px: `Shape.margin` is 60 for fine, 72 for live.
AROUND = 96


@dataclasses.dataclass(frozen=True)
class _Within:
    """Progress without the surroundings; see `pinxit.picture.progress`."""

    whole: Progress
    size: int

    done = ()
    memory = 0.0

    @property
    def losses(self) -> dict[str, float]:
        return self.whole.losses

    @property
    def facts(self) -> str:
        return self.whole.facts

    @property
    def seconds(self) -> float:
        return self.whole.seconds

    @property
    def seconds_left(self) -> float:
        return self.whole.seconds_left

    def picture(self) -> Picture:
        return without(self.whole.picture(), AROUND)


def paint(
    recipe: Settings, ingredients: Ingredients, networks: Mapping[str, Weights]
) -> Iterator[Progress] | Iterator[_Within]:
    """Paint as `pinxit.network.paint` does, with the recipe's borders meeting."""
    if not WRAPS[recipe.wrap]:
        return paint_within(recipe, ingredients, networks, painted_at(recipe))
    return _paint_wrapped(recipe, ingredients, networks)


def _paint_wrapped(recipe: Settings, ingredients: Ingredients, networks: Mapping[str, Weights]) -> Iterator[_Within]:
    wrap = WRAPS[recipe.wrap]
    small = fit(ingredients.content, recipe.size)
    height, width = wrap.even(small.height, small.width)
    content = surrounded(resize(ingredients.content, height, width, wrap), AROUND, wrap)

    def mask(plane: Pixels | None) -> Pixels | None:
        if plane is None:
            return None
        window = (slice(-AROUND, height + AROUND), slice(-AROUND, width + AROUND))
        return wrap.take(resize_mask(plane, height, width), window)

    styles = tuple(dataclasses.replace(style, region=mask(style.region)) for style in ingredients.styles)
    around = dataclasses.replace(ingredients, content=content, styles=styles, keep=mask(ingredients.keep))
    size = max(content.height, content.width)
    scale = recipe.style_scale * max(height, width) / size
    larger = recipe.model_copy(update={"size": size, "style_scale": scale})
    for progress in paint_within(larger, around, networks):
        yield _Within(progress, max(height, width))
