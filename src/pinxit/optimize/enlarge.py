"""From one scale to the next: enlarge the canvas, and how much of the content image's detail to add to it."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import take
from pinxit.image.wrap import Wrap
from pinxit.optimize.schedule import Scale
from pinxit.recipe.recipe import Settings

DETAIL = 0.5
"""The share of the content image's detail, too fine for the coarser scale, that is added at the start of a finer scale, 0 to 1.
An enlarged picture is blurred. Half of the detail saves four of 25 iterations; all of it saves no more, and strokes suffer
(docs/lab/quality.md)."""

_AROUND = 3  # px that bicubic interpolation may read beyond the border


def detail_share(settings: Settings) -> float:
    """Return `DETAIL`, or 0 without content loss and for the Gram objective, which has never had it."""
    return DETAIL if settings.objective == "neighbors" and settings.content_weight else 0.0


def enlarge(canvas: Tensor, scale: Scale, wrap: Wrap) -> Tensor:
    """Return a canvas `(1, 3, H, W)` enlarged to a scale's size by bicubic interpolation, range [0, 1].

    Args:
        canvas: the canvas of the coarser scale.
        scale: the finer scale.
        wrap: which borders meet; interpolation reads across them, whatever the ratio of the sizes.
    """
    if not wrap:
        return F.interpolate(canvas, size=(scale.height, scale.width), mode="bicubic", align_corners=False).clamp(0, 1)
    height, width = canvas.shape[2:]
    beyond = take(canvas, (slice(-_AROUND, height + _AROUND), slice(-_AROUND, width + _AROUND)), wrap)
    rows, columns = (
        # The centre of each new pixel in grid_sample's coordinates, in which -1 and 1 are the borders.
        ((torch.arange(new, device=canvas.device) + 0.5) * (old / new) + _AROUND) / (old + 2 * _AROUND) * 2 - 1
        for new, old in ((scale.height, height), (scale.width, width))
    )
    grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), -1)[None].to(canvas.dtype)
    return F.grid_sample(beyond, grid, mode="bicubic", padding_mode="border", align_corners=False).clamp(0, 1)
