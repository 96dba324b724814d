"""Content: the feature maps of the result should be those of the content image."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def squared_error(features: Tensor, target: Tensor) -> Tensor:
    """`Σ (F − P)²` over channels and positions; parts of a picture add up to the whole.

    Args:
        features: F, the feature maps of the result, `(1, C, H, W)`.
        target: P, those of the content image, of the same shape.
    """
    error: Tensor = _SquaredError.apply(features, target)  # type: ignore[no-untyped-call]
    return error


class _SquaredError(torch.autograd.Function):
    """By hand, for autograd goes through the maps twice. They keep their precision, the sum has float32's at least."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, target: Tensor) -> Tensor:
        difference = features - target
        ctx.save_for_backward(difference)
        return difference.square().sum(dtype=torch.promote_types(features.dtype, torch.float32))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (difference,) = ctx.saved_tensors
        return difference * (2 * gradient).to(difference.dtype), None


def content_loss(error: Tensor) -> Tensor:
    """Gatys et al. (2016), equation 1: `½ Σ (F − P)²`, from that squared error."""
    return 0.5 * error


def relative_content_loss(error: Tensor, energy: float) -> Tensor:
    """`Σ (F − P)² / Σ P²`: the squared error as a share of the content image's own energy.

    It is 0 at the content image and 1 for silence, at every layer, picture size and encoder, so that a weight means the
    same everywhere.
    """
    # A black picture through a layer that stays silent has no energy to compare with; the tiny constant makes that 0 / ε.
    return error / (energy + torch.finfo(torch.float32).tiny)
