"""Mosaic: small stones laid in rows along the forms, no two alike, in pale grout."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, rgb
from pinxit.styles.scene import Scene

PALETTE = ("#16213a", "#234f73", "#2f8a8c", "#8fb58f", "#c96f3b", "#d9a441", "#f0dfb4")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Slightly rotated squares, shaded by tone, each a little domed."""
    scene, random = Scene(canvas), canvas.random
    canvas.paint += rgb(0.80, 0.76, 0.68) * (0.85 + 0.3 * canvas.noise(0.012, 2)(canvas.x, canvas.y))[..., None]
    x, y = canvas.scatter(0.0235, 0.13)
    angle = scene.direction(x, y) + random.normal(0, 0.08, len(x))
    half = 0.0105 * random.uniform(0.86, 1.08, (len(x), 2))
    tone = scene.tone(x, y) + random.normal(0, 0.07, len(x))
    colors = palette.vary(tone, random, 0.035, 0.02)
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    corners = signs[None] * half[:, None] + random.normal(0, 0.0009, (len(x), 4, 2))
    cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = np.stack(
        [corners[..., 0] * cos - corners[..., 1] * sin, corners[..., 0] * sin + corners[..., 1] * cos], -1
    )
    centre = np.stack([x, y], 1)[:, None]
    light = np.array([-0.0011, -0.0011])
    canvas.polygons(list(centre + turned), (colors * 0.62).clip(0, 1))
    canvas.polygons(list(centre + turned * 0.86 + light), (colors * 1.12 + 0.03).clip(0, 1))
    canvas.polygons(list(centre + turned * 0.74), colors)
