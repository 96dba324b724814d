"""Closed outlines around (0, 0), rows of dots along them, and their placement."""

from __future__ import annotations

import math

import numpy as np

from pinxit.styles.palette import Floats

# 36 corners suffice for a round shape of a tenth of the side, 12 for a dot.
_TURN = np.linspace(0, 2 * np.pi, 36, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], 1)


def oval(long: float, short: float | None = None, x: float = 0.0, y: float = 0.0) -> Floats:
    """Return an ellipse, or a circle: `(36, 2)`.

    Args:
        long: half-axis along x.
        short: half-axis along y; the same as `long` by default.
        x: of the centre.
        y: of the centre.
    """
    return _CIRCLE * (long, long if short is None else short) + (x, y)


def box(left: float, top: float, right: float, bottom: float) -> Floats:
    """Return a rectangle, `(4, 2)`."""
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def almond(breadth: float, skew: float = 0.0) -> Floats:
    """Return a leaf from (-1, 0) to (1, 0), `breadth` to each side, broadest towards its start by `skew`: `(36, 2)`."""
    u = np.linspace(-1, 1, 18)
    half = breadth * (1 - u * u) * (1 - skew * u)
    return np.concatenate([np.stack([u, half], 1), np.stack([u, -half], 1)[::-1]])


def dots(outline: Floats, size: float) -> Floats:
    """Return circles of radius `size` along an outline: `(N, 12, 2)`."""
    closed = np.concatenate([outline, outline[:1]])
    reach = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    places = np.arange(0, reach[-1], 3.2 * size)
    x, y = (np.interp(places, reach, closed[:, axis]) for axis in (0, 1))
    return np.stack([x, y], 1)[:, None] + size * _CIRCLE[::3]


def placed(outline: Floats, x: float, y: float, size: float = 1.0, turn: float = 0.0) -> Floats:
    """Scale, turn and move outlines `(…, 2)`.

    Args:
        outline: one outline around (0, 0), or many.
        x: of the new centre.
        y: of the new centre.
        size: factor.
        turn: radians.
    """
    cos, sin = size * math.cos(turn), size * math.sin(turn)
    moved: Floats = outline @ ((cos, sin), (-sin, cos)) + (x, y)
    return moved
