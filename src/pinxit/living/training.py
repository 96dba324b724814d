"""Teaching an automaton to paint like a painting, on a processor, in minutes.

A grid is taken from a pool, runs for some steps, and VGG compares what it shows with the painting; then it goes back to the
pool. So the automaton learns to grow the texture from noise, which replaces a grid now and then, and to keep it for thousands
of steps.
"""

from __future__ import annotations

import functools
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.image import Picture, fit
from pinxit.image.wrap import WRAPS, WrapName
from pinxit.living.automaton import (
    CHANNELS,
    FILTERS,
    INNER,
    LARGEST_CODE,
    LIMIT,
    MIDDLE_GRAY,
    Automaton,
    picture_of,
    quantized,
    seed_state,
)  # fmt: skip
from pinxit.living.recipe import LivingRecipe
from pinxit.objective.sliced import sliced_distance
from pinxit.recipe.progress import StepProgress

GRID = 64
"""Cells on a side of a grid that learns; a rule is local, so larger grids paint alike."""
PAINTING_SIDE = 224  # px: longer side at which the painting is read, so that its strokes fit into a grid
LEAST_SIDE = 64  # px: shorter side of a painting that has enough to learn from
TAPS = ("relu1_1", "relu2_1", "relu3_1")
POOL = 16  # grids
FRESH = 32  # every how many training steps a grid of the pool is replaced by noise: with 8, few grew old
LEAST_RUN, MOST_RUN = 17, 32  # steps of the automaton in a training step
RATE = 2e-3  # learning rate of Adam
PACE = 0.2  # what the perceptron's output is multiplied by: with 1, grids explode in the first training steps
FILTER_GAINS = (1.0, 0.5, 0.5, 0.25)  # initial size of the weights of each filter, whose outputs differ in size
WARM_UP = 20  # training steps until it is reached
OVERFLOW = 100.0  # weight of the numbers beyond −1 and 1, which would grow over thousands of steps
MOVED_AFTER = 16  # steps of the automaton over which movement is measured
LEAST_MOVEMENT = 0.06  # mean change of a colour over these steps, of 1, below which the texture would seem still
MOVEMENT, JERK = 10.0, 20.0  # weights of too little movement, and of movement that reverses from step to step
_SHOWN_STEPS = 96  # steps of the automaton before a preview


@dataclass(frozen=True, kw_only=True)
class LivingProgress(StepProgress):
    """Progress of a living texture's training.

    Attributes:
        automaton: returns the rule so far.
    """

    automaton: functools.partial[Automaton]
    size: int = GRID

    @property
    def facts(self) -> str:
        """One line for a person."""
        return f"step {self.step}/{self.steps}  style {self.losses['style']:.3g}  moves {self.losses['movement']:.2g}"

    def picture(self) -> Picture:
        """Return a grid that the rule so far has painted."""
        return picture_of(self.automaton().run(seed_state(2 * GRID, 2 * GRID), _SHOWN_STEPS))


def teach(painting: Picture, encoder: Encoder, recipe: LivingRecipe) -> Iterator[LivingProgress]:
    """Teach an automaton, yielding after every training step.

    Args:
        painting: the painting.
        encoder: the VGG of the loss.
        recipe: the number of steps, the seed, and the size of strokes; of an interrupted training only what was done is done.

    Raises:
        PinxitError: when the painting is too small, or the losses are no longer finite.
    """
    read = fit(painting, round(PAINTING_SIDE * recipe.style_scale))
    # A small picture is enlarged, which adds nothing to learn from.
    if min(read.height, read.width, painting.height, painting.width) < LEAST_SIDE:
        raise PinxitError(
            f"the painting has {painting.width}×{painting.height} px, and {read.width}×{read.height} px as it is read: "
            f"too few to learn from; give a wider part of it, or a larger --style-scale, for {LEAST_SIDE} px at least."
        )
    generator = torch.Generator().manual_seed(recipe.seed % 2**63)
    rule = _Rule(generator)
    loss = _StyleLoss(encoder, torch.from_numpy(np.ascontiguousarray(read.pixels))[None], generator)
    optimizer = torch.optim.Adam(rule.parameters(), lr=RATE, betas=(0.9, 0.999))
    pool = torch.cat([_noise(generator) for _ in range(POOL)])
    start, style, movement = time.monotonic(), 0.0, 0.0
    last = recipe.done or recipe.steps
    for step in range(1, last + 1):
        for group in optimizer.param_groups:
            group["lr"] = RATE * _rate_factor(step, recipe.steps)
        place = int(torch.randint(POOL, (1,), generator=generator))
        state = _noise(generator) if step % FRESH == 1 else pool[place : place + 1]
        colors, overflow = [], []
        for _ in range(int(torch.randint(LEAST_RUN, MOST_RUN + 1, (1,), generator=generator))):
            changed = rule(state)
            state = changed.clamp(-LIMIT, LIMIT)
            colors.append(state[..., :3])
            # Before they are cut off, because beyond the limit there would be no gradient.
            overflow.append((changed - changed.clamp(-1, 1)).abs().mean())
        appearance = loss(colors[-1] + MIDDLE_GRAY)
        moved = (colors[-1] - colors[-1 - MOVED_AFTER]).abs().mean()
        jerk = (colors[-1] - 2 * colors[-2] + colors[-3]).abs().mean()
        total = (
            appearance
            + OVERFLOW * torch.stack(overflow).mean()
            + MOVEMENT * F.relu(LEAST_MOVEMENT - moved)
            + JERK * jerk
        )
        optimizer.zero_grad()
        total.backward()
        if not torch.isfinite(total):
            raise PinxitError("the losses became NaN or infinite: try another --seed.")
        for parameter in rule.parameters():
            # A run of many steps has gradients of any size; only their direction is of use.
            if parameter.grad is not None:
                parameter.grad /= parameter.grad.norm() + 1e-8
        optimizer.step()
        pool[place] = state.detach()[0]
        share = 1.0 if step == 1 else 0.05
        style += share * (float(appearance.detach()) - style)
        movement += share * (float(moved.detach()) - movement)
        seconds = time.monotonic() - start
        yield LivingProgress(
            step=step,
            steps=last,
            losses={"style": style, "movement": movement, "total": style},
            seconds=seconds,
            seconds_left=seconds / step * (last - step),
            automaton=functools.partial(rule.automaton),
        )


