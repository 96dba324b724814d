"""Other sizes, without aliasing, and without fringes or ghosts at transparent edges."""

from __future__ import annotations

import dataclasses
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import PIL.Image
from PIL.Image import Resampling

from pinxit.picture.picture import Picture, Pixels
from pinxit.picture.wrap import NONE, Wrap, surrounded

# How far a Lanczos filter reaches, in pixels of the smaller of the two sizes.
_REACH = 3


def resize(picture: Picture, height: int, width: int, wrap: Wrap = NONE) -> Picture:
    """The picture with another size, px, by a Lanczos filter as wide as the shrinking needs (so no aliasing).

    At transparent edges a Hamming window is the filter, and each pixel's colour counts by how much of it is seen: it has
    no negative weights, so there is neither a ghost outside a shape nor a colour that the shape does not have.

    Where borders meet (`wrap`), the filter sees what stands beyond them.
    """
    if (height, width) == (picture.height, picture.width):
        return picture
    around = math.ceil(_REACH * max(1, picture.height / height, picture.width / width)) + 1 if wrap else 0
    box = (around, around, around + picture.width, around + picture.height)
    if wrap:
        picture = surrounded(picture, around, wrap)
    size = (height, width)
    if picture.alpha is None:
        return dataclasses.replace(picture, pixels=_filter(picture.pixels, size, box).clip(0, 1))
    alpha = _filter(picture.alpha[None], size, box, Resampling.HAMMING)[0].clip(0, 1)
    seen = _filter(picture.pixels * picture.alpha, size, box, Resampling.HAMMING)
    pixels = _filter(picture.pixels, size, box)
    # Unseen pixels keep the colour grown in, and where all is seen the sharper filter does no harm.
    edge = (alpha > 1e-4) & (alpha < 1 - 1e-4)
    pixels[:, edge] = seen[:, edge] / alpha[edge]
    return dataclasses.replace(picture, pixels=pixels.clip(0, 1), alpha=alpha)


def fit(picture: Picture, longer_side: int) -> Picture:
    """The picture, shape kept, with a longer side of `longer_side` px and a shorter one of at least 1."""
    scale = longer_side / max(picture.height, picture.width)
    return resize(picture, max(1, round(picture.height * scale)), max(1, round(picture.width * scale)))


def cover(picture: Picture, height: int, width: int) -> Picture:
    """The picture, shape kept, as large as it must be to fill `height` × `width` px, cut there about its middle."""
    scale = max(height / picture.height, width / picture.width)
    large = resize(picture, max(height, round(picture.height * scale)), max(width, round(picture.width * scale)))
    top, left = (large.height - height) // 2, (large.width - width) // 2
    window = (slice(top, top + height), slice(left, left + width))
    alpha = None if large.alpha is None else large.alpha[window]
    return dataclasses.replace(large, pixels=np.ascontiguousarray(large.pixels[:, *window]), alpha=alpha)


def _filter(
    planes: Pixels, size: tuple[int, int], box: tuple[int, int, int, int], kernel: Resampling = Resampling.LANCZOS
) -> Pixels:
    """What a box cuts out of `(C, H, W)`, resized plane by plane in float32; Lanczos may overshoot.

    The filter sees beyond the box.
    """

    def filtered(plane: Pixels) -> Pixels:
        return np.asarray(PIL.Image.fromarray(plane).resize((size[1], size[0]), kernel, box))

    # Side by side: Pillow lets other threads work meanwhile.
    with ThreadPoolExecutor(len(planes)) as pool:
        return np.stack(list(pool.map(filtered, planes)))
