"""The cosine distance of hypercolumns from their targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def cosine_distance(
    columns: Sequence[Tensor], targets: Sequence[Tensor], weights: Sequence[float], positions: Tensor | None = None
) -> Tensor:
    """Return `Σ_p g_p (1 − cos(F_p, T_p))` over positions, all taps together; the sums of parts add up to the whole's.

    Args:
        columns: F, tap by tap, `(positions, C)`.
        targets: T, of the same shapes; no gradient goes to them.
        weights: the weight of each tap in products and squares.
        positions: g, the weight of each position, `(positions,)`; 1 everywhere where left out.
    """
    distance: Tensor = _CosineDistance.apply(positions, list(weights), list(targets), *columns)  # type: ignore[no-untyped-call]
    return distance


class _CosineDistance(torch.autograd.Function):
    """The gradient by hand, because autograd keeps the product of every tap and reads each map several times."""

    @staticmethod
    def forward(
        ctx: Any, positions: Tensor | None, weights: list[float], targets: list[Tensor], *columns: Tensor
    ) -> Tensor:
        product, ours, theirs = (columns[0].new_zeros(len(columns[0])) for _ in range(3))
        for weight, column, target in zip(weights, columns, targets, strict=True):
            product.add_(torch.linalg.vecdot(column, target), alpha=weight)
            ours.add_(torch.linalg.vecdot(column, column), alpha=weight)
            theirs.add_(torch.linalg.vecdot(target, target), alpha=weight)
        ours = ours + 1e-12
        inverse = (ours * (theirs + 1e-12)).rsqrt()
        cosine = product * inverse
        distance = 1 - cosine
        counted = distance if positions is None else distance * positions
        ctx.save_for_backward(inverse, cosine / ours, positions, *columns)
        ctx.weights, ctx.targets = weights, targets
        return counted.sum()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Any, ...]:
        inverse, own, positions, *columns = ctx.saved_tensors
        factor = gradient if positions is None else gradient * positions
        towards, away = (factor * inverse)[:, None], (factor * own)[:, None]
        gradients = [
            (column * (weight * away)).addcmul_(target, weight * towards, value=-1)
            for weight, column, target in zip(ctx.weights, columns, ctx.targets, strict=True)
        ]
        return None, None, None, *gradients
