"""The distance of a result from its content: self-similarity (Kolkin et al., STROTSS, 2019), and where edges are."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder

TAP = "relu3_3"
GRID = 24  # positions on a side that are compared with one another: a third of a million pairs


@torch.no_grad()
def content_distance(encoder: Encoder, result: Tensor, content: Tensor) -> float:
    """Measure the mean absolute difference of the two pictures' normalised self-similarity matrices (STROTSS, equation 8).

    Colours and strokes may change without effect; which positions look alike may not.

    Args:
        encoder: computes the features.
        result: `(1, 3, H, W)`, range [0, 1].
        content: of the same size and range.

    Returns:
        The difference in shares of the mean cosine distance between two of its positions; 0 for the same picture.
    """
    ours, theirs = (_distances(encoder(picture, [TAP])[TAP].float()) for picture in (result, content))
    return float((ours - theirs).abs().mean() * ours.shape[0])


def _distances(maps: Tensor) -> Tensor:
    """Return cosine distances between positions, each column adding up to 1."""
    size = (min(GRID, maps.shape[2]), min(GRID, maps.shape[3]))
    vectors = F.adaptive_avg_pool2d(maps, size)[0].flatten(1)
    vectors = vectors / (vectors.norm(dim=0) + 1e-12)
    distances = (1 - vectors.T @ vectors).clamp_min(0)
    normalised: Tensor = distances / (distances.sum(dim=0) + 1e-12)
    return normalised


@torch.no_grad()
def edge_agreement(result: Tensor, content: Tensor) -> float:
    """Measure the correlation of both pictures' edge strength: 1 where all edges coincide, 0 where none do.

    Args:
        result: `(1, 3, H, W)`, range [0, 1].
        content: of the same size and range.
    """
    ours, theirs = (_edges(picture.float()).flatten() for picture in (result, content))
    ours, theirs = ours - ours.mean(), theirs - theirs.mean()
    return float(ours @ theirs / (ours.norm() * theirs.norm() + 1e-12))


def _edges(picture: Tensor) -> Tensor:
    """Return Sobel's gradient magnitude of the lightness, blurred by the width of a stroke: an edge may move that far."""
    weights = picture.new_tensor([0.2126, 0.7152, 0.0722])[None, :, None, None]
    lightness = F.avg_pool2d(F.pad((picture * weights).sum(1, keepdim=True), (2, 2, 2, 2), mode="replicate"), 5, 1)
    sobel = picture.new_tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])[None, None] / 8
    padded = F.pad(lightness, (1, 1, 1, 1), mode="replicate")
    magnitude = torch.hypot(F.conv2d(padded, sobel), F.conv2d(padded, sobel.transpose(2, 3)))
    return F.avg_pool2d(F.pad(magnitude, (3, 3, 3, 3), mode="replicate"), 7, 1)
