"""Strokes of different sizes in one result: half as large where a mask asks for finer ones, twice where for broader ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.image.picture import Pixels
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.masks import resize_mask

FINER, BROADER = 0.5, 2.0
_LEAST = 1 / 512  # a share that no pixel shows


@dataclass(frozen=True)
class StrokeSize:
    """A size of strokes, and where the result has it.

    Attributes:
        factor: the size relative to `style_scale`.
        share: its share at each pixel, `(H, W)`, range [0, 1]; the shares of all sizes add up to 1. None is 1 everywhere.
    """

    factor: float
    share: Pixels | None


def stroke_sizes(inputs: JobInputs, height: int, width: int) -> list[StrokeSize]:
    """Return the sizes of strokes that a result has.

    Args:
        inputs: with the masks `finer` and `broader`.
        height: of the result, px.
        width: of the result, px.
    """
    asked = [(FINER, inputs.finer), (BROADER, inputs.broader)]
    masks = [(factor, resize_mask(mask, height, width)) for factor, mask in asked if mask is not None]
    covered = np.zeros((height, width), np.float32)
    for _, mask in masks:
        covered += mask
    shares = [(1.0, np.maximum(1 - covered, 0)), *((factor, mask / np.maximum(covered, 1)) for factor, mask in masks)]
    seen = [(factor, share) for factor, share in shares if share.max() > _LEAST]
    if len(seen) == 1:
        return [StrokeSize(seen[0][0], None)]
    return [StrokeSize(factor, np.ascontiguousarray(share, np.float32)) for factor, share in seen]
