"""Adam: steps of equal size in every pixel, from running means of gradient and squared gradient (Kingma and Ba, 2015)."""

from __future__ import annotations

import torch
from torch import Tensor

from pinxit.optimize.state import State, number, tensor

# As in Crowson's style-transfer-pytorch: a pixel crosses its range in fifty steps, and the gradient's scale is averaged over a
# hundred.
RATE, MOMENTUM, MEMORY = 0.02, 0.9, 0.99


class Adam:
    """Algorithm 1 of the paper."""

    def __init__(self) -> None:
        self._count = 0
        self._mean: Tensor | None = None
        self._square: Tensor | None = None

    def state(self) -> State:
        """Return everything that the next step depends on."""
        return {"count": self._count, "mean": self._mean, "square": self._square}

    def restore(self, state: State) -> None:
        """Restore what `state` returned."""
        self._count = int(number(state, "count"))
        if self._count:
            self._mean, self._square = tensor(state, "mean"), tensor(state, "square")

    def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
        """Return the step to take where the objective has this `gradient`; `picture` is not used."""
        if self._mean is None or self._square is None:
            self._mean, self._square = torch.zeros_like(gradient), torch.zeros_like(gradient)
        self._count += 1
        self._mean.lerp_(gradient, 1 - MOMENTUM)
        self._square.lerp_(gradient.square(), 1 - MEMORY)
        mean = self._mean / (1 - MOMENTUM**self._count)
        square = self._square / (1 - MEMORY**self._count)
        return mean.mul_(-RATE).div_(square.sqrt_().add_(1e-8))
