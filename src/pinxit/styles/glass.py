"""Stained glass: the cells of a Voronoi diagram as panes, lead where two cells meet, light through uneven glass."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, rgb
from pinxit.styles.scene import Scene

PALETTE = ("#1b1440", "#20409a", "#0f7f8c", "#2fa36b", "#b5202e", "#e2711d", "#f4c531", "#f7ecc0")
_LEAD = rgb(0.055, 0.05, 0.06)


def draw(canvas: Canvas, palette: Palette) -> None:
    """Panes coloured by what lies behind them, brighter towards their middles."""
    from scipy.spatial import cKDTree

    scene, random = Scene(canvas), canvas.random
    px, py = canvas.scatter(0.072, 0.42)
    near, cell = cKDTree(np.stack([px, py], 1)).query(np.stack([canvas.x.ravel(), canvas.y.ravel()], 1), k=2)
    near, cell = near.reshape(canvas.height, canvas.width, 2), cell[:, 0].reshape(canvas.height, canvas.width)
    tone = scene.tone(px, py) + random.normal(0, 0.13, len(px))
    panes = palette.vary(tone, random, 0.03, 0.03)
    streaks = canvas.noise(0.045, 3)(canvas.x + 0.3 * canvas.y, canvas.y)
    shine = 1.12 - 7 * near[..., 0] ** 1.6 + 0.34 * (streaks - 0.5)
    canvas.paint = (panes[cell] * shine[..., None]).clip(0, 1).astype(np.float32)
    edge = near[..., 1] - near[..., 0]
    canvas.lay(_LEAD, canvas.smooth(0.0085 - edge))
    # A glint along the lead's upper side, for it is round.
    glint = np.exp(-(((edge - 0.003) / 0.0022) ** 2)) * (canvas.light(-edge * 1.5, 0.9) - 1).clip(0, 1)
    canvas.lay(rgb(0.45, 0.45, 0.5), glint)
