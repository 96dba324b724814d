"""Steadiness in time: what a frame shows of its neighbours should be painted as it was there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Earlier:
    """A neighbour's result, carried along the optical flow to where things are in the frame.

    Attributes:
        picture: `(1, 3, H, W)`, range [0, 1].
        weight: how much each pixel is to be like it, `(1, 1, H, W)`; 0 where it shows something else.
    """

    picture: Tensor
    weight: Tensor

    def to(self, device: torch.device) -> Earlier:
        """The same on a device."""
        return Earlier(self.picture.to(device), self.weight.to(device))


def temporal_loss(picture: Tensor, earlier: Sequence[Earlier]) -> Tensor:
    """`Σ_j mean(c_j (x - ω_j)²)` (Ruder et al., "Artistic Style Transfer for Videos", 2016, equations 7 and 9).

    Args:
        picture: x, `(1, 3, H, W)`.
        earlier: the ω_j and their c_j.
    """
    total = picture.new_zeros(())
    for one in earlier:
        total = total + (one.weight * (picture - one.picture).square()).mean()
    return total
