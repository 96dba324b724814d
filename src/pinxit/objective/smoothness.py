"""Smoothness: neighbouring pixels should differ little, against the speckle that the encoder does not mind."""

from __future__ import annotations

from torch import Tensor

from pinxit.encoder.border import take
from pinxit.picture.wrap import NONE, Wrap


def total_variation(picture: Tensor, wrap: Wrap = NONE) -> Tensor:
    """Mean squared difference between neighbours, across plus down (the squared form of Mahendran and Vedaldi, 2015).

    Args:
        picture: `(1, 3, H, W)`, range [0, 1]; a side of one pixel has no neighbours and adds 0.
        wrap: which of its borders meet: there, the last pixel has a neighbour too.
    """
    height, width = picture.shape[2:]
    bottom, right = height + wrap.rows, width + wrap.columns
    across = (take(picture, (slice(0, height), slice(1, right)), wrap) - picture[..., :, : right - 1]).square()
    down = (take(picture, (slice(1, bottom), slice(0, width)), wrap) - picture[..., : bottom - 1, :]).square()
    return (across.sum() + down.sum()) / picture.numel()
