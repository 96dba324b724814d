"""Which styles go where: the masks of regions, made to share each pixel fairly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.masks import resize_mask
from pinxit.picture.picture import Pixels


@dataclass(frozen=True)
class Place:
    """A part of the result.

    Attributes:
        styles: what it is painted in, mixed by their shares.
        mask: how much of each pixel is meant, `(H, W)`, range [0, 1]; None is all.
    """

    styles: tuple[LoadedStyle, ...]
    mask: Pixels | None


def places(ingredients: Ingredients, height: int, width: int) -> list[Place]:
    """The parts of a result of `height` × `width` px.

    Where regions overlap they share; what is kept belongs to none, or the style would be thought to be there already.
    """
    free = None if ingredients.keep is None else 1 - resize_mask(ingredients.keep, height, width)
    groups: dict[bytes | None, tuple[Pixels | None, list[LoadedStyle]]] = {}
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
        meant = None if here.min() == 1 else np.ascontiguousarray(here, dtype=np.float32)
        found.append(Place(tuple(styles), meant))
    return found
