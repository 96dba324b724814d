"""A picture from an array of channels, of any depth."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.image.alpha import bleed
from pinxit.image.picture import Picture


def from_channels(array: NDArray[Any], exif: bytes | None = None, notes: tuple[str, ...] = ()) -> Picture:
    """Make a picture of an array `(H, W, C)`, where C is 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha).

    Args:
        array: uint8, uint16, or float in [0, 1].
        exif: value of `Picture.exif`.
        notes: value of `Picture.notes`.
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


def placed(picture: Picture, left: int, top: int, width: int, height: int) -> Picture:
    """Lay a picture on a transparent canvas.

    Args:
        picture: the picture.
        left: of its left border on the canvas, px; what lies outside is cut off.
        top: of its upper border, px.
        width: of the canvas, px.
        height: of the canvas, px.
    """
    if (left, top, width, height) == (0, 0, picture.width, picture.height):
        return picture
    x, y = max(0, left), max(0, top)
    right, bottom = min(width, left + picture.width), min(height, top + picture.height)
    pixels, alpha = np.zeros((3, height, width), np.float32), np.zeros((height, width), np.float32)
    if x < right and y < bottom:
        rows, columns = slice(y - top, bottom - top), slice(x - left, right - left)
        pixels[:, y:bottom, x:right] = picture.pixels[:, rows, columns]
        alpha[y:bottom, x:right] = 1 if picture.alpha is None else picture.alpha[rows, columns]
    if (alpha == 1).all():
        return replace(picture, pixels=pixels, alpha=None)
    return replace(picture, pixels=bleed(pixels, alpha), alpha=alpha)


def _scaled(array: NDArray[Any]) -> NDArray[np.float32]:
    """Scale to float32 in [0, 1], C-contiguous, in one pass: a picture of 100 megapixels leaves no room for copies."""
    white = np.iinfo(array.dtype).max if np.issubdtype(array.dtype, np.integer) else 1
    scaled: NDArray[np.float32] = np.divide(array, np.float32(white), order="C", dtype=np.float32, casting="same_kind")
    return scaled
