"""Minimise over the pixels, one evaluation at a time, never losing the best picture and never keeping a broken one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.objective.objective import Losses
from pinxit.optimize.adam import Adam
from pinxit.optimize.lbfgs import HISTORY, LBFGS
from pinxit.optimize.state import State, named, number, tensor, within

Solver = Literal["lbfgs", "adam"]

# Without a line search a step of L-BFGS can overshoot; a loss so many times the best is a fall, not a detour.
FALL = 4.0
# A descent that falls so often in a row will not recover.
PATIENCE = 5


class Descent:
    """A picture on its way down.

    Args:
        start: `(1, 3, H, W)`, range [0, 1].
        objective: gives the losses at a picture, and the gradient of their total.
        solver: `lbfgs`, Gatys's choice, or `adam`.
        before: the descent at the scale before, whose curvature is a first guess at this one's.
        history: pairs for L-BFGS to keep.
        free: how much of each pixel may change, `(1, 1, H, W)`, range [0, 1]; all of every one where left out.

    Attributes:
        best: the picture with the lowest total loss so far, `(1, 3, H, W)`, range [0, 1].
        best_loss: that loss.
    """

    def __init__(
        self,
        start: Tensor,
        objective: Callable[[Tensor], tuple[Losses, Tensor]],
        solver: Solver,
        before: Descent | None = None,
        history: int = HISTORY,
        free: Tensor | None = None,
    ) -> None:
        self._objective = objective
        self._kind = solver
        self._history = history
        self._free = free
        length = None
        if before is not None and isinstance(before._solver, LBFGS) and before._solver.length is not None:
            # The losses are shares of a whole: with four times the pixels each one counts, and curves, a fourth.
            length = before._solver.length * (start.numel() / before._picture.numel())
        self._solver: LBFGS | Adam = self._new_solver(length)
        self._picture: Tensor = start.detach().contiguous()
        self._falls = 0
        self.best: Tensor = self._picture
        self.best_loss = math.inf

    def step(self) -> Losses:
        """Evaluate objective and gradient at the picture, once, and move it.

        Returns:
            The losses before the move.

        Raises:
            PinxitError: when the objective is NaN or infinite, or falls back again and again from the best.
        """
        losses, gradient = self._objective(self._picture)
        if self._free is not None:
            gradient = gradient * self._free
        loss = float(losses.total)
        if loss < self.best_loss:
            self.best, self.best_loss = self._picture, loss
            self._falls = 0
        if loss <= FALL * self.best_loss and math.isfinite(loss):
            # Within what a file can hold at every step: a clamp at the end alone raises the loss by a third.
            self._picture = (self._picture + self._solver.step(self._picture, gradient)).clamp(0, 1)
        else:
            self._recover()
        return losses

    def state(self) -> State:
        """All that the next step depends on."""
        own: State = {"picture": self._picture, "best": self.best, "best_loss": self.best_loss, "falls": self._falls}
        return own | named(self._solver.state(), "solver")

    def restore(self, state: State) -> None:
        """Become what `state` was taken from, on this descent's device."""
        state = {
            name: value.to(self._picture.device) if isinstance(value, Tensor) else value
            for name, value in state.items()
        }
        self._picture, self.best = tensor(state, "picture"), tensor(state, "best")
        self.best_loss, self._falls = number(state, "best_loss"), int(number(state, "falls"))
        self._solver = self._new_solver()
        self._solver.restore(within(state, "solver"))

    def _new_solver(self, length: float | None = None) -> LBFGS | Adam:
        return Adam() if self._kind == "adam" else LBFGS(length, self._history)

    def _recover(self) -> None:
        """Go back to the best picture and forget the curvature that led astray; try steps a quarter as long."""
        self._falls += 1
        if self._falls > PATIENCE or math.isinf(self.best_loss):
            raise PinxitError(
                "the objective is NaN or infinite, or cannot be lowered: bring --content-weight and --style-weight "
                "nearer to their defaults, or try --solver adam."
            )
        self._picture = self.best
        length = self._solver.length if isinstance(self._solver, LBFGS) else None
        self._solver = self._new_solver(length and length / 4)
