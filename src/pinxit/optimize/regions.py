"""Which styles go where at one scale: the ingredients' masks and pictures as the objective wants them."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from pinxit.objective.guided import Region, Style
from pinxit.optimize.schedule import SMALLEST_SIDE
from pinxit.picture import Picture
from pinxit.picture.finish import style_at
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
        picture = style_at(style.picture, size, SMALLEST_SIDE, "encoder")
        mask = None if style.mask is None else _plane(resize_mask(style.mask, picture.height, picture.width))
        mixture.append(Style(tensor(picture), style.share / whole, mask))
    return mixture
