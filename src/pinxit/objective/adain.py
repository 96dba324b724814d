"""Adaptive instance normalisation: content feature maps with the style's mean and deviation, channel by channel.

The content loss usually compares with the content image's own feature maps, which are strong where the photograph is strong, so
content and style losses pull each pixel in opposite directions. Adaptive instance normalisation (Huang and Belongie, "Arbitrary
Style Transfer in Real-time", 2017, equation 8) keeps where a feature is, relative to the rest of the picture, and takes from
the style how strong it is and how much it varies.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from pinxit.encoder.tiles import Tile
from pinxit.encoder.vgg import Encoder
from pinxit.objective.regions import Region, guide_of, mixture_averages, position_count


def channel_sums(features: Tensor, guides: Tensor | None = None) -> Tensor:
    """Return `Σ g F` and `Σ g F²` over positions, `(2, C)`; the sums of parts add up to the whole's.

    Args:
        features: F, `(1, C, H, W)`.
        guides: g, the weight of each position, `(1, 1, H, W)`; 1 everywhere where left out.
    """
    # Deviations are small differences of large sums: they need more than the 8 bits of bfloat16.
    features = features.to(torch.promote_types(features.dtype, torch.float32))
    powers = torch.cat([features, features.square()])
    return (powers if guides is None else powers * guides).sum((2, 3))


def adapt(features: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """Return features with other moments than their own: `σ' (F − μ) / σ + μ'`.

    Args:
        features: F, `(1, C, H, W)`.
        own: `E[F]` and `E[F²]` of the whole picture that they are a part of, `(2, C)`.
        others: `E[F]` and `E[F²]` to take on, `(2, C)`.
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
    """Move the content image's feature maps towards the style's moments, in place, each region towards its own style's.

    Tile by tile: the maps of a poster fill a gigabyte, of which there should not be two.

    Args:
        encoder: computes the style images' features.
        targets: the feature maps, tile by tile, by tap.
        tiles: the tiles.
        content: the content image, `(1, 3, H, W)`.
        regions: the regions and their styles.
        side: the greatest side of the style images' tiles, px.
        share: how far to go, 0 to 1.
    """
    masks = [None if region.mask is None else region.mask.to(encoder.device) for region in regions]
    wanted = [mixture_averages(encoder, region.styles, targets[0].keys(), side, channel_sums) for region in regions]
    for tap in targets[0]:
        moments = []
        for mask, of_region in zip(masks, wanted, strict=True):
            parts = [
                channel_sums(target[tap], guide_of(mask, tap, tile))
                for target, tile in zip(targets, tiles, strict=True)
            ]
            moments.append((torch.stack(parts).sum(0) / position_count(content, tap, mask), of_region[tap]))
        for target, tile in zip(targets, tiles, strict=True):
            features = target[tap]
            adapted = features
            for mask, (own, others) in zip(masks, moments, strict=True):
                change = share * (adapt(features, own, others) - features)
                guide = guide_of(mask, tap, tile)
                adapted = adapted + (change if guide is None else change * guide)
            # Features after a ReLU are never negative, so neither may their targets be.
            target[tap] = (adapted if tap.startswith("conv") else adapted.clamp_min(0)).to(features.dtype)


def _normal(moments: Tensor) -> tuple[Tensor, Tensor]:
    mean, square = moments[:, None, :, None, None]
    # A channel that never varies has no deviation to divide by.
    return mean, (square - mean.square()).clamp_min(1e-6).sqrt()
