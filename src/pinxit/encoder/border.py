"""What stands beyond the border of feature maps that meet themselves there, and the way back for its gradient."""

from __future__ import annotations

import torch
from torch import Tensor

from pinxit.picture.wrap import Window, Wrap


def cut(tensor: Tensor, window: Window) -> Tensor:
    """A view of those rows and columns, the last two dimensions."""
    return tensor[..., window[0], window[1]]


def take(maps: Tensor, window: Window, wrap: Wrap) -> Tensor:
    """What stands in a window of `(N, C, H, W)`: a view where that is within, a copy where it goes beyond the border."""
    if _is_within(maps, window):
        return cut(maps, window)
    rows, columns = _index(maps, window, wrap)
    return maps[..., rows, columns]


def give(maps: Tensor, window: Window, values: Tensor, wrap: Wrap) -> None:
    """The transpose of `take`: add values, in place, to what stands in the window."""
    if _is_within(maps, window):
        cut(maps, window).add_(values)
        return
    # The same position may be in the window several times.
    maps.permute(2, 3, 0, 1).index_put_(_index(maps, window, wrap), values.permute(2, 3, 0, 1), accumulate=True)


def _is_within(maps: Tensor, window: Window) -> bool:
    return all(side.start >= 0 and side.stop <= whole for side, whole in zip(window, maps.shape[2:], strict=True))


def _index(maps: Tensor, window: Window, wrap: Wrap) -> tuple[Tensor, Tensor]:
    rows, columns = wrap.index(window, maps.shape[2], maps.shape[3])
    return torch.from_numpy(rows).to(maps.device), torch.from_numpy(columns).to(maps.device)
