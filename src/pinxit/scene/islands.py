"""The islands of a texture: the parts that triangles show, and how it continues beyond its borders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.image.wrap import Wrap
from pinxit.scene.gltf_schema import Sampler
from pinxit.scene.model import MIRROR, REPEAT

_BEYOND = 0.01  # of the texture: so far beyond its border, a triangle still counts as within it
_SUBPIXEL = 4  # bits of a pixel's fraction in which OpenCV takes corners
_NEAR = 2  # px: islands nearer to each other than this are painted as one


@dataclass(frozen=True)
class Placed:
    """Texture coordinates within one copy of a texture.

    Attributes:
        uv: `(T, 3, 2)`; triangles across a border that repeats reach beyond 1.
        wrap: the borders that triangles cross.
    """

    uv: NDArray[np.float64]
    wrap: Wrap


def placed(uv: NDArray[np.float64], sampler: Sampler) -> Placed:
    """Move each triangle into the copy of its texture that begins at 0.

    Args:
        uv: texture coordinates of the corners, `(T, 3, 2)`.
        sampler: how the texture continues beyond its borders.
    """
    moved = np.empty_like(uv)
    crossed = []
    for axis, mode in enumerate((sampler.wrapS, sampler.wrapT)):
        values = uv[..., axis]
        if mode not in (REPEAT, MIRROR):
            moved[..., axis] = values.clip(0, 1)
            crossed.append(False)
            continue
        least, most = values.min(axis=1), values.max(axis=1)
        cell = np.floor((least + most) / 2)
        within = (least >= cell - _BEYOND) & (most <= cell + 1 + _BEYOND)
        offset = np.where(within, cell, np.floor(least))[:, None]
        own = values - offset
        if mode == MIRROR:
            own = np.where(offset % 2 == 1, 1 - own, own)
        moved[..., axis] = np.where(within[:, None], own.clip(0, 1), own)
        crossed.append(mode == REPEAT and not within.all())
    return Placed(moved, Wrap(rows=crossed[1], columns=crossed[0]))


def coverage(uv: NDArray[np.float64], height: int, width: int) -> NDArray[np.bool_]:
    """Return the pixels of a texture that triangles touch, `(H, W)`.

    Args:
        uv: texture coordinates of the corners within the texture, `(T, 3, 2)`.
        height: of the texture, px.
        width: of the texture, px.
    """
    import cv2

    touched = np.zeros((height, width), np.uint8)
    corners = np.round((uv * (width, height) - 0.5) * (1 << _SUBPIXEL)).astype(np.int32)
    for triangle in corners:
        cv2.fillConvexPoly(touched, triangle, 1, shift=_SUBPIXEL)
    return touched.astype(bool)


def islands(covered: NDArray[np.bool_]) -> tuple[NDArray[np.int32], dict[int, tuple[slice, slice]]]:
    """Return the number of each pixel's island, 0 outside, `(H, W)`, and the rows and columns of each island by its number.

    Args:
        covered: the pixels that are seen, `(H, W)`.
    """
    from scipy.ndimage import binary_dilation, find_objects, label

    joined, count = label(binary_dilation(covered, iterations=_NEAR), np.ones((3, 3), int))
    numbers = np.where(covered, joined, 0).astype(np.int32)
    windows = enumerate(find_objects(numbers, count), start=1)
    return numbers, {number: window for number, window in windows if window is not None}
