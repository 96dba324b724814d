"""Map how much each pixel belongs to a face, and to its features: eyes with brows, the tip of the nose, the mouth."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from pinxit.faces.face import JAW, LEFT_BROW, LEFT_EYE, MOUTH, NOSE_TIP, RIGHT_BROW, RIGHT_EYE, Face, Points

Map = NDArray[np.float32]
_FEATURES = ((LEFT_BROW, LEFT_EYE), (RIGHT_BROW, RIGHT_EYE), (NOSE_TIP,), (MOUTH,))
_FOREHEAD = 0.25  # height of the forehead, above the last landmarks, as a share of the distance from brow to chin
_FACE_MARGIN, _FEATURE_MARGIN = 1.1, 1.35  # half-axes of ellipses, in half the extent of the points they enclose
_LEAST_AXIS = 0.2  # least half-axis as a share of the distance between the eyes: a closed mouth is a line
_FACE_RAMP, _FEATURE_RAMP = 1.35, 1.6  # where the ramp that begins at an ellipse ends, in its half-axes


def face_map(faces: Iterable[Face], height: int, width: int) -> Map:
    """Return a map that is 1 on faces, from chin to forehead, 0 off them, with a cosine ramp between; `(height, width)`.

    Args:
        faces: the faces of a picture of that shape.
        height: the map's height, px.
        width: the map's width, px.
    """
    whole = np.zeros((height, width), np.float32)
    for face in faces:
        points, up = face.landmarks_at(height, width), _up(face, height, width)
        rise = points @ up
        forehead = points[LEFT_BROW.start : RIGHT_BROW.stop] + up * _FOREHEAD * np.ptp(rise)
        outline = np.concatenate([points[JAW], forehead])
        _add_ellipse(whole, outline, up, _FACE_MARGIN, _FACE_RAMP, 1)
    return whole


def feature_map(faces: Iterable[Face], height: int, width: int) -> Map:
    """Return a map that is 1 on eyes with brows, nose tips and mouths, 0 off them, with a cosine ramp; `(height, width)`.

    Args:
        faces: the faces of a picture of that shape.
        height: the map's height, px.
        width: the map's width, px.
    """
    whole = np.zeros((height, width), np.float32)
    for face in faces:
        points, up = face.landmarks_at(height, width), _up(face, height, width)
        left, right = face.eyes_at(height, width)
        least = max(1.0, _LEAST_AXIS * float(np.linalg.norm(right - left)))
        for parts in _FEATURES:
            outline = np.concatenate([points[part] for part in parts])
            _add_ellipse(whole, outline, up, _FEATURE_MARGIN, _FEATURE_RAMP, least)
    return whole


def _up(face: Face, height: int, width: int) -> Points:
    """Return the unit vector from chin to forehead, perpendicular to the line through the eyes."""
    left, right = face.eyes_at(height, width)
    x, y = right - left
    length = math.hypot(x, y)
    # In a profile both eyes may coincide, and their line has no direction.
    if length < 0.1 * (face.box[2] - face.box[0]) * width:
        return np.array([0, -1], np.float32)
    return np.array([y, -x], np.float32) / np.float32(length)


def _add_ellipse(whole: Map, outline: Points, up: Points, margin: float, ramp: float, least: float) -> None:
    """Raise a map to 1 in the ellipse round points `(N, 2)`, one axis of which is along `up`, and to a ramp about it."""
    across = np.array([-up[1], up[0]], np.float32)
    axes = np.stack([across, up])
    along = outline @ axes.T
    low, high = along.min(0), along.max(0)
    centre = (low + high) / 2 @ axes
    halves = np.maximum(margin * (high - low) / 2, least)
    reach = ramp * float(halves.max()) + 1
    height, width = whole.shape
    rows = slice(*(min(max(0, round(edge)), height) for edge in (centre[1] - reach, centre[1] + reach)))
    columns = slice(*(min(max(0, round(edge)), width) for edge in (centre[0] - reach, centre[0] + reach)))
    # Centres of pixels.
    y, x = np.mgrid[rows, columns].astype(np.float32) + 0.5
    from_centre = np.stack([x - centre[0], y - centre[1]], -1) @ axes.T / halves
    radius = np.linalg.norm(from_centre, axis=-1)
    fall = np.clip((radius - 1) / (ramp - 1), 0, 1)
    whole[rows, columns] = np.maximum(whole[rows, columns], 0.5 + 0.5 * np.cos(np.pi * fall))
