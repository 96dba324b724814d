"""Pictures in other programs' hands: PIL pictures and arrays, there and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import DTypeLike, NDArray

from pinxit.errors import PinxitError
from pinxit.picture.alpha import bleed
from pinxit.picture.picture import Picture


def from_array(array: NDArray[Any]) -> Picture:
    """A picture from an array.

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
        # A millionth of slack for somebody's rounding.
        if array.min() < -1e-6 or array.max() > 1 + 1e-6:
            raise PinxitError(f"the array reaches from {array.min():g} to {array.max():g}: give values from 0 to 1.")
        array = array.clip(0, 1)
    elif array.dtype not in (np.uint8, np.uint16):
        raise PinxitError(f"an array of {array.dtype} is no picture: give uint8, uint16, or float from 0 to 1.")
    return from_channels(array)


def from_channels(array: NDArray[Any], exif: bytes | None = None, notes: tuple[str, ...] = ()) -> Picture:
    """A picture from `(H, W, C)`, where C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).

    Args:
        array: uint8, uint16, or float in [0, 1].
        exif: what `Picture.exif` is to be.
        notes: what `Picture.notes` is to be.
    """
    height, width, channels = array.shape
    color = array[..., :3] if channels >= 3 else np.broadcast_to(array[..., :1], (height, width, 3))
    pixels = _scaled(color.transpose(2, 0, 1))
    alpha = _scaled(array[..., -1]) if channels in (2, 4) else None
    if alpha is not None and (alpha == 1).all():
        alpha = None
    if alpha is not None:
        pixels = bleed(pixels, alpha)
    return Picture(pixels, alpha, exif, notes)


def _scaled(array: NDArray[Any]) -> NDArray[np.float32]:
    """Float32 in [0, 1], C-contiguous, made in one pass: a picture of 100 megapixels leaves no room for copies."""
    white = np.iinfo(array.dtype).max if np.issubdtype(array.dtype, np.integer) else 1
    scaled: NDArray[np.float32] = np.divide(array, np.float32(white), order="C", dtype=np.float32, casting="same_kind")
    return scaled


def to_array(picture: Picture, dtype: DTypeLike = np.uint8) -> NDArray[Any]:
    """`(H, W, 3)`, or `(H, W, 4)` where there is transparency: uint8, uint16 or a float type in [0, 1]."""
    planes = picture.pixels if picture.alpha is None else np.concatenate([picture.pixels, picture.alpha[None]])
    array = planes.transpose(1, 2, 0)
    kind = np.dtype(dtype)
    if kind in (np.uint8, np.uint16):
        return (array.clip(0, 1) * np.float32(np.iinfo(kind).max)).round().astype(kind)
    return np.ascontiguousarray(array, dtype=kind)


def from_pil(image: PIL.Image.Image) -> Picture:
    """A picture from a PIL picture of any mode, its orientation and colour profile applied.

    Raises:
        PinxitError: when it cannot be decoded, has no pixels, or values beyond black and white.
    """
    from pinxit.picture.reader import decode, one_sentence

    with one_sentence("the picture", b""):
        return decode(image)
    raise AssertionError("unreachable")


def to_pil(picture: Picture) -> PIL.Image.Image:
    """A PIL picture, RGB or RGBA, 8 bits."""
    return PIL.Image.fromarray(to_array(picture))
