"""Pointillism: dots of unmixed colour, neighbours in tone and opposites in hue side by side, blended by the eye."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette
from pinxit.styles.scene import Scene

PALETTE = ("#1d2b5e", "#30608f", "#4f9a8a", "#9cb861", "#e0b03f", "#ea7f48", "#f6e3b8")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Three layers of dots over the ground's mean colour, smaller and brighter each."""
    scene, random = Scene(canvas), canvas.random
    canvas.paint += (palette.ramp(scene.tone(canvas.x, canvas.y)) * 0.85).astype(np.float32)
    for spacing, size, away in ((0.013, 0.013, 0.10), (0.0105, 0.0095, 0.16), (0.013, 0.0075, 0.30)):
        x, y = canvas.scatter(spacing)
        tone = scene.tone(x, y)
        # Every third dot leaves for the other end of the palette: divided colour.
        tone = tone + random.choice([-1, 0.2, 1], len(x)) * away * random.uniform(0.4, 1, len(x))
        dots = np.stack([x, y], 1)[:, None].repeat(2, 1)
        dots[:, 1] += random.normal(0, 0.0012, (len(x), 2))
        canvas.strokes(dots, size * random.uniform(0.75, 1.15, len(x)), palette.vary(tone, random, 0.03, 0.035))
