"""Minimise over the pixels, one evaluation at a time, never losing the best picture and never keeping a broken one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.objective.objective import Losses
from pinxit.optimize.adam import Adam
from pinxit.optimize.lbfgs import LBFGS

Solver = Literal["lbfgs", "adam"]

# Without a line search a step of L-BFGS can overshoot; a loss so many times the best is a fall, not a detour.
FALL = 4.0
# A descent that falls so often in a row will not recover.
PATIENCE = 5


class Descent:
    """A picture on its way down.

    Args:
        start: `(1, 3, H, W)`, range [0, 1].
        objective: gives the losses at a picture.
        solver: `lbfgs`, Gatys's choice, or `adam`.
        before: the descent at the scale before, whose curvature is a first guess at this one's.

    Attributes:
        best: the picture with the lowest total loss so far, `(1, 3, H, W)`, range [0, 1].
        best_loss: that loss.
    """

    def __init__(
        self, start: Tensor, objective: Callable[[Tensor], Losses], solver: Solver, before: Descent | None = None
    ) -> None:
        self._objective = objective
        self._kind: type[LBFGS] | type[Adam] = LBFGS if solver == "lbfgs" else Adam
        self._solver = self._kind()
        if before is not None and isinstance(before._solver, LBFGS) and before._solver.length is not None:
            # The losses are shares of a whole: with four times the pixels each one counts, and curves, a fourth.
            self._solver = LBFGS(before._solver.length * (start.numel() / before._picture.numel()))
        self._picture: Tensor = start.detach().contiguous()
        self._falls = 0
        self.best: Tensor = self._picture
        self.best_loss = math.inf

    def step(self) -> Losses:
        """Evaluate objective and gradient at the picture, once, and move it.

        Returns:
            The losses before the move, without their graph.

        Raises:
            PinxitError: when the objective is NaN or infinite, or falls back again and again from the best.
        """
        picture = self._picture.clone().requires_grad_()
        losses = self._objective(picture)
        losses.total.backward()  # type: ignore[no-untyped-call]
        assert picture.grad is not None  # noqa: S101 - for the type checker
        loss = float(losses.total.detach())
        if loss < self.best_loss:
            self.best, self.best_loss = self._picture, loss
            self._falls = 0
        if loss <= FALL * self.best_loss and math.isfinite(loss):
            # Within what a file can hold at every step: a clamp at the end alone raises the loss by a third.
            self._picture = (self._picture + self._solver.step(picture, picture.grad)).clamp(0, 1)
        else:
            self._recover()
        return Losses(*(part.detach() for part in (losses.total, losses.content, losses.style, losses.smoothness)))

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
        self._solver = self._kind() if length is None else LBFGS(length / 4)
