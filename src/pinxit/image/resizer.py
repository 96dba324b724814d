"""Resizing without aliasing, and without fringes or ghosts at transparent edges."""

from __future__ import annotations

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import PIL.Image
from PIL.Image import Resampling

from pinxit.image.picture import Picture, Pixels
from pinxit.image.wrap import NONE, Wrap, extend

# Reach of a Lanczos filter, in pixels of the smaller of the two sizes.
_REACH = 3


def resize(picture: Picture, height: int, width: int, wrap: Wrap = NONE) -> Picture:
    """Resize a picture by a Lanczos filter, which widens when shrinking, so that there is no aliasing.

    At transparent edges the filter is a Hamming window, and each pixel's colour is weighted by its alpha. That window has no
    negative weights, so that neither ghosts outside a shape nor foreign colours inside it appear.

    Args:
        picture: the picture.
        height: of the result, px.
        width: of the result, px.
        wrap: which borders meet: there the filter continues on the opposite side.
    """
    if (height, width) == (picture.height, picture.width):
        return picture
    around = math.ceil(_REACH * max(1, picture.height / height, picture.width / width)) + 1 if wrap else 0
    box = (around, around, around + picture.width, around + picture.height)
    if wrap:
        picture = extend(picture, around, wrap)
    size = (height, width)
    if picture.alpha is None:
        return dataclasses.replace(picture, pixels=_filter(picture.pixels, size, box).clip(0, 1))
    alpha = _filter(picture.alpha[None], size, box, Resampling.HAMMING)[0].clip(0, 1)
    seen = _filter(picture.pixels * picture.alpha, size, box, Resampling.HAMMING)
    pixels = _filter(picture.pixels, size, box)
    # Invisible pixels keep their extended colour, and where all is visible the sharper filter does no harm.
    edge = (alpha > 1e-4) & (alpha < 1 - 1e-4)
    pixels[:, edge] = seen[:, edge] / alpha[edge]
    return dataclasses.replace(picture, pixels=pixels.clip(0, 1), alpha=alpha)


def fit(picture: Picture, longer_side: int) -> Picture:
    """Resize a picture to a longer side of `longer_side` px; its shape stays, with a shorter side of at least 1 px."""
    return resize(picture, *fitted(picture.height, picture.width, longer_side))


def fitted(height: int, width: int, longer_side: int) -> tuple[int, int]:
    """Return the height and width that `fit` gives a picture.

    Args:
        height: of the picture, px.
        width: of the picture, px.
        longer_side: of the result, px.
    """
    scale = longer_side / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def cover(picture: Picture, height: int, width: int) -> Picture:
    """Resize a picture to cover `height` × `width` px and crop it about its middle; its proportions stay.

    Args:
        picture: the picture.
        height: of the result, px.
        width: of the result, px.
    """
    scale = max(height / picture.height, width / picture.width)
    large = resize(picture, max(height, round(picture.height * scale)), max(width, round(picture.width * scale)))
    top, left = (large.height - height) // 2, (large.width - width) // 2
    window = (slice(top, top + height), slice(left, left + width))
    alpha = None if large.alpha is None else large.alpha[window]
    return dataclasses.replace(large, pixels=np.ascontiguousarray(large.pixels[:, *window]), alpha=alpha)


def _filter(
    planes: Pixels, size: tuple[int, int], box: tuple[int, int, int, int], kernel: Resampling = Resampling.LANCZOS
) -> Pixels:
    """Resize a box of `(C, H, W)` plane by plane in float32; the filter uses pixels beyond the box and may overshoot."""

    def filtered(plane: Pixels) -> Pixels:
        return np.asarray(PIL.Image.fromarray(plane).resize((size[1], size[0]), kernel, box))

    # Planes are resized in parallel: Pillow releases the interpreter lock.
    with ThreadPoolExecutor(len(planes)) as pool:
        return np.stack(list(pool.map(filtered, planes)))
