"""Brush strokes that follow directions, and the traces of their hairs."""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas, normals
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.palette import Floats, vary


def follow(
    cartoon: Cartoon, x: Floats, y: Floats, length: Floats | float, points: int = 9, turn: float = 0.0
) -> Floats:
    """Return curves along the cartoon's directions: `(N, points, 2)`.

    A curve ends where another part of the cartoon begins: no stroke crosses a boundary.

    Args:
        cartoon: the composition.
        x: of the curves' middles, `(N,)`.
        y: of the curves' middles, `(N,)`.
        length: of the curves, `(N,)` or one for all.
        points: odd number of points of a curve.
        turn: deviation from the directions, radians.
    """
    half = points // 2
    step = np.asarray(length, np.float32) / (points - 1)
    home = cartoon.at(cartoon.part, x, y)
    lines = np.empty((len(x), points, 2), np.float32)
    for sign in (-1, 1):
        px, py = x, y
        lines[:, half] = np.stack([px, py], 1)
        for at in range(1, half + 1):
            angle = cartoon.at(cartoon.angle, px, py) + turn
            ahead_x, ahead_y = px + sign * step * np.cos(angle), py + sign * step * np.sin(angle)
            stays = cartoon.at(cartoon.part, ahead_x, ahead_y) == home
            px, py = np.where(stays, ahead_x, px), np.where(stays, ahead_y, py)
            lines[:, half + sign * at] = np.stack([px, py], 1)
    return lines


def bristles(
    canvas: Canvas,
    random: np.random.Generator,
    lines: Floats,
    widths: Floats,
    colors: Floats,
    *,
    hairs: int = 5,
    contrast: float = 0.05,
) -> None:
    """Paint loaded brush strokes hair by hair; hairs differ in lightness and relief.

    Args:
        canvas: the canvas.
        random: the source of randomness.
        lines: middles of the strokes, `(N, points, 2)`.
        widths: `(N,)`.
        colors: OKLab `(N, 3)`.
        hairs: tracks side by side in one stroke.
        contrast: standard deviation of a hair's lightness.
    """
    count, points = lines.shape[:2]
    place = ((np.arange(hairs) + 0.5) / hairs - 0.5) * 0.92
    shift = normals(lines)[:, None] * (widths[:, None] * place)[..., None, None]
    # A ragged end: no hair starts or stops where its neighbour does.
    slip = random.normal(0, 0.18, (count, hairs, 1, 1)) * (lines[:, -1] - lines[:, 0])[:, None, None] / 2
    tracks = (lines[:, None] + shift + slip).reshape(-1, points, 2)
    lightness = random.normal(0, contrast, (count, hairs))
    tones = vary(np.repeat(colors, hairs, 0), random, 0, contrast / 6)
    tones[:, 0] += lightness.ravel()
    # The load is thickest in the middle of the stroke, and each stroke lies over the last.
    height = 0.55 - 0.9 * place**2 + random.normal(0, 0.12, (count, hairs)) + random.normal(0, 0.12, (count, 1))
    canvas.strokes(tracks, np.repeat(widths / hairs * 1.4, hairs), oklab_to_colors(tones), height.ravel())
