"""Read feature maps beyond borders that meet, and carry gradients back."""

from __future__ import annotations

import torch
from torch import Tensor

from pinxit.image.wrap import Window, Wrap


def cut(tensor: Tensor, window: Window) -> Tensor:
    """Return a view of a window of rows and columns, which are the last two dimensions."""
    return tensor[..., window[0], window[1]]


def take(maps: Tensor, window: Window, wrap: Wrap) -> Tensor:
    """Return what a window of maps `(N, C, H, W)` shows: a view inside the borders, a copy where it goes beyond them.

    Args:
        maps: the maps.
        window: rows and columns; may begin below 0 and end beyond the maps.
        wrap: which borders meet.
    """
    if _is_within(maps, window):
        return cut(maps, window)
    rows, columns = _index(maps, window, wrap)
    return maps[..., rows, columns]


def give(maps: Tensor, window: Window, values: Tensor, wrap: Wrap) -> None:
    """Add values, in place, to what a window of maps shows: the transpose of `take`.

    Args:
        maps: maps `(N, C, H, W)`.
        window: rows and columns, as for `take`.
        values: `(N, C, h, w)`, of the window's size.
        wrap: which borders meet.
    """
    if _is_within(maps, window):
        cut(maps, window).add_(values)
        return
    # Accumulate: the same position may be in the window several times.
    maps.permute(2, 3, 0, 1).index_put_(_index(maps, window, wrap), values.permute(2, 3, 0, 1), accumulate=True)


def _is_within(maps: Tensor, window: Window) -> bool:
    return all(side.start >= 0 and side.stop <= whole for side, whole in zip(window, maps.shape[2:], strict=True))


def _index(maps: Tensor, window: Window, wrap: Wrap) -> tuple[Tensor, Tensor]:
    rows, columns = wrap.index(window, maps.shape[2], maps.shape[3])
    return torch.from_numpy(rows).to(maps.device), torch.from_numpy(columns).to(maps.device)
