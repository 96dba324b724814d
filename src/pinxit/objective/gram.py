"""Style: which features occur together, wherever they occur (Gatys et al., 2016, section 2.2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def second_moments(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """`Σ_k g_k F_ik F_jk`: which features occur together, counted over positions; parts add up to the whole.

    Args:
        features: F, feature maps `(1, C, H, W)`.
        guide: g, how much each position counts, `(1, 1, H, W)`, range [0, 1]; every one fully where left out.

    Returns:
        The symmetric, positive semi-definite `(C, C)`, float32 or better.
    """
    # Sums over 10⁵ positions need more than the 8 bits of bfloat16.
    features = features.to(torch.promote_types(features.dtype, torch.float32))
    sums: Tensor = _SecondMoments.apply(features, guide)  # type: ignore[no-untyped-call]
    return sums


class _SecondMoments(torch.autograd.Function):
    """`F G Fᵀ`, whose gradient is `(D + Dᵀ) F G`: one product, where autograd, to which the two F are two, makes two."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, guide: Tensor | None) -> Tensor:
        positions = _positions(features)
        guided = positions if guide is None else positions * _positions(guide)
        ctx.save_for_backward(features, guided)
        return positions.T @ guided

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        features, guided = ctx.saved_tensors
        result = torch.empty_like(features)  # in the layout of the maps, whichever that is
        torch.mm(guided, gradient + gradient.T, out=_positions(result))
        return result, None


def gram_matrix(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """Gatys et al. (2016), equation 3, divided by the number of positions: `G_ij = 1/M Σ_k F_ik F_jk`.

    The paper leaves the division to the loss; done here, style and result may differ in size. With a guide, positions
    count by it, in the sum and in M (Gatys et al., 2017, section 3). Arguments and result as for `second_moments`.
    """
    count = features.shape[2] * features.shape[3] if guide is None else guide.sum()
    return second_moments(features, guide) / count


def _positions(maps: Tensor) -> Tensor:
    return maps.permute(0, 2, 3, 1).reshape(-1, maps.shape[1])  # a view when channels come last


def style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """Gatys et al. (2016), equation 4: `E = 1/(4N²M²) Σ (G − A)²`; the matrices here are divided by M already.

    Args:
        gram: the result's Gram matrix `(N, N)` as `gram_matrix` gives it.
        target: A, the style image's.
    """
    return (gram - target).square().sum() / (4 * gram.shape[0] ** 2)


def relative_style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """`Σ (G − A)² / Σ A²`: the squared error as a share of the style image's own energy.

    It is 0 at the style and 1 for silence, at every layer, size and encoder. Arguments as for `style_loss`.
    """
    return (gram - target).square().sum() / (target.square().sum() + torch.finfo(torch.float32).tiny)
