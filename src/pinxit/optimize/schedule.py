"""Coarse to fine: at which sizes to paint, for how many iterations, and how a time budget is shared among them.

Large forms settle where a stroke covers many pixels of the picture, and cost little there: halving the side divides the
price of an iteration by four. Finer scales then only add what their pixels can show (Gatys et al., 2017, section 6).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from pinxit.picture.wrap import NONE, Wrap

# An encoder's fourth pooling leaves one position of 16 × 16 px; below two of them a Gram matrix says nothing.
SMALLEST_SIDE = 32


@dataclass(frozen=True)
class Scale:
    """One step of the schedule: the pictures' size there and the iterations allowed."""

    height: int
    width: int
    iterations: int

    @property
    def pixels(self) -> int:
        """How many there are: what an iteration costs."""
        return self.height * self.width

    @property
    def longer_side(self) -> int:
        """In px."""
        return max(self.height, self.width)


def scales(height: int, width: int, coarsest: int, iterations: tuple[int, ...], wrap: Wrap = NONE) -> tuple[Scale, ...]:
    """The sizes from coarse to fine: the result's size, halved while the longer side stays at `coarsest` px or more.

    Args:
        height, width: the result's size, px.
        coarsest: the least longer side of the first scale, px; at or above the result's there is one scale only.
        iterations: for each scale; the last holds for all further ones.
        wrap: which borders meet, at every scale.
    """
    halvings = 0
    while (
        max(height, width) / 2 ** (halvings + 1) >= coarsest
        and min(height, width) / 2 ** (halvings + 1) >= SMALLEST_SIDE
    ):
        halvings += 1
    return tuple(
        Scale(
            *wrap.even(height / 2**exponent, width / 2**exponent),
            iterations[min(step, len(iterations) - 1)],
        )
        for step, exponent in enumerate(range(halvings, -1, -1))
    )


class Clock:
    """Knows how long the work has taken, how long the rest will, and when a scale must end.

    Args:
        plan: the scales, coarse to fine.
        budget: seconds in all, or None.
    """

    def __init__(self, plan: tuple[Scale, ...], budget: float | None) -> None:
        self._plan = plan
        self._budget = budget
        self._start = time.perf_counter()
        self._worked = 0.0  # iterations × pixels so far
        self._deadline = float("inf")

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.perf_counter() - self._start

    def resume(self, seconds: float, done: Sequence[int]) -> None:
        """Go on from where another clock stood after so many seconds, with iterations done at each scale."""
        self._start -= seconds
        self._worked += sum(scale.pixels * count for scale, count in zip(self._plan, done, strict=False))

    def enter(self, step: int) -> None:
        """Begin a scale: it may use the part of the time left that its work is of the work left."""
        if self._budget is not None:
            work = [scale.pixels * scale.iterations for scale in self._plan[step:]]
            self._deadline = self.seconds + (self._budget - self.seconds) * work[0] / sum(work)

    def tick(self, scale: Scale) -> None:
        """Count one iteration at a scale."""
        self._worked += scale.pixels

    @property
    def expired(self) -> bool:
        """Whether the current scale has used up its time."""
        return self.seconds >= self._deadline

    def seconds_left(self, step: int, iteration: int) -> float:
        """An estimate: what the rest of the plan will take at the speed so far, within the budget."""
        here = self._plan[step]
        left = (here.iterations - iteration) * here.pixels
        left += sum(scale.pixels * scale.iterations for scale in self._plan[step + 1 :])
        estimate = left * self.seconds / self._worked if self._worked else 0.0
        return estimate if self._budget is None else max(0.0, min(estimate, self._budget - self.seconds))
