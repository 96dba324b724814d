from __future__ import annotations

import torch
from torch import Tensor

from pinxit.encoder.tiles import divide
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture
from pinxit.objective.adain import adapt, adapt_targets, channel_sums
from pinxit.objective.regions import Region, StyleTarget, mixture_averages
from tests.conftest import as_tensor

WHOLE = 2**31
TAP = "conv1_1"  # before the ReLU, which would cut off what is below 0


def moments(features: Tensor) -> Tensor:
    """`E[F]` and `E[F²]`, `(2, C)`."""
    return channel_sums(features) / (features.shape[2] * features.shape[3])


def normal(features: Tensor) -> Tensor:
    """Features with mean 0 and deviation 1."""
    return (features - features.mean((2, 3), keepdim=True)) / features.std((2, 3), correction=0, keepdim=True)


def test_adapted_features_have_the_other_moments_and_keep_their_places() -> None:
    random = torch.Generator().manual_seed(0)
    own, other = torch.randn(1, 5, 8, 9, generator=random), 3 + 2 * torch.randn(1, 5, 4, 6, generator=random)
    adapted = adapt(own, moments(own), moments(other))
    torch.testing.assert_close(moments(adapted), moments(other), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(normal(adapted), normal(own), rtol=1e-4, atol=1e-4)


def test_each_region_takes_the_moments_of_its_own_style(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """However the picture is tiled; where regions meet softly, each adds its part."""
    content = as_tensor(cat)
    masks = torch.linspace(0, 1, content.shape[3]).expand(1, 1, *content.shape[2:]).round(decimals=1)
    styles = as_tensor(coffee), as_tensor(coffee).flip(1).square()
    regions = [Region([StyleTarget(style)], mask) for style, mask in zip(styles, (masks, 1 - masks), strict=True)]
    found = []
    for side in (WHOLE, 64):
        tiles = divide(content, side, encoder.architecture, [TAP])
        before = [encoder(tile.see(content), [TAP])[TAP][..., *tile.positions(TAP)] for tile in tiles]
        targets = [{TAP: features.clone()} for features in before]
        adapt_targets(encoder, targets, tiles, content, regions, WHOLE, 0.5)
        found.append((tiles, before, [target[TAP] for target in targets]))
    (_, (whole,), (got,)), (tiles, _, parts) = found
    expected = whole
    for region in regions:
        guide = region.mask
        assert guide is not None
        own = channel_sums(whole, guide) / guide.sum()
        others = mixture_averages(encoder, region.styles, [TAP], WHOLE, channel_sums)[TAP]
        expected = expected + guide * 0.5 * (adapt(whole, own, others) - whole)
    torch.testing.assert_close(got, expected, rtol=1e-3, atol=1e-3)
    assert len(tiles) > 1
    for tile, part in zip(tiles, parts, strict=True):
        rows, columns = tile.inner
        torch.testing.assert_close(part, got[..., rows, columns], rtol=1e-2, atol=1e-2)
