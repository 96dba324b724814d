"""Woodcut: lines carved along the form, broad in the dark and fine in the light, over two flat tints on warm paper."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, rgb
from pinxit.styles.scene import Scene

PALETTE = ("#1c1a1d", "#7d2f1f", "#c98a3c", "#e9cf95", "#f4e8cb")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Tints first, the key block's ink over them."""
    scene, x, y = Scene(canvas), canvas.x, canvas.y
    tone, flow = scene.tone(x, y), scene.direction(x, y)
    grain = canvas.noise(0.02, 3)(x * 6, y * 0.7)
    tints = palette.ramp(0.62 + 0.38 * (tone > 0.55)) * (1 - (0.25 * (tone < 0.36))[..., None] * rgb(0.1, 0.45, 0.6))
    canvas.paint = (tints * (0.93 + 0.12 * grain)[..., None]).astype(np.float32)
    # The gouge follows the flow: lines of equal distance across it, warped as a hand wavers.
    wander = canvas.noise(0.16, 2)(x, y)
    across = -x * np.sin(np.round(flow * 3) / 3) + y * np.cos(np.round(flow * 3) / 3) + 0.045 * wander
    wave = np.abs(((across / 0.0165) % 1) - 0.5) * 2
    swell = canvas.noise(0.05, 2)(x, y)
    ink = canvas.smooth((0.90 - 1.05 * tone + 0.35 * (swell - 0.5) - wave) * 0.008)
    canvas.lay(palette.pick(0).astype(np.float32) * (0.9 + 0.25 * grain)[..., None], ink * (0.90 + 0.1 * (grain > 0.3)))
