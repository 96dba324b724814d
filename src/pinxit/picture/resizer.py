"""Other sizes, without fringes at transparent edges and without light or dark rims at sharp ones."""

from __future__ import annotations

import dataclasses

import numpy as np
import PIL.Image

from pinxit.picture.picture import Picture, Pixels


def resize(picture: Picture, height: int, width: int) -> Picture:
    """The picture with another size, px, by a Lanczos filter as wide as the shrinking needs (so no aliasing).

    Where there is transparency, each pixel's colour counts by how much of it is seen.
    """
    if (height, width) == (picture.height, picture.width):
        return picture
    if picture.alpha is None:
        return dataclasses.replace(picture, pixels=_filter(picture.pixels, height, width).clip(0, 1))
    alpha = _filter(picture.alpha[None], height, width)[0].clip(0, 1)
    plain = _filter(picture.pixels, height, width)
    seen = _filter(picture.pixels * picture.alpha, height, width)
    # Below this share the quotient is noise, and nobody sees the pixel.
    visible = alpha > 1 / 512
    pixels = np.where(visible, seen / np.where(visible, alpha, 1), plain).clip(0, 1)
    return dataclasses.replace(picture, pixels=np.ascontiguousarray(pixels, dtype=np.float32), alpha=alpha)


def fit(picture: Picture, longer_side: int) -> Picture:
    """The picture, shape kept, with a longer side of `longer_side` px and a shorter one of at least 1."""
    scale = longer_side / max(picture.height, picture.width)
    return resize(picture, max(1, round(picture.height * scale)), max(1, round(picture.width * scale)))


def _filter(planes: Pixels, height: int, width: int) -> Pixels:
    """`(C, H, W)` resized plane by plane in float32; may overshoot."""
    resized = [
        np.asarray(PIL.Image.fromarray(plane).resize((width, height), PIL.Image.Resampling.LANCZOS)) for plane in planes
    ]
    return np.stack(resized)
