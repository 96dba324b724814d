"""Regions of the result and the styles applied to each; overlapping regions share their pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.image.picture import Pixels
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.masks import resize_mask


@dataclass(frozen=True)
class RegionStyles:
    """A region of the result and its styles.

    Attributes:
        styles: the styles, mixed by their shares.
        mask: the region's weight at each pixel, `(H, W)`, range [0, 1]; None is 1 everywhere.
    """

    styles: tuple[StyleInput, ...]
    mask: Pixels | None


def region_styles(ingredients: JobInputs, height: int, width: int) -> list[RegionStyles]:
    """Return the regions of a result.

    Overlapping regions share their pixels. Kept parts belong to no region, or the style loss would count them as painted.

    Args:
        ingredients: the style images with their regions, and the mask of kept parts.
        height: of the result, px.
        width: of the result, px.
    """
    free = None if ingredients.keep is None else 1 - resize_mask(ingredients.keep, height, width)
    groups: dict[bytes | None, tuple[Pixels | None, list[StyleInput]]] = {}
    covered = np.zeros((height, width), np.float32)
    for style in ingredients.styles:
        mask = None if style.region is None else resize_mask(style.region, height, width)
        key = None if mask is None else mask.tobytes()
        if mask is not None and key not in groups:
            covered += mask
        groups.setdefault(key, (mask, []))[1].append(style)
    found = []
    for mask, styles in groups.values():
        here = np.maximum(1 - covered, 0) if mask is None else mask / np.maximum(covered, 1)
        if free is not None:
            here = here * free
        weights = None if here.min() == 1 else np.ascontiguousarray(here, dtype=np.float32)
        found.append(RegionStyles(tuple(styles), weights))
    return found
