"""The optimiser on a sphere: coarse to fine as on a flat picture, on six faces at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.optimize.descent import Descent
from pinxit.optimize.memory import GIB, plan
from pinxit.optimize.paint import Finish, Progress, descend, memory_of, weights_of
from pinxit.optimize.regions import regions, tensor
from pinxit.optimize.schedule import SMALLEST_SIDE, Scale, scales
from pinxit.optimize.state import State
from pinxit.picture import Picture, cover
from pinxit.picture.finish import colored
from pinxit.picture.ingredients import Ingredients
from pinxit.picture.recipe import Recipe
from pinxit.surface import looking
from pinxit.surface.around import SphereEncoder, SphereObjective, Surroundings
from pinxit.surface.sphere import FACES, Look, whole_side

# Bytes a pixel: the feature maps of all faces that the losses are computed from, and their gradients.
_PER_PIXEL = 1200
# Interpolation looks a few pixels beyond the edges, over which it does not matter which face is asked: there is one painting.
_EDGE, _BAND = 8, 1.0


def paint(
    recipe: Recipe,
    encoder: Encoder,
    unfolded: Callable[[int], Ingredients],
    flat: Callable[[Look, int], Picture],
    state: State | None = None,
) -> Iterator[Progress]:
    """Paint a sphere, yielding after every iteration; see `pinxit.optimize.paint.paint`.

    Args:
        recipe: the settings; `size` is the width of the panorama, half of which counts as a flat picture's size.
        encoder: what sees it.
        unfolded: gives the ingredients with the content image as a strip of six faces of that side, px.
        flat: gives the picture of what is seen all round, for a panorama so many px wide.
        state: of an earlier run.
    """
    memory = memory_of(recipe, encoder)
    half = recipe.size // 2

    def begin(scale: Scale, before: Descent | None) -> tuple[Descent, Finish]:
        side = max(SMALLEST_SIDE, whole_side(2 * scale.longer_side))
        descent = _descent(recipe, encoder, colored(recipe, unfolded(side)), memory, before)
        width = 2 * scale.longer_side
        return descent, lambda strip: flat(_look_at(strip), width)

    for progress in descend(recipe, scales(half, half, recipe.coarsest, recipe.iterations), begin, memory, state):
        yield replace(progress, size=2 * progress.size)


def _descent(
    recipe: Recipe, encoder: Encoder, ingredients: Ingredients, memory: float, before: Descent | None
) -> Descent:
    """What goes on at a scale where the one before left off."""
    content = tensor(ingredients.content)
    height, side = content.shape[2:]
    canvas = _start(recipe, ingredients) if before is None else _other_side(before.best, side)
    free = None if ingredients.keep is None else torch.from_numpy(1 - ingredients.keep)[None, None]
    if free is not None:
        canvas = content.lerp(canvas, free)
    room = plan(height, side, memory * GIB - _PER_PIXEL * height * side, list(recipe.content_layers))
    painted = regions(ingredients, height, side, 2 * side * recipe.style_scale)
    objective = SphereObjective(SphereEncoder(encoder, side, room.side), weights_of(recipe), content, painted)
    free = None if free is None else free.to(encoder.device)
    return Descent(canvas.to(encoder.device), objective, recipe.solver, before, room.history, free)


def _start(recipe: Recipe, ingredients: Ingredients) -> Tensor:
    """See `pinxit.optimize.paint`; the style image begins anew on every face."""
    content = ingredients.content
    if recipe.init == "noise":
        generator = torch.Generator().manual_seed(recipe.seed)
        return (0.5 + 0.1 * torch.randn(1, 3, content.height, content.width, generator=generator)).clamp(0, 1)
    if recipe.init == "style":
        face = cover(ingredients.styles[0].picture, content.width, content.width)
        return tensor(face).repeat(1, 1, len(FACES), 1)
    return tensor(content if ingredients.start is None else ingredients.start)


def _other_side(strip: Tensor, side: int) -> Tensor:
    """The same sphere on faces of another size."""
    return torch.from_numpy(looking.as_strip(_look_at(strip), side))[None]


def _look_at(strip: Tensor) -> Look:
    """A strip of faces `(1, 3, 6 side, side)` to look at as the sphere that it is."""
    strip = strip.clamp(0, 1).float().cpu()
    wide = Surroundings(strip.shape[3], _EDGE, strip.device)(strip)
    return looking.views(wide.numpy(), _EDGE, _BAND)
