"""Watercolour: a garden of poppies in transparent glazes, pooled at their edges, granulating in the paper's pits.

Every petal and leaf is a drop of colour of its own that darkens what lies under it. Its outline wanders with the
paper, the pigment gathers where it dried last, and where two drops meet both shine through.
"""

from __future__ import annotations

import math

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, vary

PALETTE = ("#23305e", "#2f4fa0", "#7f347f", "#2e7a4f", "#d4283a", "#3d8fc4",
           "#e2567a", "#7fae3e", "#f0803c", "#f4bf3c", "#fbf5e6")  # fmt: skip
_NIGHT, _BLUE, _VIOLET, _GREEN, _RED, _SKY, _PINK, _LEAF, _ORANGE, _YELLOW, _PAPER = range(11)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Paint from pale wet washes to leaves, flowers, and drops flicked from the brush."""
    sheet = _Sheet(canvas, random, palette)
    for x, y in zip(*canvas.scatter(random, 0.17), strict=True):
        hues = [_SKY, _SKY, _YELLOW, _PINK] if y < 0.45 * canvas.bottom else [_LEAF, _YELLOW, _SKY]
        sheet.drop(x, y, random.uniform(0.1, 0.19), random.choice(hues), 0.4, soft=0.03)
    for x, y in zip(*canvas.scatter(random, 0.06), strict=True):
        if random.random() < 0.45 + 0.55 * y / canvas.bottom:
            hue, size = random.choice([_LEAF, _GREEN, _GREEN, _SKY, _BLUE]), random.uniform(0.045, 0.085)
            upright, slender = -np.pi / 2 + random.normal(0, 0.6), random.uniform(0.16, 0.3)
            sheet.drop(x, y, size, hue, 0.75, angle=upright, slender=slender, lift=0.25)
    flowers = np.stack(canvas.scatter(random, 0.125, 0.42), 1)
    for x, y in flowers[np.argsort(flowers[:, 1])]:  # nearer ones are larger, and lie over those behind
        _flower(sheet, random, x, y, random.uniform(0.03, 0.06) * (0.75 + 0.5 * y / canvas.bottom))
    for x, y in zip(*canvas.scatter(random, 0.075), strict=True):
        hue = random.choice([_RED, _BLUE, _GREEN, _ORANGE, _PINK, _NIGHT])
        sheet.drop(x, y, 0.0015 + 0.006 * random.random() ** 3, hue, 0.6)
    canvas.shade(1 + 0.035 * sheet.pits)


def _flower(sheet: _Sheet, random: np.random.Generator, x: float, y: float, size: float) -> None:
    """Paint overlapping petals, a dark heart, and stamens around it."""
    kind = random.choice(4, p=[0.45, 0.2, 0.2, 0.15])
    hues = ((_RED, _ORANGE, _RED), (_PINK, _VIOLET, _RED), (_BLUE, _VIOLET, _SKY), (_YELLOW, _ORANGE, _YELLOW))[kind]
    petals = int(random.integers(4, 7))
    for angle in random.uniform(0, 6) + 2 * np.pi * np.arange(petals) / petals + random.normal(0, 0.12, petals):
        px, py = x + 0.62 * size * np.cos(angle), y + 0.5 * size * np.sin(angle)
        breadth = size * random.uniform(0.8, 1.05)
        sheet.drop(px, py, breadth, random.choice(hues), 0.85, angle=angle, slender=0.75, lift=0.55)
    sheet.drop(x, y, 0.32 * size, _YELLOW if kind == 2 else _NIGHT, 0.85)
    for angle, away in zip(random.uniform(0, 2 * np.pi, 5), random.uniform(0.35, 0.6, 5) * size, strict=True):
        sheet.drop(x + away * np.cos(angle), y + away * np.sin(angle), 0.07 * size + 0.001, _NIGHT, 0.8)


class _Sheet:
    """Paper that takes colour.

    Attributes:
        pits: the paper's grain, in which pigment settles, `(H, W)`.
    """

    def __init__(self, canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
        self._canvas, self._random, self._palette = canvas, random, palette
        self.pits = canvas.cloud(random, 0.0045, 2)
        self._wander = canvas.cloud(random, 0.022, 3)  # bends outlines
        self._flow = canvas.cloud(random, 0.05, 3)  # carries pigment
        canvas.lay(palette[_PAPER])

    def drop(
        self, cx: float, cy: float, size: float, hue: int, strength: float, *,
        angle: float = 0.0, slender: float = 1.0, soft: float = 0.0, lift: float = 0.0,
    ) -> None:  # fmt: skip
        """Paint one drop of colour.

        Args:
            cx: x of its middle.
            cy: y of its middle.
            size: half its length.
            hue: number of its colour.
            strength: amount of pigment, 0 to 1.
            angle: direction of its length, radians.
            slender: ratio of its breadth to its length.
            soft: how far its edge runs on wet paper; 0 is a dry edge, where pigment gathers.
            lift: share of the paint below that the wet brush takes up, so that colours stay clean.
        """
        canvas, random = self._canvas, self._random
        bumps, phases = random.normal(0, 0.09, 3).tolist(), random.uniform(0, 2 * np.pi, 3).tolist()
        color = oklab_to_colors(vary(self._palette.lab[[hue]], random, 0.03, 0.018))[0]
        tide = 0.0 if soft else random.uniform(0.3, 0.65)
        # Only the window around it changes. Python's floats are used, since NumPy's scalars would turn all to float64.
        cx, cy, size, cos, sin = (float(number) for number in (cx, cy, size, np.cos(angle), np.sin(angle)))
        wide, high = (
            1.3 * size * math.hypot(cos, slender * sin) + 0.01,
            1.3 * size * math.hypot(sin, slender * cos) + 0.01,
        )
        left, right = (min(max(round((cx + reach) / canvas.pixel), 0), canvas.width) for reach in (-wide, wide))
        top, bottom = (min(max(round((cy + reach) / canvas.pixel), 0), canvas.height) for reach in (-high, high))
        if left >= right or top >= bottom:
            return
        window = np.s_[top:bottom, left:right]
        dx, dy = canvas.x[:, left:right] - cx, canvas.y[top:bottom] - cy
        u, v = dx * cos + dy * sin, (dy * cos - dx * sin) / slender
        theta = np.arctan2(v, u)
        outline = 1 + sum(bump * np.cos((k + 2) * theta + phases[k]) for k, bump in enumerate(bumps))
        inside = (size * outline - np.hypot(u, v)) * min(1, slender + 0.2) + 0.16 * min(size, 0.05) * self._wander[
            window
        ]
        body = canvas.smooth(inside, max(soft, 0.0015))
        density = 0.72 + 0.42 * self._flow[window] + tide * np.exp(-((inside / 0.0045) ** 2))
        density = (strength * body * density * (1 + 0.28 * self.pits[window])).clip(0, 0.95)
        under = canvas.paint[window][..., :3]
        under += (self._palette[_PAPER] - under) * (lift * body)[..., None]
        under *= 1 - density[..., None] * (1 - color)
