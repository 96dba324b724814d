"""Impasto: short loaded strokes of a palette knife, each a ridge of paint with the marks of the blade, lit from above."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, rgb
from pinxit.styles.scene import Scene

_TRACKS = 6
PALETTE = ("#1f2a44", "#2f5d62", "#7a9e6f", "#d8b25c", "#e07a4a", "#b8405e", "#f3e3c3")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Colour and height are painted by the same strokes; then the light falls on the height."""
    scene, random = Scene(canvas), canvas.random
    canvas.paint += palette.ramp(scene.tone(canvas.x, canvas.y)).astype(np.float32) * 0.8
    height = Canvas(canvas.height, canvas.width, 0)
    for spacing, width, length in ((0.030, 0.030, 0.085), (0.019, 0.017, 0.060)):
        x, y = canvas.scatter(spacing)
        tone = scene.tone(x, y) + random.normal(0, 0.10, len(x))
        lines = scene.follow(x, y, length * random.uniform(0.6, 1.2, len(x)), points=5)
        widths = width * random.uniform(0.7, 1.2, len(x))
        colors = palette.vary(tone, random, 0.04, 0.03)
        level = random.uniform(0.35, 0.95, (len(x), 1)).repeat(3, 1)
        across = np.stack([-(lines[:, -1] - lines[:, 0])[:, 1], (lines[:, -1] - lines[:, 0])[:, 0]], 1)
        across /= np.linalg.norm(across, axis=1, keepdims=True) + 1e-9
        # A stroke is several bristle tracks side by side, lighter and darker, higher and lower; stroke after stroke.
        place = ((np.arange(_TRACKS) + 0.5) / _TRACKS - 0.5) * 0.95
        shift = across[:, None] * (widths[:, None] * place)[..., None]
        uneven = random.normal(0, 1, (len(x), _TRACKS, 1))
        tracks = (lines[:, None] + shift[:, :, None]).reshape(-1, *lines.shape[1:])
        narrow = np.repeat(widths / _TRACKS * 1.45, _TRACKS)
        canvas.strokes(tracks, narrow, (colors[:, None] * (1 + 0.05 * uneven)).clip(0, 1).reshape(-1, 3))
        height.strokes(tracks, narrow, (level[:, None] + 0.13 * uneven).clip(0, 1).reshape(-1, 3))
    grain = canvas.noise(0.006, 2)(canvas.x, canvas.y)
    lit = canvas.light((height.paint[..., 0] + 0.12 * grain) * 0.016, 0.55)
    canvas.paint *= lit[..., None]
    canvas.lay(rgb(1, 0.98, 0.94), (lit - 1.22).clip(0, 0.5))
