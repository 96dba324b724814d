"""The optimiser as an iterator of progress: whoever drives it may look, stop or keep what there is, between two items."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.objective.objective import Objective, Weights
from pinxit.optimize.descent import Descent
from pinxit.optimize.schedule import SMALLEST_SIDE, Clock, Scale, scales
from pinxit.optimize.stopping import Plateau
from pinxit.picture import Picture, fit, resize
from pinxit.picture.recipe import Recipe, Settings

# An icon may be enlarged and painted; below this there is nothing in it to recognise.
SMALLEST_CONTENT = 16


@dataclass(frozen=True)
class Progress:
    """Where the work stands after an iteration.

    Attributes:
        scale: number of the scale, from 0, of `scales` in all.
        size: the longer side there, px.
        iteration: iterations done at this scale, of at most `iterations`.
        done: iterations done at each scale so far.
        content, style, smoothness, total: the losses; the first three before their weights.
        seconds: since the start.
        seconds_left: an estimate.
    """

    scale: int
    scales: int
    size: int
    iteration: int
    iterations: int
    done: tuple[int, ...]
    content: float
    style: float
    smoothness: float
    total: float
    seconds: float
    seconds_left: float
    _content: Picture
    _best: Tensor

    def picture(self) -> Picture:
        """The best picture so far, at this scale's size, with the content image's transparency."""
        pixels = self._best.clamp(0, 1)[0].float().cpu().contiguous().numpy()
        like = resize(self._content, pixels.shape[1], pixels.shape[2])
        return like.with_pixels(pixels)


def paint(
    recipe: Settings,
    encoder: Encoder,
    content: Picture,
    styles: Sequence[tuple[Picture, float]],
    start: Picture | None = None,
) -> Iterator[Progress]:
    """Paint the content image in the manner of the style images, yielding after every iteration.

    Args:
        recipe: the settings; a Recipe with `done` does exactly those iterations, whatever time or tolerance say.
        encoder: what sees the pictures.
        content: the content image, of any size.
        styles: style images and their shares, relative to each other.
        start: what to start from where `recipe.init` is neither `content` nor `noise`.

    Raises:
        PinxitError: when a picture is too small for the encoder's layers, or the objective breaks down.
    """
    exactly = recipe.done if isinstance(recipe, Recipe) else None
    full = _full_size(content, recipe.size)
    plan = scales(full.height, full.width, recipe.coarsest, recipe.iterations)
    if exactly:
        plan = plan[: len(exactly)]
    clock = Clock(plan, None if exactly else recipe.seconds)
    weights = Weights(
        recipe.content_weight,
        recipe.style_weight,
        recipe.smoothness,
        recipe.content_layers,
        recipe.style_layers,
        recipe.form,
    )
    canvas: Tensor | None = None
    descent: Descent | None = None
    done: list[int] = []
    for step, scale in enumerate(plan):
        clock.enter(step)
        here = resize(full, scale.height, scale.width)
        canvas = _start(recipe, here, start) if canvas is None else _enlarge(canvas, scale)
        objective = Objective(
            encoder, weights, _tensor(here), _styles_at(styles, scale.longer_side * recipe.style_scale)
        )
        descent = Descent(canvas.to(encoder.device), objective, recipe.solver, descent)
        plateau = Plateau(0.0 if exactly else recipe.tolerance)
        limit = exactly[step] if exactly else scale.iterations
        done.append(0)
        while done[-1] < limit:
            losses = descent.step()
            done[-1] += 1
            clock.tick(scale)
            total = float(losses.total)
            yield Progress(
                scale=step,
                scales=len(plan),
                size=scale.longer_side,
                iteration=done[-1],
                iterations=limit,
                done=tuple(done),
                content=float(losses.content),
                style=float(losses.style),
                smoothness=float(losses.smoothness),
                total=total,
                seconds=clock.seconds,
                seconds_left=clock.seconds_left(step, done[-1]),
                _content=full,
                _best=descent.best,
            )
            if (clock.expired and not exactly) or plateau.reached(total):
                break
        canvas = descent.best.clamp(0, 1)


def _tensor(picture: Picture) -> Tensor:
    """`(1, 3, H, W)`, float32."""
    return torch.from_numpy(picture.pixels)[None]


def _full_size(content: Picture, size: int) -> Picture:
    """The content image at the result's size, if there is enough of it."""
    if min(content.height, content.width) < SMALLEST_CONTENT:
        raise PinxitError(
            f"the content image has {content.width}×{content.height} px, too few to show anything: "
            f"give one with at least {SMALLEST_CONTENT} px on the shorter side."
        )
    full = fit(content, size)
    if min(full.height, full.width) < SMALLEST_SIDE:
        raise PinxitError(
            f"the result would have {full.width}×{full.height} px, the encoder needs {SMALLEST_SIDE} px "
            "on the shorter side: give a less narrow picture, or raise --size."
        )
    return full


def _styles_at(styles: Sequence[tuple[Picture, float]], size: float) -> list[tuple[Tensor, float]]:
    """The style images with a longer side of `size` px, never enlarged (that would teach blur), shares adding up to 1."""
    whole = sum(share for _, share in styles)
    sized = []
    for style, share in styles:
        longer, shorter = max(style.height, style.width), min(style.height, style.width)
        if shorter < SMALLEST_SIDE:
            raise PinxitError(
                f"the style image has {style.width}×{style.height} px, the encoder needs {SMALLEST_SIDE} px "
                "on the shorter side: give a larger one."
            )
        least = math.ceil(SMALLEST_SIDE * longer / shorter)
        sized.append((_tensor(fit(style, min(longer, max(round(size), least)))), share / whole))
    return sized


def _start(recipe: Settings, content: Picture, start: Picture | None) -> Tensor:
    if recipe.init == "noise":
        # Grey with a little of everything, as Gatys's white noise; drawn on the CPU, so that a seed means one picture.
        generator = torch.Generator().manual_seed(recipe.seed)
        return (0.5 + 0.1 * torch.randn(1, 3, content.height, content.width, generator=generator)).clamp(0, 1)
    return _tensor(content if start is None else resize(start, content.height, content.width))


def _enlarge(canvas: Tensor, scale: Scale) -> Tensor:
    return F.interpolate(canvas, size=(scale.height, scale.width), mode="bicubic", align_corners=False).clamp(0, 1)
