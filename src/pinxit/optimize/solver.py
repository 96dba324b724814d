"""Minimise over the pixels, one evaluation at a time, never losing the best picture and never keeping a broken one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.objective.objective import Losses

Solver = Literal["lbfgs", "adam"]

# Pairs of steps and gradients that L-BFGS keeps, 24 bytes a pixel each.
HISTORY = 20
# Without a line search a step of L-BFGS can overshoot; a loss so many times the best is a fall, not a detour.
FALL = 4.0
# A descent that falls so often in a row will not recover.
PATIENCE = 5


class Descent:
    """A picture on its way down.

    Args:
        start: `(1, 3, H, W)`, range [0, 1].
        objective: gives the losses at a picture.
        solver: `lbfgs` (Liu and Nocedal, 1989; Gatys's choice) or `adam` (Kingma and Ba, 2015).

    Attributes:
        best: the picture with the lowest total loss so far, `(1, 3, H, W)`, not clamped.
        best_loss: that loss.
    """

    def __init__(self, start: Tensor, objective: Callable[[Tensor], Losses], solver: Solver) -> None:
        self._objective = objective
        self._solver = solver
        self._picture = start.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
        self._optimizer = self._fresh()
        self._falls = 0
        self.best = start.detach()
        self.best_loss = math.inf

    def step(self) -> Losses:
        """Evaluate objective and gradient at the picture, once, and move it.

        Returns:
            The losses before the move.

        Raises:
            PinxitError: when the objective is NaN or infinite, or falls back again and again from the best.
        """
        at: list[Losses] = []
        before = self._picture.detach().clone()

        def evaluate() -> float:
            self._optimizer.zero_grad()
            losses = self._objective(self._picture)
            losses.total.backward()  # type: ignore[no-untyped-call]
            at.append(losses)
            return float(losses.total)

        self._optimizer.step(evaluate)
        loss = float(at[0].total)
        if loss < self.best_loss:
            self.best, self.best_loss = before, loss
            self._falls = 0
        elif not loss <= FALL * self.best_loss:  # NaN is not less than anything
            self._recover()
        return at[0]

    def _fresh(self) -> torch.optim.Optimizer:
        if self._solver == "adam":
            # 0.02 and 0.99: Crowson's style-transfer-pytorch; a pixel crosses its range in fifty steps.
            return torch.optim.Adam([self._picture], lr=0.02, betas=(0.9, 0.99))
        # One evaluation a step; the tolerances are the engine's to judge.
        return torch.optim.LBFGS(
            [self._picture], lr=1, max_iter=1, history_size=HISTORY, tolerance_grad=0, tolerance_change=0
        )

    def _recover(self) -> None:
        """Go back to the best picture and forget the curvature that led astray."""
        self._falls += 1
        if self._falls > PATIENCE or math.isinf(self.best_loss):
            raise PinxitError(
                "the objective is NaN or infinite, or cannot be lowered: bring --content-weight and --style-weight nearer to "
                "their defaults, or try --solver adam."
            )
        with torch.no_grad():
            self._picture.copy_(self.best)
        self._optimizer = self._fresh()
