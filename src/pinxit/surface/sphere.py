"""Directions from a viewer at the centre of a sphere, and the flat pictures of it: panoramas, cube faces, views.

x points right, y up, z ahead. Every picture is as seen from the centre: its columns go right and its rows go down.

A face of the painter's cube has equal angles between its pixels, not equal distances on the cube (equi-angular cube map;
Brown, "Bringing pixels front and center in VR video", 2017): a stroke that is as long everywhere on a face is nearly as long
everywhere on the sphere (areas differ by a factor of at most 1.4), where on the faces of an ordinary cube map, which are
perspective views, it would cover five times the area in the middle that it covers in the corners.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Pixels

Directions: TypeAlias = NDArray[np.float32]
"""`(H, W, 3)`: x, y, z of a direction for each pixel, of any length."""
Look: TypeAlias = Callable[[Directions], Pixels]
"""What is seen in those directions, `(3, H, W)`, range [0, 1]."""


@dataclass(frozen=True)
class Face:
    """A side of the cube: where one looks, what is to the right and what is above."""

    ahead: tuple[float, float, float]
    right: tuple[float, float, float]
    up: tuple[float, float, float]


_STRIDE = 16
_FARTHEST = math.radians(89)

# Order and orientation of OpenGL, WebGL and most engines. The lower edge of py and the upper edge of ny meet pz.
FACES = {
    "px": Face((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "nx": Face((-1, 0, 0), (0, 0, 1), (0, 1, 0)),
    "py": Face((0, 1, 0), (1, 0, 0), (0, 0, -1)),
    "ny": Face((0, -1, 0), (1, 0, 0), (0, 0, 1)),
    "pz": Face((0, 0, 1), (1, 0, 0), (0, 1, 0)),
    "nz": Face((0, 0, -1), (-1, 0, 0), (0, 1, 0)),
}


def whole_side(width: int) -> int:
    """The side of a face, px, that shows as much as a panorama of that width: a multiple of the encoder's deepest stride."""
    return math.ceil(width / 4 / _STRIDE) * _STRIDE


def of_panorama(width: int, rows: slice | None = None) -> Directions:
    """The directions of an equirectangular panorama's pixels; pz is in its middle.

    Args:
        width: px; it is half as high.
        rows: only those.
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


def of_view(face: Face, side: int, margin: int = 0, degrees: float = 90.0) -> Directions:
    """The directions of a perspective view's pixels; at 90° it is a side of an ordinary cube map.

    Args:
        face: where one looks.
        side: px.
        margin: px by which it goes on beyond each edge.
        degrees: how wide it is, without them.
    """
    steps = _steps(side, margin) * np.float32(math.tan(math.radians(degrees / 2)))
    return _plane(face, *np.meshgrid(steps, -steps))


def of_face(face: Face, side: int, margin: int = 0) -> Directions:
    """The directions of an equi-angular face's pixels; arguments as for `of_view`."""
    # A right angle away there is nothing more to see; the margins of small faces, and what filters want beyond, end before.
    angles = (_steps(side, margin) * np.float32(math.pi / 4)).clip(-_FARTHEST, _FARTHEST)
    tangents = np.tan(angles)
    return _plane(face, *np.meshgrid(tangents, -tangents))


def on_face(face: Face, directions: Directions) -> tuple[Pixels, Pixels]:
    """Where directions are on an equi-angular face: columns and rows from −1 at one edge to 1 at the other, and on beyond."""
    ahead, right, up = (directions @ axis for axis in _axes(face))
    scale = np.float32(4 / math.pi)
    return _single(np.arctan2(right, ahead) * scale), _single(np.arctan2(-up, ahead) * scale)


def on_panorama(directions: Directions) -> tuple[Pixels, Pixels]:
    """Longitude and latitude, as shares of the panorama's width and height from its upper left corner."""
    x, y, z = np.moveaxis(directions, -1, 0)
    longitude, latitude = np.arctan2(x, z), np.arctan2(y, np.hypot(x, z))
    return _single(longitude / (2 * math.pi) + 0.5), _single(0.5 - latitude / math.pi)


def _steps(side: int, margin: int) -> Pixels:
    """The middles of pixels, from −1 at one edge to 1 at the other."""
    return _single((np.arange(-margin, side + margin) + 0.5) / side * 2 - 1)


def _plane(face: Face, right: Pixels, up: Pixels) -> Directions:
    ahead_axis, right_axis, up_axis = _axes(face)
    return _single(ahead_axis + right[..., None] * right_axis + up[..., None] * up_axis)


def _axes(face: Face) -> tuple[Pixels, Pixels, Pixels]:
    return np.array(face.ahead, np.float32), np.array(face.right, np.float32), np.array(face.up, np.float32)


def _single(array: NDArray[Any]) -> Pixels:
    return np.asarray(array, np.float32)
