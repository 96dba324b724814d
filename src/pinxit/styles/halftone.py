"""Pop art: a few bold colours in hard shapes, shaded by dot screens at the printer's angles, outlined in black."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Floats, Palette, rgb
from pinxit.styles.scene import Scene

PALETTE = ("#14213d", "#1f5fbf", "#e63946", "#f77f00", "#ffd23f", "#fff4d6")


def _screen(canvas: Canvas, angle: float, pitch: float) -> Floats:
    """Distance from the nearest point of a turned grid, in units of its pitch, 0 to 0.71."""
    u = (canvas.x * np.cos(angle) + canvas.y * np.sin(angle)) / pitch % 1 - 0.5
    v = (canvas.y * np.cos(angle) - canvas.x * np.sin(angle)) / pitch % 1 - 0.5
    away: Floats = np.hypot(u, v)
    return away


def draw(canvas: Canvas, palette: Palette) -> None:
    """Flat areas by tone, then a screen of the next darker colour, and one of light."""
    scene, x, y = Scene(canvas), canvas.x, canvas.y
    tone = scene.tone(x + 0.03 * canvas.noise(0.2, 2)(x, y), y)
    levels = len(palette)
    step = tone * (levels - 1)
    level = np.clip(np.round(step), 0, levels - 1).astype(int)
    canvas.paint = palette.pick(np.arange(levels))[level].astype(np.float32)
    pitch = 0.0165
    darker = palette.pick(np.arange(levels))[np.maximum(level - 2, 0)].astype(np.float32)
    radius = 0.20 + 0.34 * np.clip(level - step + 0.5, 0, 1)
    canvas.lay(darker, canvas.smooth((radius - _screen(canvas, np.deg2rad(15), pitch)) * pitch))
    lighter = palette.pick(np.arange(levels))[np.minimum(level + 2, levels - 1)].astype(np.float32)
    radius = 0.02 + 0.26 * np.clip(step - level + 0.5, 0, 1)
    canvas.lay(lighter, canvas.smooth((radius - _screen(canvas, np.deg2rad(75), pitch * 1.0)) * pitch))
    down, across = np.gradient(step, canvas.pixel)
    steep = np.hypot(across, down)
    edge = np.abs(step - np.floor(step) - 0.5) / np.maximum(steep, 3.0)
    canvas.lay(rgb(0.05, 0.05, 0.07), canvas.smooth(0.0032 - edge))
