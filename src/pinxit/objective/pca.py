"""Principal components: vectors normalised channel by channel and reduced to fewer dimensions."""

from __future__ import annotations

import torch
from torch import Tensor

SAMPLES = 8192
_POWERS = 4


def normalized(columns: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """Return columns `(positions, C)` with zero mean and unit deviation; channels that vary only by rounding stay near zero.

    Args:
        columns: the vectors.
        mean: the mean of each channel, `(C,)`.
        deviation: the deviation of each channel, `(C,)`.
    """
    least = 1e-3 * (mean.square() + deviation.square()).mean().sqrt() + 1e-12
    return (columns - mean) / (deviation + least)


def principal(columns: Tensor, dimensions: int) -> Tensor:
    """Return an orthonormal basis of approximately the first principal components, by subspace iteration, `(C, dimensions)`."""
    sample = columns[:: max(1, len(columns) // SAMPLES)]
    generator = torch.Generator().manual_seed(0)
    basis = torch.randn(columns.shape[1], dimensions, generator=generator).to(columns)
    for _ in range(_POWERS):
        basis = torch.linalg.qr(sample.T @ (sample @ basis))[0]
    return basis
