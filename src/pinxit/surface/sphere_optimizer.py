"""The optimiser for a sphere: coarse to fine as for a flat picture, on six faces at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.semantics import semantic_features
from pinxit.encoder.vgg import Encoder
from pinxit.faces import find
from pinxit.image import Picture, cover
from pinxit.objective.correspondence import Meanings
from pinxit.objective.objective import Subjects
from pinxit.optimize.descent import Descent
from pinxit.optimize.enlarge import detail_share
from pinxit.optimize.loop import coarse_to_fine
from pinxit.optimize.loss_weights import loss_weights
from pinxit.optimize.matching import kind_of, meanings_from
from pinxit.optimize.memory import GIB, demand_of, memory_of, plan
from pinxit.optimize.progress import Finish, OptimizerProgress
from pinxit.optimize.regions import regions, to_tensor
from pinxit.optimize.schedule import SMALLEST_SIDE, Scale, scales
from pinxit.optimize.start import start_from_content
from pinxit.optimize.state import State
from pinxit.optimize.subjects import subjects
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.postprocess import colored
from pinxit.recipe.recipe import Recipe
from pinxit.surface import projection
from pinxit.surface.sphere import FACES, Look, whole_side
from pinxit.surface.sphere_encoder import SphereEncoder, SphereObjective, Surroundings

_PER_PIXEL = 1200  # bytes: feature maps of all faces that the losses are computed from, and their gradients
# px: margin for interpolation beyond the edges, and the band over which faces are mixed; they agree there.
_EDGE, _BAND = 8, 1.0
# Semantic features: side of a face, px, its margin, px, and positions along a side.
_SEEN, _AROUND, _CELLS = 128, 32, 24


def paint(
    recipe: Recipe,
    encoder: Encoder,
    unfolded: Callable[[int], JobInputs],
    flat: Callable[[Look, int], Picture],
    state: State | None = None,
) -> Iterator[OptimizerProgress]:
    """Paint a sphere, yielding after every iteration; see `pinxit.optimize.paint.paint`.

    Args:
        recipe: the settings; `size` is the width of the panorama, half of which counts as a flat picture's size.
        encoder: the encoder.
        unfolded: returns the inputs with the content image as a strip of six faces of a side, px.
        flat: returns the flat picture of a sphere, for a panorama of a width, px.
        state: state of an earlier run, to continue it.
    """
    memory = memory_of(recipe, encoder)
    half = recipe.size // 2

    meanings = _meanings(recipe, encoder, colored(recipe, unfolded(_SEEN))) if recipe.matched else None

    def begin(scale: Scale, before: Descent | None) -> tuple[Descent, Finish]:
        side = max(SMALLEST_SIDE, whole_side(2 * scale.longer_side))
        strip = colored(recipe, unfolded(side))
        descent = _descent(recipe, encoder, strip, meanings, memory, before, scale.iterations)
        width = 2 * scale.longer_side
        return descent, lambda strip: flat(_look_at(strip), width)

    for progress in coarse_to_fine(
        recipe, scales(half, half, recipe.coarsest, recipe.iterations), begin, memory, state
    ):
        yield replace(progress, size=2 * progress.size, full_size=2 * progress.full_size)


def _meanings(recipe: Recipe, encoder: Encoder, ingredients: JobInputs) -> Meanings:
    """Return the semantic features of a sphere and of the style images; each face is encoded with its surroundings."""
    strip = to_tensor(ingredients.content).to(encoder.device)
    wide = Surroundings(_SEEN, _AROUND, encoder.device)(strip)
    features = semantic_features(wide, kind_of(recipe), encoder)
    share = _SEEN / (_SEEN + 2 * _AROUND)
    centre = torch.tensor([[[share, 0.0, 0.0], [0.0, share, 0.0]]], device=features.device).expand(len(features), 2, 3)
    grid = F.affine_grid(centre, [len(features), 1, _CELLS, _CELLS], align_corners=False)
    faces = F.grid_sample(features, grid, align_corners=False)
    return meanings_from(recipe, encoder, torch.cat(list(faces), 1)[None], ingredients)


def _descent(
    recipe: Recipe,
    encoder: Encoder,
    ingredients: JobInputs,
    meanings: Meanings | None,
    memory: float,
    before: Descent | None,
    iterations: int,
) -> Descent:
    """Return the descent at a scale, which continues from the coarser one."""
    content = to_tensor(ingredients.content)
    height, side = content.shape[2:]
    canvas = _start(recipe, ingredients) if before is None else _other_side(before.best, side)
    if before is not None and (detail := detail_share(recipe)):
        coarse = _other_side(content, before.best.shape[3])
        canvas = canvas.add_(content - _other_side(coarse, side), alpha=detail).clamp_(0, 1)
    free = None if ingredients.keep is None else torch.from_numpy(1 - ingredients.keep)[None, None]
    if free is not None:
        canvas = content.lerp(canvas, free)
    demand = demand_of(recipe, ingredients, iterations)
    room = plan(height, side, memory * GIB - _PER_PIXEL * height * side, demand)
    painted = regions(ingredients, height, side, 2 * side * recipe.style_scale, meanings)
    weights = loss_weights(recipe)
    faces = _people(ingredients.content, side) if recipe.faces == "gentle" else None
    sphere = SphereEncoder(encoder, side, room.side)
    objective = SphereObjective(sphere, weights, content, painted, faces, meanings, room.compact)
    free = None if free is None else free.to(encoder.device)
    match = objective.match if weights.neighbors else None
    return Descent(canvas.to(encoder.device), objective, recipe.solver, before, room.history, room.compact, free, match)


def _people(strip: Picture, side: int) -> Subjects | None:
    """Return the parts of people that must stay recognisable, found on each of the six cube faces by itself."""
    found = [
        subjects(find(Picture(np.ascontiguousarray(part))), side, side)
        for part in np.split(strip.pixels, len(FACES), 1)
    ]
    if not any(found):
        return None
    nothing = torch.zeros(1, 1, side, side)
    return Subjects(
        torch.cat([nothing if one is None else one.content for one in found], 2),
        torch.cat([nothing if one is None else one.place for one in found], 2),
    )


def _start(recipe: Recipe, ingredients: JobInputs) -> Tensor:
    """See `pinxit.optimize.start`; the style image begins anew on every face."""
    content = ingredients.content
    if recipe.init == "noise":
        generator = torch.Generator().manual_seed(recipe.seed)
        return (0.5 + 0.1 * torch.randn(1, 3, content.height, content.width, generator=generator)).clamp(0, 1)
    if recipe.init == "style":
        face = cover(ingredients.styles[0].picture, content.width, content.width)
        return to_tensor(face).repeat(1, 1, len(FACES), 1)
    if ingredients.start is not None:
        return to_tensor(ingredients.start)
    return start_from_content(recipe, content, ingredients)


def _other_side(strip: Tensor, side: int) -> Tensor:
    """Return the sphere on faces of another size."""
    return torch.from_numpy(projection.as_strip(_look_at(strip), side))[None]


def _look_at(strip: Tensor) -> Look:
    """Return the sphere that a strip of faces `(1, 3, 6 side, side)` shows."""
    strip = strip.clamp(0, 1).float().cpu()
    wide = Surroundings(strip.shape[3], _EDGE, strip.device)(strip)
    return projection.views(wide.numpy(), _EDGE, _BAND)
