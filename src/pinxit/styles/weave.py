"""A tapestry: threads of wool over and under each other, the weft carrying the picture and the warp the rhythm."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette
from pinxit.styles.scene import Scene

PALETTE = ("#2a1a1f", "#5c2a2f", "#a63d2f", "#d98f3d", "#e6c98f", "#4f7a78", "#24405c")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Twill: each thread passes over two and under two, shifted by one in every row."""
    scene, x, y = Scene(canvas), canvas.x, canvas.y
    pitch = 0.0125
    sway = canvas.noise(0.08, 2)
    u, v = x / pitch + 0.5 * (sway(x, y) - 0.5), y / pitch + 0.5 * (sway(x + 3, y) - 0.5)
    column, row = np.floor(u), np.floor(v)
    weft_on_top = (column + row) % 4 < 2
    across = np.where(weft_on_top, v - row, u - column) - 0.5
    along = np.where(weft_on_top, u + row, v + column) / 2 % 1 - 0.5
    round_ = np.sqrt(np.clip(1 - (2 * across) ** 2, 0, 1)) * np.sqrt(np.clip(1 - (1.7 * along) ** 2, 0.05, 1))
    step = 2.0
    tone = scene.tone((np.floor(u / step) + 0.5) * step * pitch, (row + 0.5) * pitch)
    whim = canvas.noise(0.02, 1)(column * 0.31, row * 1.7)
    levels = np.round(tone * 9) / 9
    weft = palette.ramp(levels + 0.10 * (whim - 0.5))
    warp = palette.ramp(np.clip(levels * 0.72 + 0.10, 0, 1))
    twist = 0.86 + 0.28 * (np.abs((along * 6 + across * 2.4) % 1 - 0.5) * 2)
    color = np.where(weft_on_top[..., None], weft, warp)
    canvas.paint = (color * (twist * (0.28 + 0.86 * round_))[..., None]).clip(0, 1).astype(np.float32)
