"""The temporal loss: what a frame shows of its neighbours should be painted as it was there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class TemporalTarget:
    """The result of a neighbour in time, warped by optical flow to the frame.

    Attributes:
        picture: `(1, 3, H, W)`, range [0, 1].
        weight: the weight of each pixel, `(1, 1, H, W)`; 0 where the neighbour shows something else.
    """

    picture: Tensor
    weight: Tensor

    def to(self, device: torch.device) -> TemporalTarget:
        """Return the same on a device."""
        return TemporalTarget(self.picture.to(device), self.weight.to(device))


def temporal_loss(picture: Tensor, targets: Sequence[TemporalTarget]) -> Tensor:
    """Return `Σ_j mean(c_j (x - ω_j)²)` (Ruder et al., "Artistic Style Transfer for Videos", 2016, equations 7 and 9).

    Args:
        picture: x, `(1, 3, H, W)`.
        targets: the ω_j and their c_j.
    """
    total = picture.new_zeros(())
    for one in targets:
        total = total + (one.weight * (picture - one.picture).square()).mean()
    return total
