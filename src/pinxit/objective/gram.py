"""The style losses: which features occur together, wherever that is, and how strongly (Gatys et al., 2016, section 2.2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

FEW = 1024
"""Number of bfloat16 positions that are summed in one product."""


def moment_sums(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """Return `Σ_k g_k F_ik F_jk` over positions, and below it `Σ_k g_k F_jk`; the sums of parts add up to the whole's.

    Args:
        features: F, feature maps `(1, C, H, W)`.
        guide: g, the weight of each position, `(1, 1, H, W)`, range [0, 1]; 1 everywhere where left out.

    Returns:
        `(C + 1, C)`, float32 or better: the second moments, symmetric and positive semi-definite, and a row of first moments.
    """
    guide = None if guide is None else guide.to(features.dtype)
    sums: Tensor = _MomentSums.apply(features, guide)  # type: ignore[no-untyped-call]
    return sums


class _MomentSums(torch.autograd.Function):
    """`F G Fᵀ` and below it `Σ g F`, with the gradient by hand.

    Autograd treats the two F as different tensors and makes two products of one.
    """

    @staticmethod
    def forward(ctx: Any, features: Tensor, guide: Tensor | None) -> Tensor:
        positions = _positions(features)
        guided = positions if guide is None else positions * _positions(guide)
        ctx.save_for_backward(features, guided, guide)
        if features.dtype != torch.bfloat16:
            return _sums(positions, guided)
        # Products of bfloat16 are summed in float32 but rounded to 8 bits at the end, too few for 10⁵ positions. So each
        # product is of a thousand positions, and the products are summed in float32.
        parts = [
            _sums(*few).float() for few in zip(*(torch.split(maps, FEW) for maps in (positions, guided)), strict=True)
        ]
        return torch.stack(parts).sum(0)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        features, guided, guide = ctx.saved_tensors
        second, first = gradient[:-1], gradient[-1:].to(features.dtype)
        result = torch.empty_like(features)  # in the memory layout of the maps
        guided_first = first if guide is None else first * _positions(guide)
        torch.addmm(guided_first, guided, (second + second.T).to(features.dtype), out=_positions(result))
        return result, None


def _sums(positions: Tensor, guided: Tensor) -> Tensor:
    return torch.cat([positions.T @ guided, guided.sum(0, keepdim=True)])


def gram_matrix(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """Return the Gram matrix divided by the number of positions: `G_ij = 1/M Σ_k F_ik F_jk` (Gatys et al., 2016, equation 3).

    The paper leaves the division to the loss. With the division here, style and result may differ in size. With a guide,
    positions are weighted by it, in the sum and in M (Gatys et al., 2017, section 3). Arguments as for `moment_sums`; the
    result is `(C, C)`.
    """
    count = features.shape[2] * features.shape[3] if guide is None else guide.sum()
    return moment_sums(features, guide)[:-1] / count


def _positions(maps: Tensor) -> Tensor:
    return maps.permute(0, 2, 3, 1).reshape(-1, maps.shape[1])  # a view when channels come last


def style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """Return `E = 1/(4N²M²) Σ (G − A)²` (Gatys et al., 2016, equation 4); the matrices are already divided by M.

    Args:
        gram: G, the result's Gram matrix `(N, N)` from `gram_matrix`.
        target: A, the style image's.
    """
    return (gram - target).square().sum() / (4 * gram.shape[0] ** 2)


def relative_style_loss(gram: Tensor, target: Tensor) -> Tensor:
    """Return `Σ (G − A)² / Σ A²`: the squared error as a share of the style image's own energy.

    It is 0 at the style and 1 where all features are 0, at every layer, size and encoder. Arguments as for `style_loss`.
    """
    return (gram - target).square().sum() / (target.square().sum() + torch.finfo(torch.float32).tiny)


def relative_moments_loss(averages: Tensor, target: Tensor) -> Tensor:
    """Return `(Σ (μ − μ')² + Σ (σ − σ')²) / (Σ μ'² + Σ σ'²)`, from the feature maps' means and deviations, channel by channel.

    It is the loss with which adaptive instance normalisation is trained (Huang and Belongie, 2017, equation 13), as a share of
    the style image's own energy. A Gram matrix is mostly the product of the means with themselves; variation about them hardly
    counts.

    Args:
        averages: `moment_sums` of the result, divided by the number of positions, `(C + 1, C)`.
        target: those of the style image.
    """
    found, wanted = _mean_and_deviation(averages), _mean_and_deviation(target)
    return (found - wanted).square().sum() / (wanted.square().sum() + torch.finfo(torch.float32).tiny)


def _mean_and_deviation(averages: Tensor) -> Tensor:
    mean = averages[-1]
    # A channel with less variance is constant, and the gradient of its deviation would be unbounded.
    return torch.stack([mean, (averages[:-1].diagonal() - mean.square()).clamp_min(1e-6).sqrt()])
