"""Pop art: a comic-strip sunrise. Flat bold colours, black outlines, and dots that grow with the shade.

Every shape is a signed distance: inside it two inks are printed, a flat one and one through a dot screen at its own
angle, and round it runs the pen.
"""

from __future__ import annotations

import math

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Floats, Palette

PALETTE = ("#12121c", "#1f3fae", "#d81e3a", "#0e8fd6", "#f2622e", "#5fc4d8", "#ffd21f", "#fff6df")
_BLACK, _BLUE, _RED, _CYAN, _ORANGE, _AQUA, _YELLOW, _WHITE = range(8)
_PITCH = 0.0175


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw rays, sun, clouds, hills and waves, from back to front."""
    press = _Press(canvas, palette)
    x, y, right, bottom = canvas.x, canvas.y, canvas.right, canvas.bottom
    sea = bottom * random.uniform(0.62, 0.68)
    sun = right * random.uniform(0.3, 0.7), sea - random.uniform(0.02, 0.09)

    dx, dy = x - sun[0], y - sun[1]
    away = np.hypot(dx, dy)
    rays = int(random.integers(13, 17)) * 2
    ray = (np.abs(np.arctan2(dy, dx) / (2 * np.pi) * rays % 1 - 0.5) - 0.25) * 2 * np.pi * away / rays
    press.print(np.ones_like(ray), _YELLOW, _ORANGE, 0.1 + away, 15, 0)
    press.print(ray, _RED, _YELLOW, 0.75 - 0.9 * away, 45, 0.0022)
    for size, flat, dot in ((0.25, _YELLOW, _RED), (0.19, _WHITE, _YELLOW), (0.13, _YELLOW, _ORANGE)):
        press.print(size - away, flat, dot, 0.6 + dy * 2.8, 75, 0.0035)

    for number in range(round(4 * right / bottom + 1)):
        base = bottom * random.uniform(0.08, 0.45)
        cloud = _cloud(canvas, random, right * random.uniform(-0.05, 1.05), base)
        shade = 0.85 - 14 * cloud.clip(0, None) + (y - base) * 3
        press.print(cloud, _WHITE, (_CYAN, _AQUA)[number % 2], shade, 75, 0.0045)
    for number, (flat, dot) in enumerate(((_BLUE, _CYAN), (_AQUA, _BLUE), (_RED, _ORANGE))):
        crest = sea - 0.02 + 0.03 * number + 0.14 * canvas.ridge(random, 0.24 - 0.05 * number, 1)
        press.print(y - crest, flat, dot, 0.95 - (y - crest) * 6, 15 + 30 * number, 0.0045, sea + 0.12)

    # Waves: rows of crests like scales, foam above and dots below.
    for row, base in enumerate(np.arange(sea + 0.02, bottom + 0.1, 0.072).tolist()):
        u = (x + 0.01 * np.sin(9 * y)) / (0.1 + 0.03 * row) + random.uniform(0, 1)
        lift = (0.03 + 0.006 * row) * (1 - np.abs(np.cos(np.pi * u)) ** 1.6 + 0.18 * np.sin(2.2 * u + row))
        depth = (y - base + lift) * 0.8
        flat, dot = random.permutation([_BLUE, _CYAN, _AQUA])[:2]
        press.print(depth, _WHITE, _AQUA, depth * 18, 45, 0.005, base + 0.1)
        foam = 0.016 + 0.006 * np.sin(6 * np.pi * u)
        press.print(depth - foam, flat, dot, 0.9 - depth * 10, 15, 0.003, base + 0.1)
    canvas.shade(1 - 0.03 * (1 + canvas.cloud(random, 0.003, 2)))


class _Press:
    """A printer of shapes in flat and in screened ink, which keeps the screens."""

    def __init__(self, canvas: Canvas, palette: Palette) -> None:
        self._canvas, self._palette = canvas, palette
        self._screens: dict[int, Floats] = {}

    def print(
        self, inside: Floats, flat: int, dot: int, shade: Floats, angle: int, pen: float, end: float = np.inf
    ) -> None:
        """Print one shape.

        Args:
            inside: distance inside its outline, negative outside, `(H, W)`.
            flat: number of its colour.
            dot: number of the colour that is printed over it as dots.
            shade: share of the shape that the dots cover, `(H, W)`, 0 to 1.
            angle: rotation of the dots' screen, degrees.
            pen: width of the outline.
            end: y from which on another shape will cover it.
        """
        canvas, palette = self._canvas, self._palette
        rows = np.flatnonzero((inside > -2 * pen).any(1) & (canvas.y[:, 0] < end))
        columns = np.flatnonzero((inside > -2 * pen).any(0))
        if not (rows.size and columns.size):
            return
        window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        radius = 0.72 * np.sqrt(np.broadcast_to(shade, inside.shape)[window].clip(0, 0.9))
        dots = canvas.smooth((radius - self._screen(angle)[window]) * _PITCH)[..., None]
        ink = palette[flat] + (palette[dot] - palette[flat]) * dots
        ink *= 1 - canvas.smooth(pen - np.abs(inside[window]))[..., None] * (1 - 0.5 * palette[_BLACK])
        under = canvas.paint[window][..., :3]
        under += (ink - under) * canvas.smooth(inside[window] + pen)[..., None]

    def _screen(self, angle: int) -> Floats:
        """Return the distance to the nearest dot's centre in units of the pitch, `(H, W)`."""
        if angle not in self._screens:
            x, y = self._canvas.x / _PITCH, self._canvas.y / _PITCH
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            u, v = x * cos + y * sin, y * cos - x * sin
            self._screens[angle] = np.hypot(u % 1 - 0.5, v % 1 - 0.5)
        return self._screens[angle]


def _cloud(canvas: Canvas, random: np.random.Generator, cx: float, cy: float) -> Floats:
    """Return the distance inside a cloud, a heap of puffs on a flat base, `(H, W)`."""
    inside = np.full((canvas.height, canvas.width), -1, np.float32)
    for puff in np.linspace(-1, 1, 6).tolist():
        size = 0.058 * (1.15 - 0.6 * abs(puff)) * random.uniform(0.8, 1.25)
        inside = np.maximum(inside, size - np.hypot(canvas.x - cx - 0.13 * puff, canvas.y - cy + size * 0.5))
    heap: Floats = np.minimum(inside, cy + 0.02 - canvas.y)
    return heap
