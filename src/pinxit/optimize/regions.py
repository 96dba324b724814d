"""Which styles go where at one scale: the ingredients' masks and pictures as the objective wants them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.objective.guided import Region, Style
from pinxit.optimize.schedule import SMALLEST_SIDE
from pinxit.picture import Picture, fit
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.masks import resize_mask
from pinxit.picture.picture import Pixels
from pinxit.picture.placing import places


def regions(ingredients: Ingredients, height: int, width: int, style_size: float) -> list[Region]:
    """The regions of a result of `height` × `width` px, with style images of `style_size` px."""
    return [
        Region(_mixture(place.styles, style_size), None if place.mask is None else _plane(place.mask))
        for place in places(ingredients, height, width)
    ]


def tensor(picture: Picture) -> Tensor:
    """`(1, 3, H, W)`, float32."""
    return torch.from_numpy(picture.pixels)[None]


def _plane(mask: Pixels) -> Tensor:
    return torch.from_numpy(mask)[None, None]


def _mixture(styles: Sequence[LoadedStyle], size: float) -> list[Style]:
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
