"""Total variation: neighbouring pixels should differ little, against speckle that the encoder does not detect."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from pinxit.encoder.border import give, take
from pinxit.image.wrap import NONE, Window, Wrap


def total_variation(picture: Tensor, wrap: Wrap = NONE) -> Tensor:
    """Return the mean squared difference between neighbours, across plus down (Mahendran and Vedaldi, 2015, squared form).

    Args:
        picture: `(1, 3, H, W)`, range [0, 1]; a side of one pixel has no neighbours and adds 0.
        wrap: which of its borders meet: there the last pixel has a neighbour too.
    """
    variation: Tensor = _TotalVariation.apply(picture, wrap)  # type: ignore[no-untyped-call]
    return variation


class _TotalVariation(torch.autograd.Function):
    """The gradient by hand: autograd keeps five copies of the picture, gigabytes for a poster, and this needs one at a time."""

    @staticmethod
    def forward(ctx: Any, picture: Tensor, wrap: Wrap) -> Tensor:
        ctx.save_for_backward(picture)
        ctx.wrap = wrap
        sums = [
            _difference(picture, first, second, wrap).square_().sum() for first, second in _neighbours(picture, wrap)
        ]
        return (sums[0] + sums[1]) / picture.numel()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (picture,) = ctx.saved_tensors
        whole = torch.zeros_like(picture)
        for first, second in _neighbours(picture, ctx.wrap):
            pull = _difference(picture, first, second, ctx.wrap).mul_(2 * gradient / picture.numel())
            give(whole, second, pull, ctx.wrap)
            give(whole, first, pull.neg_(), ctx.wrap)
        return whole, None


def _neighbours(picture: Tensor, wrap: Wrap) -> tuple[tuple[Window, Window], ...]:
    """Return windows of all pixels that have a neighbour, and of these neighbours: to the right, and below."""
    height, width = picture.shape[2:]
    bottom, right = height + wrap.rows, width + wrap.columns
    rows, columns = slice(0, height), slice(0, width)
    return (
        ((rows, slice(0, right - 1)), (rows, slice(1, right))),
        ((slice(0, bottom - 1), columns), (slice(1, bottom), columns)),
    )


def _difference(picture: Tensor, first: Window, second: Window, wrap: Wrap) -> Tensor:
    return take(picture, second, wrap) - take(picture, first, wrap)
