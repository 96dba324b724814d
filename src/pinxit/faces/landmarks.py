"""Find 68 landmarks of a face: face-api's "tiny" landmark network, dense blocks of separable convolutions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.faces.weights import load, separable

SIDE = 112
"""Side of the square that the network takes, px."""
_MEAN = (122.782 / 255, 117.001 / 255, 104.298 / 255)  # of the training photographs: red, green, blue
# The number of each landmark in a mirror image: jaw, brows, bridge of the nose, nostrils, eyes, outer lips, inner lips.
_MIRRORED = (
    *range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, *range(35, 30, -1),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65,
)  # fmt: skip


@torch.no_grad()
def landmarks(squares: Tensor) -> Tensor:
    """Return the landmarks of the face in each square, as the mean over the square and its mirror image.

    Args:
        squares: `(N, 3, 112, 112)`, range [0, 1], sRGB, each with a face as the detector's box frames it.

    Returns:
        `(N, 68, 2)`, x and y in shares of the square.
    """
    mean = squares.new_tensor(_MEAN)[:, None, None]
    both = torch.cat([squares, squares.flip(3)]) - mean
    points, mirrored = _network(both.to(memory_format=torch.channels_last)).view(2, -1, 68, 2).unbind()
    mirrored = mirrored[:, list(_MIRRORED)]
    return torch.lerp(points, torch.stack([1 - mirrored[..., 0], mirrored[..., 1]], -1), 0.5)


def _network(maps: Tensor) -> Tensor:
    """Return `(N, 136)` from squares `(N, 3, 112, 112)` whose mean is subtracted."""
    weights = load("landmarks")
    for block in range(3):
        name = f"dense{block}"
        if block == 0:
            padded = F.pad(maps, (0, 1, 0, 1))
            first = F.conv2d(padded, weights[f"{name}/conv0/filters"], weights[f"{name}/conv0/bias"], 2)
        else:
            first = separable(maps, weights, f"{name}/conv0", 2)
        first = F.relu(first)
        second = first + separable(first, weights, f"{name}/conv1")
        maps = F.relu(second + separable(F.relu(second), weights, f"{name}/conv2"))
    return F.linear(maps.mean((2, 3)), weights["fc/weights"], weights["fc/bias"])
