"""The content loss: squared differences between the feature maps of the result and of the content image."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def squared_error(features: Tensor, target: Tensor, emphasis: Tensor | None = None) -> Tensor:
    """Return `Σ e (F − P)²` over channels and positions; the sums of parts add up to the whole's.

    Args:
        features: F, the feature maps of the result, `(1, C, H, W)`.
        target: P, those of the content image, of the same shape.
        emphasis: e, the weight of each position, `(1, 1, H, W)`; 1 everywhere where left out.
    """
    error: Tensor = _SquaredError.apply(features, target, emphasis)  # type: ignore[no-untyped-call]
    return error


class _SquaredError(torch.autograd.Function):
    """The gradient by hand, because autograd reads the maps twice.

    The maps keep their precision; the sum has at least float32's.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, target: Tensor, emphasis: Tensor | None) -> Tensor:
        difference = features - target
        emphasis = None if emphasis is None else emphasis.to(difference.dtype)
        weighted = difference if emphasis is None else difference * emphasis
        ctx.save_for_backward(weighted)
        return (weighted * difference).sum(dtype=torch.promote_types(features.dtype, torch.float32))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        (weighted,) = ctx.saved_tensors
        return weighted * (2 * gradient).to(weighted.dtype), None, None


def content_loss(error: Tensor) -> Tensor:
    """Return `½ Σ (F − P)²` from the squared error (Gatys et al., 2016, equation 1)."""
    return 0.5 * error


def relative_content_loss(error: Tensor, energy: float) -> Tensor:
    """Return `Σ (F − P)² / Σ P²`: the squared error as a share of the content image's own energy.

    It is 0 at the content image and 1 where all features are 0, at every layer, picture size and encoder, so that a weight
    means the same everywhere.

    Args:
        error: `Σ (F − P)²`.
        energy: `Σ P²`.
    """
    # A black picture may have features that are all 0; the tiny constant makes that 0 / ε.
    return error / (energy + torch.finfo(torch.float32).tiny)
