"""Guided statistics: the style within a mask (Gatys et al., "Controlling Perceptual Factors …", 2017, section 3)."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import Tile, divide
from pinxit.encoder.vgg import Encoder, stride
from pinxit.objective.gram import moment_sums
from pinxit.recipe.style_cache import StyleCache, digest


@dataclass(frozen=True)
class StyleTarget:
    """A style image and its share of a region.

    Attributes:
        picture: `(1, 3, H, W)`, range [0, 1].
        share: its share of the region; a region's shares add up to 1.
        mask: how much of each of its pixels to use, `(1, 1, H, W)`, range [0, 1]; all where left out.
        meaning: what stands where in it, `(1, C, h, w)` of any resolution; see `pinxit.objective.correspondence`.
        cache: where what is computed from it alone is kept; nowhere where left out.
    """

    picture: Tensor
    share: float = 1.0
    mask: Tensor | None = None
    meaning: Tensor | None = None
    cache: StyleCache | None = None

    def cached(self, key: Hashable, make: Callable[[], list[Tensor]]) -> list[Tensor]:
        """Return what `make` computes from the picture and its mask, from the cache if it is kept there by that key."""
        return make() if self.cache is None else self.cache.get((key, digest(self.picture, self.mask)), make)


@dataclass(frozen=True)
class Region:
    """A region of the result, and its styles.

    Attributes:
        styles: one or several, mixed.
        mask: how much of each pixel belongs to the region, `(1, 1, H, W)`, range [0, 1]; the whole picture where left out.
        part_of: the region of which it is a part that differs only in the size of strokes: the style's places are spread over
            that, or each part would get the style's whole palette.
    """

    styles: Sequence[StyleTarget]
    mask: Tensor | None = None
    part_of: Region | None = None


def tile_moments(features: Tensor, tap: str, tile: Tile, mask: Tensor | None) -> Tensor:
    """Return what a tile adds to a picture's `moment_sums` at one tap, `(C + 1, C)`.

    Args:
        features: feature maps of the tile's outer part.
        tap: their name.
        tile: the tile.
        mask: the mask of the whole picture, see `Region`; its mean over the pixels of each position is the guide g.
    """
    return moment_sums(cut(features, tile.positions(tap)), guide_of(mask, tap, tile))


def guide_of(mask: Tensor | None, tap: str, tile: Tile) -> Tensor | None:
    """Return the weight of each position of a tile's inner part, `(1, 1, h, w)`; None where all are 1.

    Args:
        mask: the mask of the whole picture, or None.
        tap: the name of the feature map.
        tile: the tile.
    """
    # A tile's inner part begins at a multiple of every stride.
    return None if mask is None else _guide(cut(mask, tile.inner), tap)


def position_count(picture: Tensor, tap: str, mask: Tensor | None) -> float:
    """Return the number of positions in those sums, each weighted by its guide: `M = Σ g`.

    Args:
        picture: the picture, `(1, 3, H, W)`.
        tap: the name of the feature map.
        mask: the mask of the picture, or None.
    """
    if mask is None:
        return float((picture.shape[2] // stride(tap)) * (picture.shape[3] // stride(tap)))
    # For an empty mask the sums are 0, and divided by a tiny number they stay 0.
    return max(float(_guide(mask, tap).sum()), 1e-6)


def mixture_averages(
    encoder: Encoder,
    styles: Iterable[StyleTarget],
    taps: Iterable[str],
    side: int,
    sums: Callable[[Tensor, Tensor | None], Tensor],
) -> dict[str, Tensor]:
    """Return averages over the positions of a mixture of styles, by tap, as if each style had its share of the pixels.

    Args:
        encoder: computes the features.
        styles: the styles to mix.
        taps: the feature maps.
        side: the greatest side of the style images' tiles, px.
        sums: returns what a tile's feature maps, given their guide, add to the sum that is averaged: `moment_sums` for the
            style loss.
    """
    taps = list(taps)
    mixture = [
        style.cached((sums, *taps, side, style.share), functools.partial(_averages, encoder, style, taps, side, sums))
        for style in styles
    ]
    return {
        tap: functools.reduce(torch.add, of_tap) for tap, of_tap in zip(taps, zip(*mixture, strict=True), strict=True)
    }


def _averages(
    encoder: Encoder,
    style: StyleTarget,
    taps: Sequence[str],
    side: int,
    sums: Callable[[Tensor, Tensor | None], Tensor],
) -> list[Tensor]:
    """Return one style's part of `mixture_averages`, in the order of the taps."""
    mask = None if style.mask is None else style.mask.to(encoder.device)
    total: dict[str, Tensor] = {}
    for tile in divide(style.picture, side, encoder.architecture, taps):
        features = encoder(cut(style.picture, tile.outer), taps)
        for tap in taps:
            part = sums(cut(features[tap], tile.positions(tap)), guide_of(mask, tap, tile))
            part = part / position_count(style.picture, tap, mask) * style.share
            total[tap] = total[tap] + part if tap in total else part
    return [total[tap] for tap in taps]


def _guide(mask: Tensor, tap: str) -> Tensor:
    step = stride(tap)
    if step > min(mask.shape[2:]):
        # A rest at the far border of a picture, which fills no position.
        return mask.new_zeros(1, 1, mask.shape[2] // step, mask.shape[3] // step)
    return F.avg_pool2d(mask, step) if step > 1 else mask
