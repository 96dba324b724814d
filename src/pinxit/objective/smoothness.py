"""Smoothness: neighbouring pixels should differ little, against the speckle that the encoder does not mind."""

from __future__ import annotations

from torch import Tensor


def total_variation(picture: Tensor) -> Tensor:
    """Mean squared difference between neighbours, across plus down (the squared form of Mahendran and Vedaldi, 2015).

    Args:
        picture: `(1, 3, H, W)`, range [0, 1]; a side of one pixel has no neighbours and adds 0.
    """
    across = (picture[..., :, 1:] - picture[..., :, :-1]).square()
    down = (picture[..., 1:, :] - picture[..., :-1, :]).square()
    return (across.sum() + down.sum()) / picture.numel()
