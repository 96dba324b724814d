"""Content in the style's terms: feature maps with the style's mean and deviation, channel by channel.

What the content loss compares with is usually the content image's own feature maps, strong where the photograph is strong,
so that every pixel is a quarrel between photograph and style. Adaptive instance normalisation (Huang and Belongie,
"Arbitrary Style Transfer in Real-time", 2017, equation 8) keeps where a feature is, relative to the rest of the picture, and
takes from the style how strong it is and how much it varies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pinxit.encoder.tiles import Tile
from pinxit.encoder.vgg import Encoder
from pinxit.objective.guided import Region, count, guide_of, mixture


def channel_sums(features: Tensor, guides: Tensor | None = None) -> Tensor:
    """`Σ g F` and `Σ g F²` over positions, `(2, C)`; parts add up to the whole.

    Args:
        features: F, `(1, C, H, W)`.
        guides: g, how much each position counts, `(1, 1, H, W)`; every one fully where left out.
    """
    # Deviations are small differences of large sums: they need more than the 8 bits of bfloat16.
    features = features.to(torch.promote_types(features.dtype, torch.float32))
    powers = torch.cat([features, features.square()])
    return (powers if guides is None else powers * guides).sum((2, 3))


def adapt(features: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """`σ' (F − μ) / σ + μ'`, the features with other moments than their own.

    Args:
        features: F, `(1, C, H, W)`.
        own: `E[F]` and `E[F²]` of the whole picture that they are a part of, `(2, C)`.
        others: those to take on.
    """
    (mean, deviation), (new_mean, new_deviation) = _normal(own), _normal(others)
    return (features - mean) / deviation * new_deviation + new_mean


def adapt_targets(
    encoder: Encoder,
    targets: Sequence[Mapping[str, Tensor]],
    tiles: Sequence[Tile],
    content: Tensor,
    regions: Sequence[Region],
    side: int,
    share: float,
) -> list[dict[str, Tensor]]:
    """The content image's feature maps on their way to the style's moments, each region to its own style's.

    Args:
        encoder: sees the style images.
        targets: the feature maps, tile by tile, by tap.
        tiles: where they are.
        content: the content image.
        regions: what goes where.
        side: the tiles' greatest side for the style images, px.
        share: how far to go, 0 to 1.
    """
    adapted = [dict(target) for target in targets]
    for region in regions:
        mask = None if region.mask is None else region.mask.to(encoder.device)
        for tap, others in mixture(encoder, region.styles, targets[0].keys(), side, channel_sums).items():
            guides = [guide_of(mask, tap, tile) for tile in tiles]
            sums = [channel_sums(target[tap], here) for target, here in zip(targets, guides, strict=True)]
            own = torch.stack(sums).sum(0) / count(content, tap, mask)
            for target, result, here in zip(targets, adapted, guides, strict=True):
                change = share * (adapt(target[tap], own, others) - target[tap])
                result[tap] = result[tap] + (change if here is None else change * here)
    # What comes behind a ReLU is never negative, and should not be asked to be.
    return [
        {tap: maps if tap.startswith("conv") else maps.clamp_min(0) for tap, maps in result.items()}
        for result in adapted
    ]


def _normal(moments: Tensor) -> tuple[Tensor, Tensor]:
    mean, square = moments[:, None, :, None, None]
    # A channel that never varies has no deviation to divide by.
    return mean, (square - mean.square()).clamp_min(1e-6).sqrt()
