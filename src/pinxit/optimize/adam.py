"""Adam: steps of even size in every pixel, from running means of gradient and squared gradient (Kingma and Ba, 2015)."""

from __future__ import annotations

import torch
from torch import Tensor

from pinxit.optimize.state import State, number, tensor

# Crowson's style-transfer-pytorch: a pixel crosses its range in fifty steps, and the scale of the gradient is remembered
# for a hundred.
RATE, MOMENTUM, MEMORY = 0.02, 0.9, 0.99


class Adam:
    """Algorithm 1 of the paper."""

    def __init__(self) -> None:
        self._count = 0
        self._mean: Tensor | None = None
        self._square: Tensor | None = None

    def state(self) -> State:
        """All that the next step depends on."""
        return {"count": self._count, "mean": self._mean, "square": self._square}

    def restore(self, state: State) -> None:
        """Become what `state` was taken from."""
        self._count = int(number(state, "count"))
        if self._count:
            self._mean, self._square = tensor(state, "mean"), tensor(state, "square")

    def step(self, picture: Tensor, gradient: Tensor) -> Tensor:
        """The step to take where the objective has this `gradient`; `picture` does not matter."""
        if self._mean is None or self._square is None:
            self._mean, self._square = torch.zeros_like(gradient), torch.zeros_like(gradient)
        self._count += 1
        self._mean.lerp_(gradient, 1 - MOMENTUM)
        self._square.lerp_(gradient.square(), 1 - MEMORY)
        mean = self._mean / (1 - MOMENTUM**self._count)
        square = self._square / (1 - MEMORY**self._count)
        return -RATE * mean / (square.sqrt() + 1e-8)
