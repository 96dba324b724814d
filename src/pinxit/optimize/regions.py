"""The regions of one scale: masks and style images as the objective takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.objective.correspondence import Meanings
from pinxit.objective.regions import Region, StyleTarget
from pinxit.optimize.schedule import SMALLEST_SIDE
from pinxit.recipe.inputs import JobInputs, StyleInput, normalized_shares
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.postprocess import style_at
from pinxit.recipe.regions import region_styles
from pinxit.recipe.stroke_sizes import stroke_sizes
from pinxit.recipe.style_cache import StyleCache


def regions(
    inputs: JobInputs, height: int, width: int, style_size: float, meanings: Meanings | None = None
) -> list[Region]:
    """Return the regions of a result of `height` × `width` px, with style images of `style_size` px.

    Args:
        inputs: the style images and their regions.
        height: the result's height, px.
        width: the result's width, px.
        style_size: the longer side of the style images, px.
        meanings: the meanings of the inputs' styles, in their order.
    """
    of_style = {} if meanings is None else dict(zip(map(id, inputs.styles), meanings.styles, strict=True))
    sizes = stroke_sizes(inputs, height, width)
    factor = sizes[0].factor if len(sizes) == 1 else 1.0
    return [
        Region(
            _mixture(region.styles, factor * style_size, of_style, inputs.cache),
            None if region.mask is None else _plane(region.mask),
        )
        for region in region_styles(inputs, height, width)
    ]


def stroke_regions(
    whole: Sequence[Region],
    inputs: JobInputs,
    height: int,
    width: int,
    style_size: float,
    meanings: Meanings | None = None,
) -> list[Region]:
    """Return the parts of `regions` that have strokes of one size each; the regions themselves where all have the same.

    Args:
        whole: what `regions` returned for the other arguments.
        inputs: the style images and their regions.
        height: the result's height, px.
        width: the result's width, px.
        style_size: the longer side of the style images, px.
        meanings: the meanings of the inputs' styles, in their order.
    """
    sizes = stroke_sizes(inputs, height, width)
    if len(sizes) == 1:
        return list(whole)
    of_style = {} if meanings is None else dict(zip(map(id, inputs.styles), meanings.styles, strict=True))
    return [
        Region(
            _mixture(region.styles, size.factor * style_size, of_style, inputs.cache),
            _where(region.mask, size.share),
            part_of,
        )
        for region, part_of in zip(region_styles(inputs, height, width), whole, strict=True)
        for size in sizes
    ]


def to_tensor(picture: Picture) -> Tensor:
    """Return a picture's pixels as a tensor `(1, 3, H, W)`, float32."""
    return torch.from_numpy(picture.pixels)[None]


def _where(mask: Pixels | None, share: Pixels | None) -> Tensor | None:
    if mask is None or share is None:
        one = share if mask is None else mask
        return None if one is None else _plane(one)
    return _plane(mask * share)


def _plane(mask: Pixels) -> Tensor:
    return torch.from_numpy(mask)[None, None]


def style_pictures(inputs: JobInputs, size: float) -> list[Picture]:
    """Return the style images with longer sides of `size` px; see `style_at`."""
    return [style_at(style.picture, size, SMALLEST_SIDE, "encoder") for style in inputs.styles]


def _mixture(
    styles: Sequence[StyleInput], size: float, meanings: Mapping[int, Tensor], cache: StyleCache | None
) -> list[StyleTarget]:
    mixture = []
    for style, share in zip(styles, normalized_shares(style.share for style in styles), strict=True):
        picture = style_at(style.picture, size, SMALLEST_SIDE, "encoder")
        mask = None if style.mask is None else _plane(resize_mask(style.mask, picture.height, picture.width))
        mixture.append(StyleTarget(to_tensor(picture), share, mask, meanings.get(id(style)), cache))
    return mixture
