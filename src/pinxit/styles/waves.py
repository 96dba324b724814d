"""Seigaiha: rows of overlapping waves, each a fan of concentric arcs, in indigo, foam and ochre."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette
from pinxit.styles.scene import Scene

PALETTE = ("#12284a", "#1f4e79", "#3f83a6", "#8fb9b8", "#d9a441", "#f3ead2")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Every pixel belongs to the lowest fan that reaches it; tone and gold follow the scene."""
    scene, x, y = Scene(canvas), canvas.x, canvas.y
    radius = 0.062
    wobble = canvas.noise(0.12, 2)
    u, v = x + 0.006 * (wobble(x, y) - 0.5), y + 0.006 * (wobble(x + 5, y) - 0.5)
    row = np.floor(v / (radius / 2))
    fan_x, fan_y = np.zeros_like(x), np.zeros_like(x)
    distance = np.full_like(x, np.inf)
    # Fans of the row below lie over those above: the first that reaches a pixel, from the front, has it.
    for ahead in (2, 1, 0):
        line = row + ahead
        offset = np.where(line % 2 == 0, 0.0, radius)
        cx = np.round((u - offset) / (2 * radius)) * 2 * radius + offset
        cy = line * radius / 2
        reach = np.hypot(u - cx, v - cy)
        free = ~np.isfinite(distance) & (reach < radius)
        distance = np.where(free, reach, distance)
        fan_x, fan_y = np.where(free, cx, fan_x), np.where(free, cy, fan_y)
    distance = np.where(np.isfinite(distance), distance, radius)
    ring = distance / radius * 5
    band = np.floor(ring)
    tone = scene.tone(fan_x, fan_y) * 0.75
    whim = canvas.noise(0.03, 1)(fan_x * 7, fan_y * 7)
    color = palette.ramp(tone + np.where(band % 2 == 0, 0.16, -0.10) + 0.18 * (whim - 0.5))
    brush = canvas.noise(0.012, 3)(np.arctan2(v - fan_y, u - fan_x) * 0.12, ring * 0.2)
    canvas.paint = (color * (0.86 + 0.26 * brush)[..., None]).clip(0, 1).astype(np.float32)
    line = np.minimum(ring - band, 1 - (ring - band)) * radius / 5
    canvas.lay(palette.pick(len(palette) - 1).astype(np.float32), canvas.smooth(0.0016 - line) * 0.9)
    canvas.lay(palette.pick(0).astype(np.float32), canvas.smooth(0.003 - (radius - distance)))
