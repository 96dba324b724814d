"""Conversion from and to PIL pictures and arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import DTypeLike, NDArray

from pinxit.errors import PinxitError
from pinxit.image.channels import from_channels
from pinxit.image.picture import Picture
from pinxit.image.reader import decode, translate_read_errors
from pinxit.image.wide_color import in_gamut


def from_array(array: NDArray[Any]) -> Picture:
    """Make a picture of an array.

    Args:
        array: `(H, W)` grey, `(H, W, 1)`, `(H, W, 3)` sRGB or `(H, W, 4)` with alpha; uint8, uint16, or float in [0, 1].

    Raises:
        PinxitError: for other shapes and types, an empty array, NaN, or numbers out of range.
    """
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or not array.size:
        raise PinxitError(f"an array must be (H, W), (H, W, 3) or (H, W, 4), not {array.shape}.")
    if np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all():
            raise PinxitError("the array holds NaN or infinite numbers: give values from 0 to 1.")
        # A millionth of tolerance for rounding by the caller.
        if array.min() < -1e-6 or array.max() > 1 + 1e-6:
            raise PinxitError(f"the array reaches from {array.min():g} to {array.max():g}: give values from 0 to 1.")
        array = array.clip(0, 1)
    elif array.dtype not in (np.uint8, np.uint16):
        raise PinxitError(f"an array of {array.dtype} is not a picture: give uint8, uint16, or float from 0 to 1.")
    return from_channels(array)


def to_array(picture: Picture, dtype: DTypeLike = np.uint8) -> NDArray[Any]:
    """Return an array `(H, W, 3)`, or `(H, W, 4)` where there is transparency: uint8, uint16 or a float type in [0, 1]."""
    planes = picture.pixels if picture.alpha is None else np.concatenate([picture.pixels, picture.alpha[None]])
    array = planes.transpose(1, 2, 0)
    kind = np.dtype(dtype)
    if kind in (np.uint8, np.uint16):
        return (array.clip(0, 1) * np.float32(np.iinfo(kind).max)).round().astype(kind)
    return np.ascontiguousarray(array, dtype=kind)


def from_pil(image: PIL.Image.Image) -> Picture:
    """Make a picture of a PIL picture of any mode; its orientation and colour profile are applied.

    Raises:
        PinxitError: when it cannot be decoded, has no pixels, or values beyond black and white.
    """
    with translate_read_errors("the picture", b""):
        return decode(image)
    raise AssertionError("unreachable")


def to_pil(picture: Picture) -> PIL.Image.Image:
    """Return a PIL picture in sRGB, RGB or RGBA, 8 bits a channel."""
    return PIL.Image.fromarray(to_array(in_gamut(picture, "srgb")))
