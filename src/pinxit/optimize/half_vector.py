"""Vectors that L-BFGS keeps, in single precision or, where memory is short, in half precision."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

_AT_ONCE = 2**20  # elements converted back to single precision at a time: 4 MB
_GREATEST = 15  # exponent: the greatest element becomes 2^14 to 2^15; float16 ends at 2^16 and loses digits below 2^-14


class HalfVector:
    """A vector in its own precision, or in float16 with a scale of its own.

    Rounding changes each element by at most 1/2048 of itself; elements below 2^-29 of the greatest by at most 2^-40 of that.
    All products use the rounded vector, so they are consistent with one another.

    Args:
        vector: `(N,)`.
        half: whether to keep it in float16.
    """

    def __init__(self, vector: Tensor, half: bool) -> None:
        self.values, self.scale = vector, 1.0
        if half:
            least, most = torch.aminmax(vector)
            greatest = max(-float(least), float(most))
            self.scale = 2.0 ** (math.frexp(greatest)[1] - _GREATEST)
            self.values = torch.empty(len(vector), dtype=torch.float16, device=vector.device)
            for kept, part in zip(torch.split(self.values, _AT_ONCE), torch.split(vector, _AT_ONCE), strict=True):
                kept.copy_(part / self.scale)

    @classmethod
    def restored(cls, values: Tensor, scale: float) -> HalfVector:
        """Return the vector with these attributes."""
        kept = cls(values, half=False)
        kept.scale = scale
        return kept

    def parts(self) -> Iterator[tuple[slice, Tensor]]:
        """Yield the vector piece by piece: the slice, and its elements in single precision."""
        if self.values.dtype != torch.float16:
            yield slice(0, len(self.values)), self.values
            return
        for start in range(0, len(self.values), _AT_ONCE):
            where = slice(start, start + _AT_ONCE)
            yield where, self.values[where].float().mul_(self.scale)

    def dot(self, vector: Tensor) -> float:
        """Return the inner product with a vector `(N,)` in single precision."""
        return sum(float(part.dot(vector[where])) for where, part in self.parts())

    def add_to(self, vector: Tensor, factor: float) -> None:
        """Add `factor` times this vector to a vector `(N,)` in single precision, in place."""
        for where, part in self.parts():
            vector[where].add_(part, alpha=factor)


def product(one: HalfVector, other: HalfVector) -> float:
    """Return the inner product of two kept vectors."""
    return sum(float(left.dot(right)) for (_, left), (_, right) in zip(one.parts(), other.parts(), strict=True))
