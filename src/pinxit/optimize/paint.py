"""The optimiser: paint a picture by minimising the objective over its pixels, coarse to fine."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.faces import Face, find
from pinxit.image import Picture, resize
from pinxit.image.picture import Pixels
from pinxit.image.resizer import fitted
from pinxit.image.wrap import WRAPS, Wrap
from pinxit.objective.correspondence import Meanings
from pinxit.objective.objective import Objective
from pinxit.objective.temporal import TemporalTarget
from pinxit.optimize.descent import Descent
from pinxit.optimize.enlarge import detail_share, enlarge
from pinxit.optimize.loop import coarse_to_fine
from pinxit.optimize.loss_weights import loss_weights
from pinxit.optimize.matching import meanings_of
from pinxit.optimize.memory import GIB, demand_of, memory_of, plan
from pinxit.optimize.progress import Finish, OptimizerProgress
from pinxit.optimize.regions import regions, stroke_regions, to_tensor
from pinxit.optimize.schedule import SMALLEST_SIDE, Scale, scales
from pinxit.optimize.start import starting_canvas
from pinxit.optimize.state import State
from pinxit.optimize.subjects import subjects
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.postprocess import colored, finish
from pinxit.recipe.recipe import Recipe, Settings

SMALLEST_CONTENT = 16  # px: an icon may be enlarged and painted; below this nothing in it can be recognised


def paint(
    settings: Settings, encoder: Encoder, inputs: JobInputs, state: State | None = None
) -> Iterator[OptimizerProgress]:
    """Paint the content image in the style of the style images, yielding after every iteration.

    Args:
        settings: the settings; a Recipe with `done` gets exactly those iterations, whatever time or tolerance say.
        encoder: computes the features.
        inputs: the pictures, of any size.
        state: the state of an earlier run of the same recipe on the same pictures, which is resumed.

    Raises:
        PinxitError: when a picture is too small for the encoder's layers, the memory too small for the result, or the
            objective breaks down.
    """
    inputs = colored(settings, inputs)
    wrap = WRAPS[settings.wrap]
    memory = memory_of(settings, encoder)
    height, width = _full_size(inputs.content, settings.size, wrap)
    schedule = scales(height, width, settings.coarsest, settings.iterations, wrap)
    if isinstance(settings, Recipe) and settings.done:
        schedule = schedule[: len(settings.done)]
    # The largest scale comes last, perhaps hours after the first, so a picture that does not fit is refused now.
    largest = schedule[-1]
    plan(largest.height, largest.width, memory * GIB, demand_of(settings, inputs, largest.iterations))
    full = full_size(inputs.content, settings.size, wrap)
    faces = find(full) if settings.faces == "gentle" else []
    meanings = meanings_of(settings, encoder, full, inputs, wrap)

    def begin(scale: Scale, before: Descent | None) -> tuple[Descent, Finish]:
        content = resize(full, scale.height, scale.width, wrap)
        descent = _begin_scale(settings, encoder, inputs, content, faces, meanings, scale, memory, before)
        return descent, functools.partial(_to_picture, settings, content, inputs.keep)

    return coarse_to_fine(settings, schedule, begin, memory, state)


def _begin_scale(
    settings: Settings,
    encoder: Encoder,
    inputs: JobInputs,
    content: Picture,
    faces: Sequence[Face],
    meanings: Meanings | None,
    scale: Scale,
    memory: float,
    before: Descent | None,
) -> Descent:
    """Return the descent at a scale, which starts from the result of the scale `before`.

    `content` is the content image at this scale's size, and `faces` are the faces in it.
    """
    wrap = WRAPS[settings.wrap]
    canvas = starting_canvas(settings, content, inputs) if before is None else enlarge(before.best, scale, wrap)
    if before is not None and (detail := detail_share(settings)):
        coarse = to_tensor(resize(content, before.best.shape[2], before.best.shape[3], wrap))
        missing = (to_tensor(content) - enlarge(coarse, scale, wrap)).to(canvas.device)
        canvas = canvas.add_(missing, alpha=detail).clamp_(0, 1)
    free = _free(inputs.keep, content)
    if free is not None:
        canvas = to_tensor(content).lerp(canvas.cpu(), free)
    weights = loss_weights(settings)
    room = plan(scale.height, scale.width, memory * GIB, demand_of(settings, inputs, scale.iterations))
    style_size = scale.longer_side * settings.style_scale
    whole = regions(inputs, scale.height, scale.width, style_size, meanings)
    strokes = stroke_regions(whole, inputs, scale.height, scale.width, style_size, meanings)
    objective = Objective(
        encoder,
        weights,
        to_tensor(content),
        # Without neighbours the size of strokes follows from statistics alone.
        whole if weights.neighbors else strokes,
        side=room.side,
        wrap=wrap,
        temporal_targets=_temporal_targets(inputs, scale),
        subjects=subjects(faces, scale.height, scale.width, inputs.detailed),
        meanings=meanings,
        compact=room.compact,
        strokes=strokes,
    )
    descent = Descent(
        canvas.to(encoder.device),
        objective,
        settings.solver,
        before,
        history=room.history,
        half=room.compact,
        free=None if free is None else free.to(encoder.device),
        match=objective.match if weights.neighbors else None,
    )
    if before is None and inputs.neighbors:
        descent.match()  # what its neighbours show is painted already, and its strokes should be continued
    return descent


def _temporal_targets(inputs: JobInputs, scale: Scale) -> list[TemporalTarget]:
    """Return the temporal neighbours of a frame at a scale's size."""
    return [
        TemporalTarget(
            to_tensor(resize(Picture(neighbor.pixels), scale.height, scale.width)),
            neighbor.weight * torch.from_numpy(resize_mask(neighbor.mask, scale.height, scale.width))[None, None],
        )
        for neighbor in inputs.neighbors
    ]


def full_size(content: Picture, size: int, wrap: Wrap) -> Picture:
    """Return the content image at the result's size.

    Args:
        content: the content image, of any size.
        size: the result's longer side, px.
        wrap: which of its borders meet.

    Raises:
        PinxitError: when the content image or the result is too small.
    """
    return resize(content, *_full_size(content, size, wrap), wrap)


def _full_size(content: Picture, size: int, wrap: Wrap) -> tuple[int, int]:
    """Return the result's height and width, px."""
    if min(content.height, content.width) < SMALLEST_CONTENT:
        raise PinxitError(
            f"the content image has {content.width}×{content.height} px, too few to show anything: "
            f"give one with at least {SMALLEST_CONTENT} px on the shorter side."
        )
    height, width = fitted(content.height, content.width, size)
    if wrap:
        height, width = wrap.even(height, width)
    if min(height, width) < SMALLEST_SIDE:
        raise PinxitError(
            f"the result would have {width}×{height} px, the encoder needs {SMALLEST_SIDE} px "
            "on the shorter side: give a less narrow picture, or raise --size."
        )
    return height, width


def _free(keep: Pixels | None, content: Picture) -> Tensor | None:
    """Return how much of each pixel may change, `(1, 1, H, W)`; None where all of every pixel may."""
    return None if keep is None else torch.from_numpy(1 - resize_mask(keep, content.height, content.width))[None, None]


def _to_picture(settings: Settings, content: Picture, keep: Pixels | None, canvas: Tensor) -> Picture:
    return finish(settings, content, keep, canvas.clamp(0, 1)[0].float().cpu().contiguous().numpy())
