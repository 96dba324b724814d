"""Hypercolumns: the features of several layers at one place (Hariharan et al., 2015), one for every 4 × 4 px of a picture."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import Tile
from pinxit.encoder.vgg import stride

TAPS = ("relu1_2", "relu2_2", "relu3_1", "relu3_3", "relu4_1")
"""Layers from texture to parts of objects; deeper layers recognise whole objects, and would copy them."""
STEP = 4
"""Distance from one hypercolumn to the next, px."""
_COARSEST = max(map(stride, TAPS))


def hypercolumns(features: Mapping[str, Tensor], tile: Tile) -> list[Tensor]:
    """Return the hypercolumns of a tile's inner part, tap by tap.

    Maps finer than the grid are averaged over its cells; coarser ones are repeated. Neither reads beyond its cell, so a tile's
    hypercolumns equal those of the whole picture.

    Args:
        features: feature maps of the tile's outer part, for at least `TAPS`.
        tile: the tile.

    Returns:
        For each of `TAPS`, `(positions, C)`, float32, row by row of the grid.
    """
    rows, columns = grid_of(tile)
    found = []
    for tap in TAPS:
        maps = cut(features[tap], tile.positions(tap)).float()
        if stride(tap) < STEP:
            maps = _cells(maps, STEP // stride(tap), rows, columns)
        elif stride(tap) > STEP:
            maps = maps.repeat_interleave(stride(tap) // STEP, 2).repeat_interleave(stride(tap) // STEP, 3)
        found.append(maps[0, :, :rows, :columns].flatten(1).T)
    return found


def grid_of(tile: Tile) -> tuple[int, int]:
    """Return the rows and columns of a tile's grid: as many as its coarsest map fills; a rest below 8 px fills none."""
    rows, columns = (
        (min(part.stop, whole // _COARSEST * _COARSEST) - part.start) // STEP
        for part, whole in zip(tile.inner, (tile.height, tile.width), strict=True)
    )
    return rows, columns


def places(tile: Tile) -> Tensor:
    """Return the numbers of a tile's hypercolumns in the whole picture, counted row by row, `(positions,)`."""
    rows, columns = grid_of(tile)
    across = tile.width // _COARSEST * _COARSEST // STEP
    top, left = (part.start // STEP for part in tile.inner)
    return (torch.arange(top, top + rows)[:, None] * across + torch.arange(left, left + columns)).flatten()


def on_grid(plane: Tensor, tile: Tile) -> Tensor:
    """Return a tile's part of a plane `(1, 1, H, W)` of the whole picture, averaged over grid cells, `(positions,)`."""
    rows, columns = grid_of(tile)
    return _cells(cut(plane, tile.inner), STEP, rows, columns).flatten()


def _cells(maps: Tensor, side: int, rows: int, columns: int) -> Tensor:
    """Return means over cells of `side` × `side` positions of maps `(1, C, H, W)`, which may extend beyond the cells."""
    maps = maps[:, :, : rows * side, : columns * side]
    # A tile at the far border may be less than a cell wide, and PyTorch refuses to average nothing.
    return F.avg_pool2d(maps, side) if maps.numel() else maps[:, :, :rows, :columns]
