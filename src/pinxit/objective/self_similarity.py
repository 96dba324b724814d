"""Self-similarity as content: colours and strokes may change, but not which parts of the picture look alike.

Kolkin, Salavon, Shakhnarovich, "Style Transfer by Relaxed Optimal Transport and Self-Similarity" (STROTSS, 2019), equation 8.
Instead of single positions, the means of cells are compared: few enough to compare each with every other, and sums over
positions, so that a picture may be processed tile by tile.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.tiles import Tile
from pinxit.encoder.vgg import stride

CELLS = 24
"""Number of cells on a side, at most."""
LEAST = 1e-3
"""Mean cosine distance below which cells count as equal: a picture of one colour has no structure to keep."""


def cell_sums(features: Tensor, tap: str, tile: Tile) -> Tensor:
    """Return what a tile's positions add to the means of the whole picture's cells, `(C, cells)`.

    Args:
        features: feature maps of the tile's inner part, `(1, C, h, w)`.
        tap: their name.
        tile: the tile.
    """
    rows, columns = (
        _shares(tile.inner[axis].start // stride(tap), features.shape[2 + axis], whole // stride(tap), features)
        for axis, whole in ((0, tile.height), (1, tile.width))
    )
    positions = features[0].permute(1, 2, 0)  # a view when channels come last
    # Rounding the weights to the maps' precision scales a whole cell, which does not change angles between cells.
    across = (rows.to(features.dtype) @ positions.flatten(1)).reshape(len(rows), *positions.shape[1:]).to(columns.dtype)
    cells: Tensor = (columns @ across).flatten(0, 1).T
    return cells


def similarity_loss(cells: Tensor, target: Tensor) -> Tensor:
    """Return the mean absolute difference of self-similarities, in shares of a cell's mean distance from the others.

    Args:
        cells: the means of the result's cells, `(C, cells)`.
        target: `distances` of the content image's cells.
    """
    return (distances(cells) - target).abs().mean() * target.shape[0]


def distances(cells: Tensor) -> Tensor:
    """Return cosine distances between cells `(C, cells)`, each column adding up to almost 1."""
    vectors = F.normalize(cells, dim=0, eps=1e-3)
    cosines = (1 - vectors.T @ vectors).clamp_min(0)
    normalised: Tensor = cosines / (cosines.sum(dim=0) + LEAST * cells.shape[1])
    return normalised


def _shares(start: int, length: int, whole: int, like: Tensor) -> Tensor:
    """Return the weight of each of `length` positions from `start` on in each cell's mean, `(cells, length)`."""
    dtype = torch.promote_types(like.dtype, torch.float32)
    cells = min(CELLS, whole)
    of = torch.arange(whole, device=like.device) * cells // whole
    member = F.one_hot(of, cells).to(dtype)
    return (member / member.sum(0))[start : start + length].T
