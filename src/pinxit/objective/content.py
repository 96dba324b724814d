"""Content: the feature maps of the result should be those of the content image."""

from __future__ import annotations

import torch
from torch import Tensor


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Gatys et al. (2016), equation 1: `½ Σ (F − P)²` over channels and positions.

    Args:
        features: F, the feature maps of the result, `(1, C, H, W)`.
        target: P, those of the content image, of the same shape.
    """
    return 0.5 * (features - target).square().sum()


def relative_content_loss(features: Tensor, target: Tensor) -> Tensor:
    """`Σ (F − P)² / Σ P²`: the squared error as a share of the content image's own energy.

    It is 0 at the content image and 1 for silence, at every layer, picture size and encoder, so that a weight means the
    same everywhere. Arguments as for `content_loss`.
    """
    # A black picture through a layer that stays silent has no energy to compare with; the tiny constant makes that 0 / ε.
    return (features - target).square().sum() / (target.square().sum() + torch.finfo(torch.float32).tiny)
