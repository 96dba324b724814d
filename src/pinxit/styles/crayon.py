"""Crayon: bundles of waxy strokes in changing directions that catch only the paper's high spots."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, rgb
from pinxit.styles.scene import Scene

PALETTE = ("#2b2d6e", "#2274a5", "#3a9d5d", "#e8a325", "#e4572e", "#d33f73", "#fbe8a6")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Strokes on a sheet of their own; the paper decides how much of them stays."""
    scene, random, x, y = Scene(canvas), canvas.random, canvas.x, canvas.y
    paper = rgb(0.97, 0.945, 0.89)
    canvas.paint += palette.ramp(scene.tone(x, y)).astype(np.float32) * 0.35 + paper * 0.65
    for spacing, width in ((0.017, 0.010), (0.015, 0.006)):
        px, py = canvas.scatter(spacing)
        tone = scene.tone(px, py) + random.normal(0, 0.12, len(px))
        patch = canvas.noise(0.22, 1)(px, py)
        angle = np.round(scene.direction(px, py) * 1.3 + patch * 3) * 0.75 + random.normal(0, 0.10, len(px))
        reach = random.uniform(0.025, 0.055, len(px))[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
        bow = random.normal(0, 0.12, (len(px), 1)) * reach[:, ::-1] * [-1, 1]
        middle = np.stack([px, py], 1)
        lines = np.stack([middle - reach, middle + bow, middle + reach], 1)
        canvas.strokes(lines, width * random.uniform(0.5, 1.1, len(px)), palette.vary(tone, random, 0.04, 0.035))
    tooth = canvas.noise(0.0055, 2)(x, y) + 0.3 * (canvas.noise(0.05, 2)(x, y) - 0.5)
    canvas.lay(paper, canvas.smooth(tooth - 0.72, 0.30) * 0.7)
    canvas.paint *= (0.93 + 0.12 * tooth)[..., None]
