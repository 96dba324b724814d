"""Watercolour: transparent glazes that darken what is under them, pooled at their edges, granulating in the paper's pits."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette
from pinxit.styles.scene import Scene

PALETTE = ("#27406b", "#3f7f9c", "#5aa58e", "#b9a557", "#dd8f5c", "#d9607a", "#f2d3a8")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Glazes where the scene is darker than ever lower thresholds, each with its own edge and hue."""
    scene, random, x, y = Scene(canvas), canvas.random, canvas.x, canvas.y
    pits = canvas.noise(0.0065, 2)(x, y)
    canvas.paint += np.float32([0.975, 0.962, 0.93]) - 0.05 * pits[..., None]
    bleeding, bloom = canvas.noise(0.05, 4), canvas.noise(0.16, 4)
    tone = scene.tone(x, y) + 0.22 * (bleeding(x, y) - 0.5)
    for glaze in range(9):
        warp = canvas.noise(0.22, 3)(x, y)
        inside = 0.86 - 0.085 * glaze - tone + 0.34 * (warp - 0.5)
        cover = canvas.smooth(inside, 0.02)
        pooled = np.exp(-((inside / 0.022) ** 2)) * 0.55
        flow = 0.30 + 0.42 * bloom(x + glaze, y - glaze)
        density = cover * (flow + pooled) * (0.72 + 0.56 * pits)
        hue = palette.vary(np.array([((glaze * 0.37 + random.uniform(0, 0.2)) % 1) * 0.92]), random, 0.0, 0.02)[0]
        canvas.paint *= (1 - density.clip(0, 0.8)[..., None] * (1 - hue)).astype(np.float32)
    spots, sizes = np.stack(canvas.scatter(0.09), 1), random.uniform(0.001, 0.006, 4096)
    canvas.strokes(
        spots[:, None].repeat(2, 1),
        sizes[: len(spots)],
        palette.vary(random.random(len(spots)), random, 0.03, 0.02) * 0.8,
    )
