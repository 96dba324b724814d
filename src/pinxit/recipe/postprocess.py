"""Steps before and after painting that both engines share: colours, sizes of style images, transparency, kept parts."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pinxit.errors import PinxitError
from pinxit.image.picture import Picture, Pixels
from pinxit.image.resizer import fit
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.recipe import Settings
from pinxit.texture.color_transfer import keep_colors, match_colors


def colored(recipe: Settings, ingredients: JobInputs) -> JobInputs:
    """Give the style images the content image's colours, where the recipe says `match`."""
    if recipe.color != "match":
        return ingredients
    matched = tuple(
        replace(style, picture=match_colors(style.picture, ingredients.content, recipe.color_strength))
        for style in ingredients.styles
    )
    return replace(ingredients, styles=matched)


def style_at(style: Picture, size: float, least: int, consumer: str) -> Picture:
    """Shrink the style image to a longer side of `size` px; it is never enlarged, since the result would imitate the blur.

    Args:
        style: the style image.
        size: the longer side, px.
        least: the smallest shorter side that the consumer accepts, px.
        consumer: name of what uses the image, for the error message.

    Raises:
        PinxitError: when the style image is smaller than that.
    """
    longer, shorter = max(style.height, style.width), min(style.height, style.width)
    if shorter < least:
        raise PinxitError(
            f"the style image has {style.width}×{style.height} px, the {consumer} needs {least} px "
            "on the shorter side: give a larger one."
        )
    return fit(style, min(longer, max(round(size), math.ceil(least * longer / shorter))))


def finish(recipe: Settings, here: Picture, keep: Pixels | None, pixels: Pixels) -> Picture:
    """Turn painted pixels into the result, with the content image's transparency, its kept parts and, if asked, its colours.

    Args:
        recipe: the settings.
        here: the content image at the result's size.
        keep: how much of each pixel stays the content image's, at any size.
        pixels: as painted, `(3, H, W)`, range [0, 1].
    """
    painted = here.with_pixels(pixels)
    if recipe.color == "keep":
        painted = keep_colors(painted, here, recipe.color_strength)
    if keep is None:
        return painted
    mask = resize_mask(keep, here.height, here.width)
    # Where all is kept the pixels are copied: mixing would round them.
    mixed = np.where(mask == 1, here.pixels, painted.pixels + mask * (here.pixels - painted.pixels))
    return painted.with_pixels(np.ascontiguousarray(mixed, dtype=np.float32))
