"""Content as what resembles what: colours and strokes may change, which parts of the picture look alike may not.

Kolkin, Salavon, Shakhnarovich, "Style Transfer by Relaxed Optimal Transport and Self-Similarity" (STROTSS, 2019), equation 8.
Compared are not single positions but the means of cells, few enough that each can be compared with every other, and sums
over positions, so that a picture may be seen tile by tile.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.tiles import Tile
from pinxit.encoder.vgg import stride

CELLS = 24
"""On a side, at most."""
LEAST = 1e-3
"""Cells that are on average less apart than this are all alike: a picture of one colour has no structure to keep."""


def cell_sums(features: Tensor, tap: str, tile: Tile) -> Tensor:
    """What a tile's positions add to the means of the whole picture's cells, `(C, cells)`.

    Args:
        features: feature maps of the positions that the tile answers for, `(1, C, h, w)`.
        tap: their name.
        tile: where they are.
    """
    rows, columns = (
        _shares(tile.inner[axis].start // stride(tap), features.shape[2 + axis], whole // stride(tap), features)
        for axis, whole in ((0, tile.height), (1, tile.width))
    )
    positions = features[0].permute(1, 2, 0)  # a view when channels come last
    # Shares rounded to the maps' precision change all of a cell by the same factor, which no angle between cells sees.
    across = (rows.to(features.dtype) @ positions.flatten(1)).reshape(len(rows), *positions.shape[1:]).to(columns.dtype)
    cells: Tensor = (columns @ across).flatten(0, 1).T
    return cells


def similarity_loss(cells: Tensor, target: Tensor) -> Tensor:
    """The mean absolute difference of two pictures' self-similarities, in shares of a cell's mean distance from the others.

    Args:
        cells: the means of the result's cells, `(C, cells)`.
        target: `distances` of the content image's.
    """
    return (distances(cells) - target).abs().mean() * target.shape[0]


def distances(cells: Tensor) -> Tensor:
    """Cosine distances between cells `(C, cells)`, each column adding up to almost 1."""
    vectors = F.normalize(cells, dim=0, eps=1e-3)
    cosines = (1 - vectors.T @ vectors).clamp_min(0)
    normalised: Tensor = cosines / (cosines.sum(dim=0) + LEAST * cells.shape[1])
    return normalised


def _shares(start: int, length: int, whole: int, like: Tensor) -> Tensor:
    """How much each of `length` positions from `start` on counts in each cell's mean, `(cells, length)`."""
    dtype = torch.promote_types(like.dtype, torch.float32)
    cells = min(CELLS, whole)
    of = torch.arange(whole, device=like.device) * cells // whole
    member = F.one_hot(of, cells).to(dtype)
    return (member / member.sum(0))[start : start + length].T