class _Rule(torch.nn.Module):
    """The automaton's rule in PyTorch, with weights that are rounded in every step as they will be in the file."""

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        inputs = FILTERS * CHANNELS
        gains = torch.tensor(FILTER_GAINS).repeat_interleave(CHANNELS) / math.sqrt(inputs)
        self.inner = torch.nn.Parameter(torch.randn(INNER, inputs, generator=generator) * gains)
        self.bias = torch.nn.Parameter(torch.zeros(INNER))
        self.outer = torch.nn.Parameter(torch.zeros(CHANNELS, INNER))

    def forward(self, state: Tensor) -> Tensor:
        """Return the state `(1, H, W, CHANNELS)` after one step, not cut off; see `Automaton.step`."""
        above, below = state.roll(1, 1), state.roll(-1, 1)
        column, slope = above + 2 * state + below, below - above
        left, right = column.roll(1, 2), column.roll(-1, 2)
        down = slope.roll(1, 2) + 2 * slope + slope.roll(-1, 2)
        seen = torch.cat([state, right - left, down, left + 2 * column + right - 16 * state], 3)
        inner = F.relu(F.linear(seen, _rounded(self.inner), self.bias))
        return state + PACE * F.linear(inner, _rounded(self.outer))

    def automaton(self) -> Automaton:
        """Return the rule as it goes into a file."""
        inner, inner_scale = quantized(self.inner.detach().numpy())
        outer, outer_scale = quantized((PACE * self.outer.detach()).numpy())
        return Automaton(inner, inner_scale, self.bias.detach().numpy().copy(), outer, outer_scale)


def _rounded(weights: Tensor) -> Tensor:
    """Return weights rounded as by `quantized`; gradients pass as if they were not."""
    with torch.no_grad():
        scale = weights.abs().amax(1, keepdim=True).clamp_min(1e-8) / LARGEST_CODE
        error = (weights / scale).round() * scale - weights
    return weights + error


class _StyleLoss:
    """The sliced Wasserstein distance of colours and VGG features from the painting's, at two sizes.

    Args:
        encoder: the VGG.
        painting: `(1, 3, H, W)`, range [0, 1].
        generator: draws the directions of projection.
    """

    def __init__(self, encoder: Encoder, painting: Tensor, generator: torch.Generator) -> None:
        self._encoder, self._generator = encoder, generator
        with torch.no_grad():
            self._targets = [self._features(size, "none") for size in (painting, F.avg_pool2d(painting, 2))]

    def __call__(self, colors: Tensor) -> Tensor:
        """Return the distance of a grid's colours `(1, H, W, 3)`."""
        picture = colors.permute(0, 3, 1, 2)
        total = picture.new_zeros(())
        for size, target in zip((picture, F.avg_pool2d(picture, 2)), self._targets, strict=True):
            for features, wanted in zip(self._features(size, "both"), target, strict=True):
                total = total + sliced_distance(features, wanted, self._generator)
        return total

    def _features(self, picture: Tensor, wrap: WrapName) -> list[Tensor]:
        found = self._encoder(picture, TAPS, WRAPS[wrap])
        maps = [picture, *(found[tap].float() for tap in TAPS)]
        return [each.permute(0, 2, 3, 1).reshape(-1, each.shape[1]) for each in maps]


def _noise(generator: torch.Generator) -> Tensor:
    seed = int(torch.randint(2**32, (1,), generator=generator))
    return torch.from_numpy(seed_state(GRID, GRID, seed))[None]


def _rate_factor(step: int, steps: int) -> float:
    """Return the factor of the learning rate: a linear warm-up, then a cosine decay to a twentieth."""
    return min(1.0, step / WARM_UP) * (0.05 + 0.95 * (0.5 + 0.5 * math.cos(math.pi * step / steps)))
