"""What is done to the style images before painting and to the result after it, whichever engine paints."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from pinxit.errors import PinxitError
from pinxit.picture.ingredients import Ingredients
from pinxit.picture.masks import resize_mask
from pinxit.picture.picture import Picture, Pixels
from pinxit.picture.recipe import Settings
from pinxit.picture.recolor import keep_colors, match_colors
from pinxit.picture.resizer import fit


def colored(recipe: Settings, ingredients: Ingredients) -> Ingredients:
    """Style images in the content image's colours, where the recipe wants them matched."""
    if recipe.color != "match":
        return ingredients
    matched = tuple(
        replace(style, picture=match_colors(style.picture, ingredients.content, recipe.color_strength))
        for style in ingredients.styles
    )
    return replace(ingredients, styles=matched)


def style_at(style: Picture, size: float, least: int, seer: str) -> Picture:
    """The style image with a longer side of `size` px, but never enlarged, for that would teach blur.

    Args:
        style: the style image.
        size: the longer side, px.
        least: the shorter side that an engine needs, px; `seer` says in an error what needs it.

    Raises:
        PinxitError: when there is less of it.
    """
    longer, shorter = max(style.height, style.width), min(style.height, style.width)
    if shorter < least:
        raise PinxitError(
            f"the style image has {style.width}×{style.height} px, the {seer} needs {least} px "
            "on the shorter side: give a larger one."
        )
    return fit(style, min(longer, max(round(size), math.ceil(least * longer / shorter))))


def finish(recipe: Settings, here: Picture, keep: Pixels | None, pixels: Pixels) -> Picture:
    """Pixels as the result: with the content image's transparency, its colours if wanted, and what is to be kept of it.

    Args:
        recipe: the settings.
        here: the content image at the result's size.
        keep: how much of each pixel stays the content image's, of any size.
        pixels: as painted, `(3, H, W)`, range [0, 1].
    """
    painted = here.with_pixels(pixels)
    if recipe.color == "keep":
        painted = keep_colors(painted, here, recipe.color_strength)
    if keep is None:
        return painted
    mask = resize_mask(keep, here.height, here.width)
    # Not a mixture where all is kept: rounding would change a bit.
    mixed = np.where(mask == 1, here.pixels, painted.pixels + mask * (here.pixels - painted.pixels))
    return painted.with_pixels(np.ascontiguousarray(mixed, dtype=np.float32))
