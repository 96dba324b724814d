"""Closed outlines round (0, 0), rows of dots along them, and the way to their places."""

from __future__ import annotations

import math

import numpy as np

from pinxit.styles.palette import Floats

# 36 corners are enough for a round thing that is a tenth of the side large, 12 for a dot.
_TURN = np.linspace(0, 2 * np.pi, 36, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], 1)


def oval(long: float, short: float | None = None, x: float = 0.0, y: float = 0.0) -> Floats:
    """An ellipse with these half-axes along x and y, or a circle: `(36, 2)`."""
    return _CIRCLE * (long, long if short is None else short) + (x, y)


def box(left: float, top: float, right: float, bottom: float) -> Floats:
    """A rectangle, `(4, 2)`."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def almond(breadth: float, skew: float = 0.0) -> Floats:
    """A leaf from (-1, 0) to (1, 0), `breadth` to each side, broadest towards its beginning by `skew`: `(36, 2)`."""
    u = np.linspace(-1, 1, 18)
    half = breadth * (1 - u * u) * (1 - skew * u)
    return np.concatenate([np.stack([u, half], 1), np.stack([u, -half], 1)[::-1]])


def dots(outline: Floats, size: float) -> Floats:
    """Circles of radius `size` strung along an outline: `(N, 12, 2)`."""
    closed = np.concatenate([outline, outline[:1]])
    reach = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    places = np.arange(0, reach[-1], 3.2 * size)
    x, y = (np.interp(places, reach, closed[:, axis]) for axis in (0, 1))
    return np.stack([x, y], 1)[:, None] + size * _CIRCLE[::3]


def placed(outline: Floats, x: float, y: float, size: float = 1.0, turn: float = 0.0) -> Floats:
    """An outline, or many `(…, 2)`, `size` times as large, turned by `turn` radians, and moved from (0, 0) to (x, y)."""
    cos, sin = size * math.cos(turn), size * math.sin(turn)
    moved: Floats = outline @ ((cos, sin), (-sin, cos)) + (x, y)
    return moved
