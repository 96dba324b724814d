"""Masks: pictures that select parts of others, white for all of a pixel and black for none."""

from __future__ import annotations

import dataclasses

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.image.alpha import bleed
from pinxit.image.picture import Picture, Pixels

# Logarithm of the ratio of two shapes: rounding a small picture's size stays below it, a mask of another picture far above.
_SHAPE_TOLERANCE = 0.03


REGION_STEP = 16
"""The grey values of a map of regions that mean the same region: 0 to 15 is region 0, 16 to 31 region 1, and so on to 15."""


def labels_from(picture: Picture, like: Picture, name: str) -> NDArray[np.uint8]:
    """Read a picture as a map of regions, each of `REGION_STEP` grey values.

    Args:
        picture: the picture in the map's file.
        like: the content image, which has the same shape, at any size.
        name: name of the map in an error message.

    Returns:
        The number of each pixel's region, `(H, W)` at the map's own size, 0 to 15.

    Raises:
        PinxitError: when the shapes differ, or the picture has colours.
    """
    _check_shape(picture, like, f"the region map {name}", "the content image")
    if np.ptp(picture.pixels, axis=0).max() > 1 / REGION_STEP:
        raise PinxitError(
            f"the region map {name} has colours: draw it in greys, 8 for region 0, 24 for region 1, and so on in steps of 16."
        )
    values = np.round(255 * picture.pixels.mean(0)).clip(0, 255)
    labels: NDArray[np.uint8] = (values / REGION_STEP).astype(np.uint8)
    return labels


def mask_from(picture: Picture, like: Picture, name: str, of: str) -> Pixels:
    """Read a picture as a mask: its brightness where it is opaque, 0 where it is transparent.

    Args:
        picture: the picture in the mask's file.
        like: the picture that the mask is for; it has the same shape, at any size.
        name: name of the mask in an error message.
        of: name of the picture in an error message.

    Returns:
        `(H, W)` at the size of `like`, range [0, 1].

    Raises:
        PinxitError: when the shapes differ.
    """
    _check_shape(picture, like, f"the mask {name}", of)
    red, green, blue = picture.pixels
    mask = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    if picture.alpha is not None:
        mask = mask * picture.alpha
    return resize_mask(mask.astype(np.float32), like.height, like.width)


def _check_shape(picture: Picture, like: Picture, name: str, of: str) -> None:
    if abs(np.log(picture.width * like.height / (picture.height * like.width))) > _SHAPE_TOLERANCE:
        raise PinxitError(
            f"{name} has {picture.width}×{picture.height} px and {of} {like.width}×{like.height}: "
            "a mask must have the shape of the picture it is for, at any size."
        )


def resize_mask(mask: Pixels, height: int, width: int) -> Pixels:
    """Resize a mask `(H, W)` by a filter without negative weights, so that 0 and 1 stay 0 and 1."""
    if mask.shape == (height, width):
        return mask
    image = PIL.Image.fromarray(mask).resize((width, height), PIL.Image.Resampling.BOX)
    return np.asarray(image).clip(0, 1)


def only(picture: Picture, mask: Pixels) -> Picture:
    """Replace the pixels outside the mask by the nearest colours inside.

    Feature maps also depend on pixels around their position; afterwards nothing from outside the mask reaches them.
    """
    return dataclasses.replace(picture, pixels=bleed(picture.pixels, mask))
