"""Pencil: graphite and sanguine hatched in crossing layers, a new direction for every deeper shade, on toned paper."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette
from pinxit.styles.scene import Scene

PALETTE = ("#26262b", "#4a3f45", "#8f4a38", "#b98a63", "#e6d5b5", "#f5ead3")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Strokes are laid only where the scene is darker than their layer, and heightened with white chalk at the end."""
    scene, random, x, y = Scene(canvas), canvas.random, canvas.x, canvas.y
    tooth = canvas.noise(0.005, 2)(x, y)
    canvas.paint += palette.ramp(0.76 + 0.12 * scene.tone(x, y)).astype(np.float32) * (0.95 + 0.1 * tooth)[..., None]
    layers = ((0.62, 0.5, 0.50), (0.46, -0.35, 0.36), (0.36, 1.25, 0.16), (0.27, 0.1, 0.08), (0.17, -0.9, 0.0))
    for threshold, turn, ink in layers:
        px, py = canvas.scatter(0.0105)
        dark = scene.tone(px, py) + random.normal(0, 0.05, len(px)) < threshold
        px, py = px[dark], py[dark]
        angle = 0.45 * scene.direction(px, py) + turn + random.normal(0, 0.05, len(px))
        reach = random.uniform(0.012, 0.034, len(px))[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
        middle = np.stack([px, py], 1)
        tone = ink + random.normal(0, 0.05, len(px))
        canvas.strokes(
            np.stack([middle - reach, middle + reach], 1),
            random.uniform(0.0008, 0.0022, len(px)),
            palette.vary(tone, random, 0.03, 0.006),
        )
    px, py = canvas.scatter(0.011)
    bright = scene.tone(px, py) > 0.66
    middle = np.stack([px, py], 1)[bright]
    reach = random.uniform(0.008, 0.02, (len(middle), 1)) * [0.8, -0.55]
    canvas.strokes(
        np.stack([middle - reach, middle + reach], 1),
        random.uniform(0.001, 0.0026, len(middle)),
        palette.ramp(np.full(len(middle), 1.0)),
    )
    canvas.lay(palette.ramp(0.86).astype(np.float32), canvas.smooth(tooth - 0.8, 0.3) * 0.35)
