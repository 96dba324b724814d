"""Minimise over the pixels, one evaluation at a time, always keeping the best picture and never an invalid one."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.objective.objective import Losses
from pinxit.optimize.adam import Adam
from pinxit.optimize.lbfgs import HISTORY, LBFGS
from pinxit.optimize.state import State, named, number, tensor, within
from pinxit.recipe.choices import Solver

MAX_RISE = 4.0  # times the best loss: full steps of L-BFGS may overshoot, but a loss above this is rejected
PATIENCE = 5  # rejected steps in a row after which the descent is given up


class Descent:
    """An optimisation of a picture at one scale.

    Args:
        start: `(1, 3, H, W)`, range [0, 1].
        objective: returns the losses at a picture, and the gradient of their total.
        solver: `lbfgs`, Gatys's choice, or `adam`.
        before: the descent at the previous scale, whose curvature is a first guess at this one's.
        history: the number of pairs that L-BFGS keeps.
        half: whether it keeps them in half precision.
        free: how much of each pixel may change, `(1, 1, H, W)`, range [0, 1]; all of every pixel where left out.
        match: makes the objective search the nearest neighbours of a picture again, see `Objective.match`.

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
        half: bool = False,
        free: Tensor | None = None,
        match: Callable[[Tensor], None] | None = None,
    ) -> None:
        self._objective = objective
        self._match = match
        self._kind = solver
        self._history, self._half = history, half
        self._free = free
        length = None
        if before is not None and isinstance(before._solver, LBFGS) and before._solver.length is not None:
            # The losses are relative: with four times the pixels, each pixel has a quarter of the weight and curvature.
            length = before._solver.length * (start.numel() / before._picture.numel())
        self._solver: LBFGS | Adam = self._new_solver(length)
        self._picture: Tensor = start.detach().contiguous()
        self._rejected = 0
        self._matched: Tensor | None = None
        self.best: Tensor = self._picture
        self.best_loss = math.inf
        if match is not None and before is not None:
            self.match()

    def match(self) -> bool:
        """Let the objective match the best picture so far, and continue from it.

        Returns:
            Whether the objective matches at all; if so, losses before and after are not comparable.
        """
        if self._match is None:
            return False
        self._matched = self._picture = self.best
        self._match(self._matched)
        self.best_loss, self._rejected = math.inf, 0
        self._solver = self._new_solver(self._solver.length if isinstance(self._solver, LBFGS) else None)
        return True

    def step(self) -> Losses:
        """Evaluate the objective and its gradient once, and move the picture.

        Returns:
            The losses before the move.

        Raises:
            PinxitError: when the objective is NaN or infinite, or rises again and again.
        """
        losses, gradient = self._objective(self._picture)
        if self._free is not None:
            gradient = gradient * self._free
        loss = float(losses.total)
        if loss < self.best_loss:
            self.best, self.best_loss = self._picture, loss
            self._rejected = 0
        if loss <= MAX_RISE * self.best_loss and math.isfinite(loss):
            # Clamped at every step: clamping only the final picture raises its loss by a third.
            self._picture = (self._picture + self._solver.step(self._picture, gradient)).clamp_(0, 1)
        else:
            self._recover()
        return losses

    def close(self) -> None:
        """Free everything that only further steps need, and keep what the next scale starts from."""
        self._solver = self._new_solver(self._solver.length if isinstance(self._solver, LBFGS) else None)
        self._match = None
        del self._objective

    def state(self) -> State:
        """Return everything that the next step depends on."""
        own: State = {"picture": self._picture, "best": self.best, "best_loss": self.best_loss, "falls": self._rejected}
        if self._matched is not None:
            own["matched"] = self._matched
        return own | named(self._solver.state(), "solver")

    def restore(self, state: State) -> None:
        """Restore what `state` returned, on this descent's device."""
        state = {
            name: value.to(self._picture.device) if isinstance(value, Tensor) else value
            for name, value in state.items()
        }
        self._picture, self.best = tensor(state, "picture"), tensor(state, "best")
        self.best_loss, self._rejected = number(state, "best_loss"), int(number(state, "falls"))
        self._solver = self._new_solver()
        self._solver.restore(within(state, "solver"))
        if self._match is not None and "matched" in state:
            self._matched = tensor(state, "matched")
            self._match(self._matched)

    def _new_solver(self, length: float | None = None) -> LBFGS | Adam:
        return Adam() if self._kind == "adam" else LBFGS(length, self._history, self._half)

    def _recover(self) -> None:
        """Return to the best picture and discard the curvature that misled the solver; then try steps a quarter as long."""
        self._rejected += 1
        if self._rejected > PATIENCE or math.isinf(self.best_loss):
            raise PinxitError(
                "the objective is NaN or infinite, or cannot be minimised: bring --content-weight and --style-weight "
                "nearer to their defaults, or try --solver adam."
            )
        self._picture = self.best
        length = self._solver.length if isinstance(self._solver, LBFGS) else None
        self._solver = self._new_solver(length and length / 4)
