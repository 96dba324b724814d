"""Swirling oil strokes: curves along a wind with vortices and a moon, broad ones first, fine and light ones last."""

from __future__ import annotations

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette
from pinxit.styles.scene import Scene

PALETTE = ("#0b1633", "#16306b", "#2a5ca8", "#5b93c4", "#a9c9c4", "#e8d98a", "#f6c445")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Three layers of strokes over a dark ground."""
    scene = Scene(canvas)
    canvas.paint += palette.ramp(0.05)
    for spacing, width, length, light in (
        (0.026, 0.022, 0.16, -0.06),
        (0.014, 0.009, 0.12, 0.0),
        (0.016, 0.0045, 0.09, 0.05),
    ):
        x, y = canvas.scatter(spacing)
        tone = scene.tone(x, y) + light + canvas.random.normal(0, 0.09, len(x))
        lines = scene.follow(x, y, length * canvas.random.uniform(0.5, 1.1, len(x)))
        canvas.strokes(
            lines, width * canvas.random.uniform(0.6, 1.2, len(x)), palette.vary(tone, canvas.random, 0.035, 0.014)
        )
