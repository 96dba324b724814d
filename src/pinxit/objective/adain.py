"""Content in the style's terms: feature maps with the style's mean and deviation, channel by channel.

What the content loss compares with is usually the content image's own feature maps, strong where the photograph is strong,
so that every pixel is a quarrel between photograph and style. Adaptive instance normalisation (Huang and Belongie,
"Arbitrary Style Transfer in Real-time", 2017, equation 8) keeps where a feature is, relative to the rest of the picture, and
takes from the style how strong it is and how much it varies.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    targets: Sequence[dict[str, Tensor]],
    tiles: Sequence[Tile],
    content: Tensor,
    regions: Sequence[Region],
    side: int,
    share: float,
) -> None:
    """Bring the content image's feature maps on their way to the style's moments, each region to its own style's.

    In place, tile by tile: the maps of a poster fill a gigabyte, of which there should not be two.

    Args:
        encoder: sees the style images.
        targets: the feature maps, tile by tile, by tap.
        tiles: where they are.
        content: the content image.
        regions: what goes where.
        side: the tiles' greatest side for the style images, px.
        share: how far to go, 0 to 1.
    """
    masks = [None if region.mask is None else region.mask.to(encoder.device) for region in regions]
    wanted = [mixture(encoder, region.styles, targets[0].keys(), side, channel_sums) for region in regions]
    for tap in targets[0]:
        moments = []
        for mask, of_region in zip(masks, wanted, strict=True):
            parts = [
                channel_sums(target[tap], guide_of(mask, tap, tile))
                for target, tile in zip(targets, tiles, strict=True)
            ]
            moments.append((torch.stack(parts).sum(0) / count(content, tap, mask), of_region[tap]))
        for target, tile in zip(targets, tiles, strict=True):
            features = target[tap]
            adapted = features
            for mask, (own, others) in zip(masks, moments, strict=True):
                change = share * (adapt(features, own, others) - features)
                guide = guide_of(mask, tap, tile)
                adapted = adapted + (change if guide is None else change * guide)
            # What comes behind a ReLU is never negative, and should not be asked to be.
            target[tap] = (adapted if tap.startswith("conv") else adapted.clamp_min(0)).to(features.dtype)


def _normal(moments: Tensor) -> tuple[Tensor, Tensor]:
    mean, square = moments[:, None, :, None, None]
    # A channel that never varies has no deviation to divide by.
    return mean, (square - mean.square()).clamp_min(1e-6).sqrt()
