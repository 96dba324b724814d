"""The optimiser as an iterator of progress: whoever drives it may look, stop or keep what there is, between two items."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import take
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.objective.objective import Objective, Weights
from pinxit.objective.temporal import Earlier
from pinxit.optimize.descent import Descent
from pinxit.optimize.memory import GIB, budget, plan
from pinxit.optimize.regions import regions, tensor
from pinxit.optimize.schedule import SMALLEST_SIDE, Clock, Scale, scales
from pinxit.optimize.state import State, named, number, numbers, within
from pinxit.optimize.stopping import Plateau
from pinxit.picture import Picture, cover, fit, resize
from pinxit.picture.finish import colored, finish
from pinxit.picture.ingredients import Ingredients
from pinxit.picture.masks import resize_mask
from pinxit.picture.picture import Pixels
from pinxit.picture.recipe import Recipe, Settings
from pinxit.picture.wrap import WRAPS, Wrap

Finish = Callable[[Tensor], Picture]
"""Makes a picture of a canvas."""

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
        memory: GB that were planned with.
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
    memory: float
    _finish: Finish
    _best: Tensor
    _state: Callable[[], State]

    @property
    def losses(self) -> dict[str, float]:
        """By name, each before its weight."""
        return {"content": self.content, "style": self.style, "total": self.total}

    @property
    def facts(self) -> str:
        """One line for a person."""
        return (
            f"{self.size} px ({self.scale + 1}/{self.scales})  iteration {self.iteration}/{self.iterations}  "
            f"content {self.content:.3g}  style {self.style:.3g}"
        )

    def state(self) -> State:
        """What a run needs to go on from here; to be taken before the next item."""
        return self._state()

    def picture(self) -> Picture:
        """The best picture so far, at this scale's size, with the content image's transparency."""
        return self._finish(self._best)


def paint(
    recipe: Settings, encoder: Encoder, ingredients: Ingredients, state: State | None = None
) -> Iterator[Progress]:
    """Paint the content image in the manner of the style images, yielding after every iteration.

    Args:
        recipe: the settings; a Recipe with `done` does exactly those iterations, whatever time or tolerance say.
        encoder: what sees the pictures.
        ingredients: the pictures, of any size.
        state: of an earlier run of the same recipe on the same pictures, which goes on from there.

    Raises:
        PinxitError: when a picture is too small for the encoder's layers, the memory for the result, or the objective
            breaks down.
    """
    ingredients = colored(recipe, ingredients)
    wrap = WRAPS[recipe.wrap]
    full = _full_size(ingredients.content, recipe.size, wrap)
    memory = memory_of(recipe, encoder)

    def begin(scale: Scale, before: Descent | None) -> tuple[Descent, Finish]:
        here = resize(full, scale.height, scale.width, wrap)
        descent = _descent(recipe, encoder, ingredients, here, scale, memory, before)
        return descent, functools.partial(_finish, recipe, here, ingredients.keep)

    schedule = scales(full.height, full.width, recipe.coarsest, recipe.iterations, wrap)
    return descend(recipe, schedule, begin, memory, state)


def descend(
    recipe: Settings,
    schedule: tuple[Scale, ...],
    begin: Callable[[Scale, Descent | None], tuple[Descent, Finish]],
    memory: float,
    state: State | None = None,
) -> Iterator[Progress]:
    """Go from scale to scale and down at each, yielding after every iteration; see `paint`.

    Args:
        recipe: the settings.
        schedule: the scales.
        begin: gives the descent at a scale, which goes on from the one before, and what makes a picture of where it is.
        memory: GB to plan with.
        state: of an earlier run.
    """
    exactly = recipe.done if isinstance(recipe, Recipe) else None
    if exactly:
        schedule = schedule[: len(exactly)]
    clock = Clock(schedule, None if exactly else recipe.seconds)
    done = [] if state is None else [int(count) for count in numbers(state, "done")]
    resumed = len(done) - 1
    if state is not None:
        clock.resume(number(state, "seconds"), done)
    descent: Descent | None = None
    for step, scale in enumerate(schedule):
        if step < resumed:
            continue
        clock.enter(step)
        descent, finished_as = begin(scale, descent)
        plateau = Plateau(0.0 if exactly else recipe.tolerance)
        limit = exactly[step] if exactly else scale.iterations
        finished = False
        if state is not None and step == resumed:
            descent.restore(within(state, "descent"))
            plateau.best = numbers(state, "plateau")
            finished = bool(number(state, "finished"))
            state = None  # the tensors are the descent's from here on
        else:
            done.append(0)
        while done[-1] < limit and not finished:
            losses = descent.step()
            done[-1] += 1
            clock.tick(scale)
            total = float(losses.total)
            finished = (clock.expired and not exactly) or plateau.reached(total)
            yield Progress(
                scale=step,
                scales=len(schedule),
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
                memory=memory,
                _finish=finished_as,
                _best=descent.best,
                _state=functools.partial(_state, descent, plateau, clock, tuple(done), finished),
            )


def _descent(
    recipe: Settings,
    encoder: Encoder,
    ingredients: Ingredients,
    here: Picture,
    scale: Scale,
    memory: float,
    before: Descent | None,
) -> Descent:
    """What goes on at a scale where the one before left off; `here` is the content image at its size."""
    wrap = WRAPS[recipe.wrap]
    canvas = _start(recipe, here, ingredients) if before is None else _enlarge(before.best, scale, wrap)
    free = _free(ingredients.keep, here)
    if free is not None:
        canvas = tensor(here).lerp(canvas.cpu(), free)
    weights = weights_of(recipe)
    room = plan(scale.height, scale.width, memory * GIB, list(weights.content_layers))
    painted = regions(ingredients, scale.height, scale.width, scale.longer_side * recipe.style_scale)
    objective = Objective(encoder, weights, tensor(here), painted, room.side, wrap, _earlier(ingredients, scale))
    free = None if free is None else free.to(encoder.device)
    return Descent(canvas.to(encoder.device), objective, recipe.solver, before, room.history, free)


def memory_of(recipe: Settings, encoder: Encoder) -> float:
    """GB to plan with."""
    return round(budget(encoder.device) / GIB, 3) if recipe.memory is None else recipe.memory


def weights_of(recipe: Settings) -> Weights:
    """What counts how much, as the settings say."""
    return Weights(
        recipe.content_weight,
        recipe.style_weight,
        recipe.smoothness,
        recipe.content_layers if recipe.content_weight else {},  # what does not count need not be seen
        recipe.style_layers,
        recipe.form,
        _adain(recipe),
        recipe.style_moments,
        recipe.content_similarity,
    )


def _earlier(ingredients: Ingredients, scale: Scale) -> list[Earlier]:
    """The neighbours in time at a scale's size."""
    return [
        Earlier(
            tensor(resize(Picture(neighbor.pixels), scale.height, scale.width)),
            neighbor.weight * torch.from_numpy(resize_mask(neighbor.mask, scale.height, scale.width))[None, None],
        )
        for neighbor in ingredients.neighbors
    ]


