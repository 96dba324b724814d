"""Masks: pictures that say how much of each pixel is meant, white all of it, black nothing."""

from __future__ import annotations

import dataclasses

import numpy as np
import PIL.Image

from pinxit.errors import PinxitError
from pinxit.picture.alpha import bleed
from pinxit.picture.picture import Picture, Pixels

# Rounding to whole pixels shifts a small picture's shape a little; a mask of another picture differs by far more.
_SHAPE_TOLERANCE = 0.03


def mask_from(picture: Picture, like: Picture, name: str, of: str) -> Pixels:
    """A picture read as a mask: brightness, where it is opaque.

    Args:
        picture: the mask's file.
        like: the picture it is for; the shapes must agree, the sizes need not.
        name: what to call the mask, and `of` the picture, in an error.

    Returns:
        `(H, W)` of `like`, range [0, 1].

    Raises:
        PinxitError: when the shapes differ.
    """
    if abs(np.log(picture.width * like.height / (picture.height * like.width))) > _SHAPE_TOLERANCE:
        raise PinxitError(
            f"the mask {name} has {picture.width}×{picture.height} px and {of} {like.width}×{like.height}: "
            "a mask must have the shape of the picture it is for, at any size."
        )
    red, green, blue = picture.pixels
    mask = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    if picture.alpha is not None:
        mask = mask * picture.alpha
    return resize_mask(mask.astype(np.float32), like.height, like.width)


def resize_mask(mask: Pixels, height: int, width: int) -> Pixels:
    """A mask `(H, W)` at another size, by a filter without negative weights, so that 0 and 1 stay what they are."""
    if mask.shape == (height, width):
        return mask
    image = PIL.Image.fromarray(mask).resize((width, height), PIL.Image.Resampling.BOX)
    return np.asarray(image).clip(0, 1)


def only(picture: Picture, mask: Pixels) -> Picture:
    """The picture with nothing of what its mask leaves out: those pixels take the nearest colour within.

    Feature maps see beyond the position they stand for; after this there is nothing of the rest for them to see.
    """
    return dataclasses.replace(picture, pixels=bleed(picture.pixels, mask))
