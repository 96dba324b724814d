"""Directions on a sphere, seen from its centre, and the flat pictures of it: panoramas, cube faces, views.

x points right, y up, z ahead. Every picture is seen from the centre: its columns go right and its rows go down.

The cube faces that are painted have equal angles between their pixels, not equal distances on the cube (equi-angular cube
map; Brown, "Bringing pixels front and center in VR video", 2017). Strokes of one length on such a face have nearly one length
on the sphere: areas differ by a factor of at most 1.4. On the faces of an ordinary cube map, which are perspective views, a
stroke would cover five times the area in the middle that it covers in the corners.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels

Directions: TypeAlias = NDArray[np.float32]
"""Directions `(H, W, 3)`: x, y, z for each pixel, of any length."""
Look: TypeAlias = Callable[[Directions], Pixels]
"""A picture of the sphere: it returns the colours in some directions, `(3, H, W)`, range [0, 1]."""


@dataclass(frozen=True)
class CubeFace:
    """The axes of a side of the cube.

    Attributes:
        ahead: direction of its middle.
        right: direction of its columns.
        up: direction opposite to its rows.
    """

    ahead: tuple[float, float, float]
    right: tuple[float, float, float]
    up: tuple[float, float, float]


_STRIDE = 16  # px: the encoder's deepest stride
_FARTHEST = math.radians(89)

# The order and orientation of OpenGL, WebGL and most engines. The lower edge of py and the upper edge of ny meet pz.
FACES = {
    "px": CubeFace((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "nx": CubeFace((-1, 0, 0), (0, 0, 1), (0, 1, 0)),
    "py": CubeFace((0, 1, 0), (1, 0, 0), (0, 0, -1)),
    "ny": CubeFace((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    "pz": CubeFace((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "nz": CubeFace((0, 0, -1), (-1, 0, 0), (0, 1, 0)),
}


def whole_side(width: int) -> int:
    """Return the side of a face, px, with the resolution of a panorama of that width, as a multiple of the encoder's stride."""
    return math.ceil(width / 4 / _STRIDE) * _STRIDE


def of_panorama(width: int, rows: slice | None = None) -> Directions:
    """Return the directions of an equirectangular panorama's pixels; pz is in its middle.

    Args:
        width: of the panorama, px; its height is half of that.
        rows: the rows wanted; None is all of them.
    """
    longitude = ((np.arange(width, dtype=np.float32) + 0.5) / width * 2 - 1) * math.pi
    latitude = (
        0.5 - (np.arange(width // 2, dtype=np.float32)[rows or slice(None), None] + 0.5) / (width // 2)
    ) * math.pi
    level = np.cos(latitude)
    planes = (
        level * np.sin(longitude),
        np.broadcast_to(np.sin(latitude), (len(latitude), width)),
        level * np.cos(longitude),
    )
    return np.stack(planes, -1)


def of_view(face: CubeFace, side: int, margin: int = 0, degrees: float = 90.0) -> Directions:
    """Return the directions of a perspective view's pixels; at 90° it is a side of an ordinary cube map.

    Args:
        face: axes of the view.
        side: of the view without margins, px.
        margin: additional px beyond each edge.
        degrees: angle of view, without margins.
    """
    steps = _steps(side, margin) * np.float32(math.tan(math.radians(degrees / 2)))
    return _plane(face, *np.meshgrid(steps, -steps))


def of_face(face: CubeFace, side: int, margin: int = 0) -> Directions:
    """Return the directions of an equi-angular face's pixels.

    Args:
        face: axes of the face.
        side: of the face without margins, px.
        margin: additional px beyond each edge.
    """
    # The projection ends a right angle away: margins of small faces, and pixels for filters, are clamped before that.
    angles = (_steps(side, margin) * np.float32(math.pi / 4)).clip(-_FARTHEST, _FARTHEST)
    tangents = np.tan(angles)
    return _plane(face, *np.meshgrid(tangents, -tangents))


def on_face(face: CubeFace, directions: Directions) -> tuple[Pixels, Pixels]:
    """Return columns and rows of directions on an equi-angular face, from −1 at one edge to 1 at the other, and beyond."""
    ahead, right, up = (directions @ axis for axis in _axes(face))
    scale = np.float32(4 / math.pi)
    return _single(np.arctan2(right, ahead) * scale), _single(np.arctan2(-up, ahead) * scale)


def on_panorama(directions: Directions) -> tuple[Pixels, Pixels]:
    """Return longitude and latitude of directions, as shares of a panorama's width and height from its upper left corner."""
    x, y, z = np.moveaxis(directions, -1, 0)
    longitude, latitude = np.arctan2(x, z), np.arctan2(y, np.hypot(x, z))
    return _single(longitude / (2 * math.pi) + 0.5), _single(0.5 - latitude / math.pi)


def _steps(side: int, margin: int) -> Pixels:
    """Return the middles of pixels, from −1 at one edge to 1 at the other."""
    return _single((np.arange(-margin, side + margin) + 0.5) / side * 2 - 1)


def _plane(face: CubeFace, right: Pixels, up: Pixels) -> Directions:
    ahead_axis, right_axis, up_axis = _axes(face)
    return _single(ahead_axis + right[..., None] * right_axis + up[..., None] * up_axis)


def _axes(face: CubeFace) -> tuple[Pixels, Pixels, Pixels]:
    return np.array(face.ahead, np.float32), np.array(face.right, np.float32), np.array(face.up, np.float32)


def _single(array: NDArray[Any]) -> Pixels:
    return np.asarray(array, np.float32)