def _adain(recipe: Settings) -> float:
    """How far the content goes to meet the style: as far as the style counts, so that without it nothing changes."""
    if recipe.content_statistics == "content":
        return 0.0
    return recipe.style_weight / (recipe.content_weight + recipe.style_weight)


def _state(descent: Descent, plateau: Plateau, clock: Clock, done: tuple[int, ...], finished: bool) -> State:
    return {
        "done": list(done),
        "seconds": clock.seconds,
        "plateau": list(plateau.best),
        "finished": finished,
        **named(descent.state(), "descent"),
    }


def _full_size(content: Picture, size: int, wrap: Wrap) -> Picture:
    """The content image at the result's size, if there is enough of it."""
    if min(content.height, content.width) < SMALLEST_CONTENT:
        raise PinxitError(
            f"the content image has {content.width}×{content.height} px, too few to show anything: "
            f"give one with at least {SMALLEST_CONTENT} px on the shorter side."
        )
    full = fit(content, size)
    if wrap:
        full = resize(content, *wrap.even(full.height, full.width), wrap)
    if min(full.height, full.width) < SMALLEST_SIDE:
        raise PinxitError(
            f"the result would have {full.width}×{full.height} px, the encoder needs {SMALLEST_SIDE} px "
            "on the shorter side: give a less narrow picture, or raise --size."
        )
    return full


def _free(keep: Pixels | None, here: Picture) -> Tensor | None:
    """How much of each pixel may change, `(1, 1, H, W)`."""
    return None if keep is None else torch.from_numpy(1 - resize_mask(keep, here.height, here.width))[None, None]


def _finish(recipe: Settings, here: Picture, keep: Pixels | None, canvas: Tensor) -> Picture:
    return finish(recipe, here, keep, canvas.clamp(0, 1)[0].float().cpu().contiguous().numpy())


def _start(recipe: Settings, content: Picture, ingredients: Ingredients) -> Tensor:
    size = (content.height, content.width)
    if recipe.init == "noise":
        # Grey with a little of everything, as Gatys's white noise; drawn on the CPU, so that a seed means one picture.
        generator = torch.Generator().manual_seed(recipe.seed)
        return (0.5 + 0.1 * torch.randn(1, 3, *size, generator=generator)).clamp(0, 1)
    if recipe.init == "style":
        return tensor(cover(ingredients.styles[0].picture, *size))
    return tensor(content if ingredients.start is None else resize(ingredients.start, *size, WRAPS[recipe.wrap]))


def _enlarge(canvas: Tensor, scale: Scale, wrap: Wrap) -> Tensor:
    if wrap:
        return _enlarge_wrapped(canvas, scale, wrap)
    return F.interpolate(canvas, size=(scale.height, scale.width), mode="bicubic", align_corners=False).clamp(0, 1)


def _enlarge_wrapped(canvas: Tensor, scale: Scale, wrap: Wrap) -> Tensor:
    """The same where borders meet: the cubic sees beyond them, whatever the ratio of the sizes."""
    height, width = canvas.shape[2:]
    around = 3  # px that a cubic may ask for beyond the border
    beyond = take(canvas, (slice(-around, height + around), slice(-around, width + around)), wrap)
    rows, columns = (
        # Where each new pixel's centre lies, in the terms of grid_sample: -1 and 1 are the borders.
        ((torch.arange(new, device=canvas.device) + 0.5) * (old / new) + around) / (old + 2 * around) * 2 - 1
        for new, old in ((scale.height, height), (scale.width, width))
    )
    grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), -1)[None].to(canvas.dtype)
    return F.grid_sample(beyond, grid, mode="bicubic", padding_mode="border", align_corners=False).clamp(0, 1)
