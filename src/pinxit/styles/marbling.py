"""Marbling: inks dropped on water and combed, so that bands of colour fold into each other without ever mixing."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette

PALETTE = ("#1b2a41", "#324a5f", "#b23a48", "#e09f3e", "#f2e2c4", "#6a994e", "#274c77", "#f7f3e3")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Bands of a field that has been bent twice by others and drawn by a comb."""
    from scipy.spatial import cKDTree

    random, x, y = canvas.random, canvas.x, canvas.y
    bend, turn, detail = canvas.noise(0.42, 2), canvas.noise(0.30, 2), canvas.noise(0.09, 2)
    u = x + 0.36 * (bend(x, y) - 0.5) + 0.05 * (detail(x, y) - 0.5)
    v = y + 0.36 * (turn(x, y) - 0.5) + 0.05 * (detail(x + 7, y) - 0.5)
    teeth = 0.105
    comb = np.abs((u / teeth) % 2 - 1)
    pulled = v + 0.085 * comb**2 + 0.11 * (bend(u * 1.6, v * 1.6) - 0.5)
    bands = pulled / 0.026
    number = np.floor(bands).astype(int)
    order = random.permutation(np.arange(512) % len(palette))
    inks = palette.pick(order)
    here = bands - number
    color = inks[number % 512]
    vein = canvas.noise(0.02, 3)(u * 0.6, pulled * 3)
    canvas.paint = (color * (0.90 + 0.2 * vein)[..., None]).clip(0, 1).astype(np.float32)
    # Where two inks meet, the surface tension leaves a thin line of light or dark.
    meeting = np.minimum(here, 1 - here) * 0.026
    rim = inks[(number + np.where(here > 0.5, 1, -1)) % 512]
    canvas.lay((rim * 0.35 + 0.6).astype(np.float32), canvas.smooth(0.0014 - meeting) * 0.8)
    # Drops of ink in ink: rings round scattered points.
    points = np.stack(canvas.scatter(0.12), 1)
    away, drop = cKDTree(points).query(np.stack([u.ravel(), v.ravel()], 1))
    away, drop = away.reshape(u.shape), drop.reshape(u.shape)
    sizes = random.uniform(0.006, 0.02, len(points))[drop]
    for ring, share in enumerate((1.0, 0.66, 0.34)):
        canvas.lay(inks[(drop * 3 + ring) % 512].astype(np.float32), canvas.smooth(sizes * share - away))
