"""The sliced Wasserstein distance between features, wherever they are in a picture.

Heitz, Vanhoey, Chambon and Belcour, "A Sliced Wasserstein Loss for Neural Texture Synthesis" (CVPR 2021). Features are
projected onto random directions; along each, the sorted values of the two pictures are compared. A Gram matrix sees the second
moments of the features only, this distance their whole distribution.
"""

from __future__ import annotations

import torch
from torch import Tensor

DIRECTIONS = 32
MOST = 1024
"""Most positions that are compared; more would cost time in sorting and change the distance little."""


def sliced_distance(features: Tensor, target: Tensor, generator: torch.Generator) -> Tensor:
    """Return the mean squared difference of sorted projections, as a share of the target's variance along them.

    Args:
        features: a picture's features, `(N, C)`, one row a position; no more than `MOST` of them are drawn at random.
        target: the style image's, `(M, C)`; as many are drawn.
        generator: draws the directions and the rows.
    """
    directions = torch.randn(features.shape[1], DIRECTIONS, generator=generator)
    directions = directions / directions.norm(dim=0)
    features = _some(features, min(MOST, len(features)), generator)
    target = _some(target, len(features), generator)
    with torch.no_grad():
        wanted = (target @ directions).sort(0).values
        energy = wanted.var(0).mean() + 1e-6
    difference: Tensor = (features @ directions).sort(0).values - wanted
    distance: Tensor = difference.square().mean() / energy
    return distance


def _some(rows: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Return a number of rows drawn at random; all of them where there are so many."""
    return rows if len(rows) == count else rows[torch.randint(len(rows), (count,), generator=generator)]
