"""Watercolour: transparent glazes that darken what is under them, pooled at their edges, granulating in the paper's pits."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, rgb
from pinxit.styles.scene import Scene

PALETTE = ("#2a4fa3", "#2f9ac0", "#4fb38a", "#c9b83f", "#f0914a", "#e0527a", "#f7dca8")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Glazes where the scene is darker than ever lower thresholds, each with its own edge and hue."""
    scene, random, x, y = Scene(canvas), canvas.random, canvas.x, canvas.y
    pits = canvas.noise(0.0065, 2)(x, y)
    canvas.paint += rgb(0.975, 0.962, 0.93) - 0.05 * pits[..., None]
    bleeding, bloom = canvas.noise(0.05, 3), canvas.noise(0.16, 2)
    tone = scene.tone(x, y) + 0.22 * (bleeding(x, y) - 0.5)
    for glaze in range(8):
        warp = canvas.noise(0.24, 2)(x, y)
        inside = np.minimum(0.84 - 0.07 * glaze - tone, 1.6 * (warp - 0.36))
        pooled = np.exp(-((inside / 0.02) ** 2)) * 0.32
        flow = 0.04 + 0.32 * bloom(x + glaze, y - glaze)
        density = canvas.smooth(inside, 0.02) * (flow + pooled) * (0.78 + 0.44 * pits)
        hue = palette.vary(np.array([(glaze * 0.37 + 0.25 * random.random()) % 0.95]), random, 0.0, 0.02)[0]
        canvas.paint *= (1 - density.clip(0, 0.8)[..., None] * (1 - hue)).astype(np.float32)
    spots, sizes = np.stack(canvas.scatter(0.09), 1), random.uniform(0.001, 0.006, 4096)
    canvas.strokes(
        spots[:, None].repeat(2, 1),
        sizes[: len(spots)],
        palette.vary(random.random(len(spots)), random, 0.03, 0.02) * 0.8,
    )
