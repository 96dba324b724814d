"""Ink wash: ranges of mountains dissolving into mist, wet in wet, with dry strokes of the brush over them."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, rgb

PALETTE = ("#15171c", "#3b4046", "#767a78", "#b9b6a8", "#efe9da")


def draw(canvas: Canvas, palette: Palette) -> None:
    """Far ranges first; each is dark at its crest and fades downwards; pines of dry strokes stand on them."""
    random, x, y = canvas.random, canvas.x, canvas.y
    fibre = canvas.noise(0.014, 3)(x, y * 1.3)
    mottle = canvas.noise(0.10, 4)(x, y)
    tone = 0.93 + 0.10 * (mottle - 0.5) + 0.10 * (fibre - 0.5)
    sun = np.hypot(x - canvas.right * random.uniform(0.25, 0.75), y - canvas.bottom * 0.16) - 0.075
    canvas.paint += palette.ramp(tone).astype(np.float32)
    canvas.lay(rgb(0.72, 0.20, 0.13), canvas.smooth(-sun, 0.006) * (0.62 + 0.5 * (mottle - 0.5)))
    ranges = 6
    for number in range(ranges):
        ridge, wash = canvas.noise(0.34 - 0.035 * number, 5), canvas.noise(0.07, 4)
        wet = wash(x, y)
        crest = (
            canvas.bottom * (0.20 + 0.135 * number)
            + 0.34 * (0.5 - ridge(x[:1], np.zeros_like(x[:1])))
            + 0.012 * (wet - 0.5)
        )
        depth = y - crest
        fade = np.exp(-np.maximum(depth, 0) / (0.09 + 0.012 * number)) * (0.55 + 0.75 * wet)
        strands = 0.75 + 0.55 * canvas.noise(0.02, 2)(x * 2.4 + y, y * 0.35)
        cover = canvas.smooth(depth, 0.007) * (fade * strands).clip(0, 1) * (0.42 + 0.1 * number)
        canvas.lay(palette.ramp(0.36 - 0.06 * number + 0.08 * (fibre - 0.5)).astype(np.float32), cover.clip(0, 0.96))
        bx = random.uniform(0, canvas.right, 42)
        at = np.clip((bx / canvas.pixel).astype(int), 0, canvas.width - 1)
        by = crest[
            np.clip((canvas.bottom * (0.2 + 0.135 * number) / canvas.pixel), 0, canvas.height - 1).astype(int), at
        ]
        steps = np.linspace(0, 1, 6)
        lean = random.normal(0, 0.25, (42, 1))
        height = random.uniform(0.02, 0.05, (42, 1)) * (0.5 + 0.2 * number)
        lines = np.stack([bx[:, None] + lean * height * steps**2, by[:, None] + 0.012 - height * steps], -1)
        canvas.strokes(lines, 0.0022 * random.uniform(0.5, 1.8, 42), palette.ramp(np.full(42, 0.30 - 0.05 * number)))
        twigs = np.repeat(lines[:, 2:], 2, 0).reshape(-1, 2)
        reach = random.normal(0, 0.011, (len(twigs), 2)) * [1.3, 0.5]
        canvas.strokes(
            np.stack([twigs - reach, twigs + reach], 1), random.uniform(0.001, 0.004, len(twigs)),
            palette.ramp(np.full(len(twigs), 0.26 - 0.04 * number)),
        )  # fmt: skip
    dry = canvas.noise(0.006, 1)(x * 0.25, y * 2)
    canvas.paint *= (0.96 + 0.08 * dry * fibre)[..., None]
