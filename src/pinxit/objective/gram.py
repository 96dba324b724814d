"""Style: which features occur together, wherever they occur (Gatys et al., 2016, section 2.2), and how strongly."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

FEW = 1024
"""Positions of bfloat16 that are added up in one product."""


def moment_sums(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """`Σ_k g_k F_ik F_jk`, counted over positions, and below it `Σ_k g_k F_jk`; parts add up to the whole.

    Args:
        features: F, feature maps `(1, C, H, W)`.
        guide: g, how much each position counts, `(1, 1, H, W)`, range [0, 1]; every one fully where left out.

    Returns:
        `(C + 1, C)`, float32 or better: second moments, symmetric and positive semi-definite, and a row of first ones.
    """
    guide = None if guide is None else guide.to(features.dtype)
    sums: Tensor = _MomentSums.apply(features, guide)  # type: ignore[no-untyped-call]
    return sums


class _MomentSums(torch.autograd.Function):
    """`F G Fᵀ` and below it `Σ g F`; by hand, since autograd, to which the two F are two, makes two products of one."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, guide: Tensor | None) -> Tensor:
        positions = _positions(features)
        guided = positions if guide is None else positions * _positions(guide)
        ctx.save_for_backward(features, guided, guide)
        if features.dtype != torch.bfloat16:
            return _sums(positions, guided)
        # Sums of bfloat16 are added up in float32 but rounded to 8 bits at their end, too few for 10⁵ positions: so
        # these are of a thousand, and added up in float32.
        parts = [
            _sums(*few).float() for few in zip(*(torch.split(maps, FEW) for maps in (positions, guided)), strict=True)
        ]
        return torch.stack(parts).sum(0)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        features, guided, guide = ctx.saved_tensors
        second, first = gradient[:-1], gradient[-1:].to(features.dtype)
        result = torch.empty_like(features)  # in the layout of the maps, whichever that is
        guided_first = first if guide is None else first * _positions(guide)
        torch.addmm(guided_first, guided, (second + second.T).to(features.dtype), out=_positions(result))
        return result, None


def _sums(positions: Tensor, guided: Tensor) -> Tensor:
    return torch.cat([positions.T @ guided, guided.sum(0, keepdim=True)])


def gram_matrix(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """Gatys et al. (2016), equation 3, divided by the number of positions: `G_ij = 1/M Σ_k F_ik F_jk`.

    The paper leaves the division to the loss; done here, style and result may differ in size. With a guide, positions
    count by it, in the sum and in M (Gatys et al., 2017, section 3). Arguments as for `moment_sums`; the result is `(C, C)`.
    """
    count = features.shape[2] * features.shape[3] if guide is None else guide.sum()
    return moment_sums(features, guide)[:-1] / count


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


def relative_moments_loss(averages: Tensor, target: Tensor) -> Tensor:
    """`(Σ (μ − μ')² + Σ (σ − σ')²) / (Σ μ'² + Σ σ'²)`: means and deviations of the feature maps, channel by channel.

    What adaptive instance normalisation is trained with (Huang and Belongie, 2017, equation 13), as a share of the style
    image's own. A Gram matrix is mostly the means' product with themselves; what varies about them hardly counts in it.

    Args:
        averages: `moment_sums` of the result, divided by the number of positions, `(C + 1, C)`.
        target: the style image's.
    """
    found, wanted = _mean_and_deviation(averages), _mean_and_deviation(target)
    return (found - wanted).square().sum() / (wanted.square().sum() + torch.finfo(torch.float32).tiny)


def _mean_and_deviation(averages: Tensor) -> Tensor:
    mean = averages[-1]
    # Below this a channel is silent, and its deviation's slope would be endless.
    return torch.stack([mean, (averages[:-1].diagonal() - mean.square()).clamp_min(1e-6).sqrt()])
