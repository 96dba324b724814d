"""The distance of a result from its style: the sliced Wasserstein distance between both pictures' features.

Two pictures whose feature maps have the same distribution of values in every direction are one texture to the encoder (Heitz et
al., "A Sliced Wasserstein Loss for Neural Texture Synthesis", 2021). It compares whole distributions, where a Gram matrix
compares second moments only, and at taps that the objective does not use.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder

TAPS = ("relu1_2", "relu2_2", "relu3_2", "relu4_3")
SCALES = (1, 2, 4)
DIRECTIONS = 64
QUANTILES = 256


@torch.no_grad()
def style_distance(encoder: Encoder, result: Tensor, style: Tensor) -> float:
    """Measure the mean distance over taps, and over the picture's size, half and a quarter of it.

    Args:
        encoder: computes the features.
        result: `(1, 3, H, W)`, range [0, 1], sides of at least 64 px.
        style: the style image, sides of at least 64 px; sizes should be those that were painted with.

    Returns:
        0 for the same distribution; about 1 when features differ by as much as the style's own spread.
    """
    total = 0.0
    for scale in SCALES:
        ours, theirs = (encoder(_smaller(picture, scale), TAPS) for picture in (result, style))
        total += sum(_sliced(ours[tap], theirs[tap]) for tap in TAPS)
    return total / (len(SCALES) * len(TAPS))


def _smaller(picture: Tensor, factor: int) -> Tensor:
    return picture if factor == 1 else F.avg_pool2d(picture, factor)


def _sliced(features: Tensor, target: Tensor) -> float:
    """Return the mean over random directions of the 1-Wasserstein distance, as a share of the target's spread."""
    channels = features.shape[1]
    # The same directions every time, so that a judgement is reproducible.
    directions = torch.randn(channels, DIRECTIONS, generator=torch.Generator().manual_seed(channels))
    directions = (directions / directions.norm(dim=0)).to(features.device)
    ours, theirs = (_quantiles(maps.float(), directions) for maps in (features, target))
    spread = (theirs - theirs.mean(dim=0)).abs().mean()
    return float((ours - theirs).abs().mean() / (spread + 1e-12))


def _quantiles(maps: Tensor, directions: Tensor) -> Tensor:
    """Return the sorted values along each direction, resampled to one length, `(QUANTILES, DIRECTIONS)`."""
    values = directions.T @ maps[0].flatten(1)
    # NumPy sorts ten times as fast as PyTorch on a CPU, and sorting is most of the cost of a judgement.
    ordered = torch.from_numpy(np.sort(values.cpu().numpy(), axis=1)).to(values.device)
    return F.interpolate(ordered[None], size=QUANTILES, mode="linear", align_corners=True)[0].T
