"""Coarse to fine: the sizes at which to paint, the iterations at each, and how a time budget is shared among them.

Large forms settle where a stroke covers many pixels of the picture, and that is cheap at coarse scales: halving the side
divides the price of an iteration by four. Finer scales then only add what their pixels can show (Gatys et al., 2017, section
6).
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from pinxit.image.wrap import NONE, Wrap

SMALLEST_SIDE = 32  # px: two positions after the fourth pooling; with fewer a Gram matrix says nothing
BETWEEN_MATCHES = 25  # iterations between searches of nearest neighbours; with fewer, L-BFGS makes little use of them


@dataclass(frozen=True)
class Scale:
    """One scale of the schedule: the picture's size and the iterations allowed."""

    height: int
    width: int
    iterations: int

    @property
    def pixels(self) -> int:
        """The number of pixels, to which the cost of an iteration is proportional."""
        return self.height * self.width

    @property
    def longer_side(self) -> int:
        """The longer side, px."""
        return max(self.height, self.width)


def scales(height: int, width: int, coarsest: int, iterations: tuple[int, ...], wrap: Wrap = NONE) -> tuple[Scale, ...]:
    """Return the sizes from coarse to fine: the result's size, halved while the longer side stays at `coarsest` px or more.

    Args:
        height: the result's height, px.
        width: the result's width, px.
        coarsest: the least longer side of the first scale, px; with the result's or more there is only one scale.
        iterations: the iterations of each scale; the last number holds for all further scales.
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
    """Measures time spent, estimates time left, and decides when a scale must end.

    Args:
        plan: the scales, coarse to fine.
        budget: the time for all of them, s, or None.
    """

    def __init__(self, plan: tuple[Scale, ...], budget: float | None) -> None:
        self._plan = plan
        self._budget = budget
        self._start = time.perf_counter()
        self._worked = 0.0  # iterations × pixels so far
        # Time and work at the end of the first iteration, which takes much longer: what is used again and again is made in it.
        self._first: tuple[float, float] | None = None
        self._deadline = float("inf")

    @property
    def seconds(self) -> float:
        """Time since the start, s."""
        return time.perf_counter() - self._start

    def resume(self, seconds: float, done: Sequence[int]) -> None:
        """Continue from where another clock stood.

        Args:
            seconds: that clock's time, s.
            done: the iterations done at each scale.
        """
        self._start -= seconds
        self._first = (0.0, 0.0)
        self._worked += sum(scale.pixels * count for scale, count in zip(self._plan, done, strict=False))

    def enter(self, step: int) -> None:
        """Begin a scale, which may use that part of the time left that its work is of the work left."""
        if self._budget is not None:
            work = [scale.pixels * scale.iterations for scale in self._plan[step:]]
            self._deadline = self.seconds + (self._budget - self.seconds) * work[0] / sum(work)

    def tick(self, scale: Scale) -> None:
        """Count one iteration at a scale."""
        self._worked += scale.pixels
        if self._first is None:
            self._first = (self.seconds, self._worked)

    @property
    def expired(self) -> bool:
        """Whether the current scale has used up its time."""
        return self.seconds >= self._deadline

    def seconds_left(self, step: int, iteration: int) -> float:
        """Estimate the time that the rest of the plan will take at the speed so far, within the budget, s.

        It is infinite after the first iteration, and 0 before.
        """
        here = self._plan[step]
        left = (here.iterations - iteration) * here.pixels
        left += sum(scale.pixels * scale.iterations for scale in self._plan[step + 1 :])
        estimate = 0.0
        if self._first is not None and left:
            seconds, worked = self.seconds - self._first[0], self._worked - self._first[1]
            estimate = left * seconds / worked if worked else math.inf
        return estimate if self._budget is None else max(0.0, min(estimate, self._budget - self.seconds))
