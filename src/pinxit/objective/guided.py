"""Guided statistics: what a style is, within a mask (Gatys et al., "Controlling Perceptual Factors …", 2017, section 3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.tiles import Tile, cut, divide
from pinxit.encoder.vgg import Encoder, stride
from pinxit.objective.gram import second_moments


@dataclass(frozen=True)
class Style:
    """A style image, and how much it counts.

    Attributes:
        picture: `(1, 3, H, W)`, range [0, 1].
        share: of its region; a region's shares add up to 1.
        mask: which of its pixels are meant, `(1, 1, H, W)`, range [0, 1]; all of them where left out.
    """

    picture: Tensor
    share: float = 1.0
    mask: Tensor | None = None


@dataclass(frozen=True)
class Region:
    """A part of the result, and the styles that are to be there.

    Attributes:
        styles: one or several, mixed.
        mask: how much of each pixel belongs to the region, `(1, 1, H, W)`, range [0, 1]; the whole picture where left out.
    """

    styles: Sequence[Style]
    mask: Tensor | None = None


def moments(features: Tensor, tap: str, tile: Tile, mask: Tensor | None) -> Tensor:
    """What a tile adds to a picture's `Σ_k g_k F_ik F_jk` at one tap, `(C, C)`.

    Args:
        features: feature maps of the tile's outer part.
        tap: their name.
        tile: where they are.
        mask: of the whole picture, see `Region`; g, the guide, is its mean over the pixels of each position.
    """
    return second_moments(cut(features, tile.positions(tap)), guide_of(mask, tap, tile))


def guide_of(mask: Tensor | None, tap: str, tile: Tile) -> Tensor | None:
    """How much each position counts that a tile answers for, `(1, 1, h, w)`; None where all count fully."""
    return None if mask is None else cut(_guide(cut(mask, tile.outer), tap), tile.positions(tap))


def count(picture: Tensor, tap: str, mask: Tensor | None) -> float:
    """How many positions those sums run over, each counted by its guide: `M = Σ g`."""
    if mask is None:
        return float((picture.shape[2] // stride(tap)) * (picture.shape[3] // stride(tap)))
    # An empty mask sums up to nothing, which divided by almost nothing is nothing.
    return max(float(_guide(mask, tap).sum()), 1e-6)


def grams(
    encoder: Encoder, picture: Tensor, taps: Iterable[str], side: int, mask: Tensor | None = None
) -> dict[str, Tensor]:
    """The guided Gram matrices of a picture, seen in tiles of `side` px: `1/M Σ_k g_k F_ik F_jk` for each tap."""
    taps = list(taps)
    mask = None if mask is None else mask.to(encoder.device)
    total: dict[str, Tensor] = {}
    for tile in divide(picture, side, encoder.architecture, taps):
        features = encoder(cut(picture, tile.outer), taps)
        for tap in taps:
            part = moments(features[tap], tap, tile, mask)
            total[tap] = total[tap] + part if tap in total else part
    return {tap: matrix / count(picture, tap, mask) for tap, matrix in total.items()}


def mixed_grams(encoder: Encoder, styles: Iterable[Style], taps: Iterable[str], side: int) -> dict[str, Tensor]:
    """The Gram matrices of a mixture: second moments add up as if each style had its share of the pixels."""
    taps = list(taps)
    mixture: dict[str, Tensor] = {}
    for style in styles:
        for tap, gram in grams(encoder, style.picture, taps, side, style.mask).items():
            mixture[tap] = mixture[tap] + gram * style.share if tap in mixture else gram * style.share
    return mixture


def _guide(mask: Tensor, tap: str) -> Tensor:
    return F.avg_pool2d(mask, stride(tap)) if stride(tap) > 1 else mask
