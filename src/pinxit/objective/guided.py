"""Guided statistics: what a style is, within a mask (Gatys et al., "Controlling Perceptual Factors …", 2017, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import Tile, divide
from pinxit.encoder.vgg import Encoder, stride
from pinxit.objective.gram import moment_sums


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
    """What a tile adds to a picture's `moment_sums` at one tap, `(C + 1, C)`.

    Args:
        features: feature maps of the tile's outer part.
        tap: their name.
        tile: where they are.
        mask: of the whole picture, see `Region`; g, the guide, is its mean over the pixels of each position.
    """
    return moment_sums(cut(features, tile.positions(tap)), guide_of(mask, tap, tile))


def guide_of(mask: Tensor | None, tap: str, tile: Tile) -> Tensor | None:
    """How much each position counts that a tile answers for, `(1, 1, h, w)`; None where all count fully."""
    # A tile's inner part begins at a multiple of every stride.
    return None if mask is None else _guide(cut(mask, tile.inner), tap)


def count(picture: Tensor, tap: str, mask: Tensor | None) -> float:
    """How many positions those sums run over, each counted by its guide: `M = Σ g`."""
    if mask is None:
        return float((picture.shape[2] // stride(tap)) * (picture.shape[3] // stride(tap)))
    # An empty mask sums up to nothing, which divided by almost nothing is nothing.
    return max(float(_guide(mask, tap).sum()), 1e-6)


def mixture(
    encoder: Encoder,
    styles: Iterable[Style],
    taps: Iterable[str],
    side: int,
    sums: Callable[[Tensor, Tensor | None], Tensor],
) -> dict[str, Tensor]:
    """Averages over the positions of a mixture of styles, by tap: as if each style had its share of the pixels.

    Args:
        encoder: sees the styles, in tiles of `side` px.
        styles: what is mixed.
        taps: where.
        side: px.
        sums: what a tile's feature maps, of which each position counts by its guide, add to the sum that is averaged:
            `moment_sums` for the style loss.
    """
    taps = list(taps)
    total: dict[str, Tensor] = {}
    for style in styles:
        mask = None if style.mask is None else style.mask.to(encoder.device)
        for tile in divide(style.picture, side, encoder.architecture, taps):
            features = encoder(cut(style.picture, tile.outer), taps)
            for tap in taps:
                part = sums(cut(features[tap], tile.positions(tap)), guide_of(mask, tap, tile))
                part = part / count(style.picture, tap, mask) * style.share
                total[tap] = total[tap] + part if tap in total else part
    return total


def _guide(mask: Tensor, tap: str) -> Tensor:
    step = stride(tap)
    if step > min(mask.shape[2:]):
        # The rest of a picture at its far border, which fills no position.
        return mask.new_zeros(1, 1, mask.shape[2] // step, mask.shape[3] // step)
    return F.avg_pool2d(mask, step) if step > 1 else mask
