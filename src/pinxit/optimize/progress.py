"""Progress of the optimiser after an iteration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from pinxit.image import Picture
from pinxit.optimize.state import State
from pinxit.recipe.choices import EarlyStop
from pinxit.recipe.early_stop import early_stop_at

Finish = Callable[[Tensor], Picture]
"""Turns a canvas `(1, 3, H, W)` into a finished picture."""


@dataclass(frozen=True)
class OptimizerProgress:
    """Where the work stands after an iteration.

    Attributes:
        scale: number of the scale, from 0, of `scales` in all.
        size: the longer side there, px.
        full_size: the longer side at the last scale, px.
        iteration: iterations done at this scale, of at most `iterations`.
        done: iterations done at each scale so far.
        content, style, smoothness, total: the losses; the first three before their weights.
        seconds: time since the start, s.
        seconds_left: estimated time left, s.
        memory: the memory planned with, GB.
    """

    scale: int
    scales: int
    size: int
    full_size: int
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
        """The losses by name, each before its weight, and the total."""
        return {"content": self.content, "style": self.style, "total": self.total}

    @property
    def facts(self) -> str:
        """One line for a person."""
        return (
            f"{self.size} px ({self.scale + 1}/{self.scales})  iteration {self.iteration}/{self.iterations}  "
            f"content {self.content:.3g}  style {self.style:.3g}"
        )

    @property
    def early_stop(self) -> EarlyStop | None:
        """What the network provides for the picture of a run that is stopped here; see `pinxit.recipe.early_stop`."""
        return early_stop_at(self.scale, self.scales, self.iteration)

    def state(self) -> State:
        """Return what a run needs to resume from here; call it before the iterator's next item."""
        return self._state()

    def picture(self) -> Picture:
        """Return the best picture so far, at this scale's size, with the content image's transparency."""
        return self._finish(self._best)
