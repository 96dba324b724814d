"""Which styles go where at one scale: the ingredients' masks and pictures as the objective wants them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.objective.guided import Region, Style
from pinxit.optimize.schedule import SMALLEST_SIDE
from pinxit.picture import Picture, fit
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.masks import resize_mask
from pinxit.picture.picture import Pixels


def regions(ingredients: Ingredients, height: int, width: int, style_size: float) -> list[Region]:
    """The regions of a result of `height` × `width` px, with style images of `style_size` px.

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
        found.append(Region(_mixture(styles, style_size), None if here.min() == 1 else _plane(here)))
    return found


def tensor(picture: Picture) -> Tensor:
    """`(1, 3, H, W)`, float32."""
    return torch.from_numpy(picture.pixels)[None]


def _plane(mask: NDArray[np.floating[Any]]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(mask, dtype=np.float32))[None, None]


def _mixture(styles: list[LoadedStyle], size: float) -> list[Style]:
    whole = sum(style.share for style in styles)
    mixture = []
    for style in styles:
        picture = _style_at(style.picture, size)
        mask = None if style.mask is None else _plane(resize_mask(style.mask, picture.height, picture.width))
        mixture.append(Style(tensor(picture), style.share / whole, mask))
    return mixture


def _style_at(style: Picture, size: float) -> Picture:
    """The style image with a longer side of `size` px, but never enlarged, for that would teach blur."""
    longer, shorter = max(style.height, style.width), min(style.height, style.width)
    if shorter < SMALLEST_SIDE:
        raise PinxitError(
            f"the style image has {style.width}×{style.height} px, the encoder needs {SMALLEST_SIDE} px "
            "on the shorter side: give a larger one."
        )
    least = math.ceil(SMALLEST_SIDE * longer / shorter)
    return fit(style, min(longer, max(round(size), least)))
