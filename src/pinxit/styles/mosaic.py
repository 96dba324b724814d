"""Mosaic: fishes in a sea of stone. Rows of tesserae run around every fish, as ripples would, and fill it likewise.

The rows are the contour lines of the distance from the fishes' outlines; stones are cut from them one length after the
other, and one that would lie on another is left out, as a mosaicist leaves grout where rows meet.
"""

from __future__ import annotations

import cv2
import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#101c33", "#17456b", "#7c2323", "#1f7a86", "#c8452c", "#3fa79b", "#d98b2b", "#93cdb4", "#efc65a", "#f6ead0")
_DEEP, _BLUE, _WINE, _TEAL, _CORAL, _AQUA, _GOLD, _FOAM, _SUN, _IVORY = range(10)
_STONE = 0.0185
# Colours of a fish's body, belly and fins, and back.
_LIVERIES = ((_SUN, _IVORY, _GOLD), (_IVORY, _CORAL, _GOLD), (_GOLD, _IVORY, _CORAL), (_CORAL, _SUN, _WINE))


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw grout first, then the stones, each bevelled, a little tilted and of its own colour."""
    cartoon = _compose(canvas, random, palette.lab)
    grout = mix(palette.lab[_IVORY], palette.lab[_DEEP], 0.5 + 0.12 * canvas.cloud(random, 0.008, 2))
    canvas.lay(oklab_to_colors(grout))
    stones = _cut(cartoon, random)
    stones = stones[_fitting(cartoon, stones)]
    middle = stones.mean(1, keepdims=True)
    tone = vary(cartoon.at(cartoon.lab, *middle[:, 0].T), random, 0.05, 0.016)
    height = random.uniform(0.5, 0.8, len(stones))
    for size, color, up in ((0.90, mix(tone, palette.lab[_DEEP], 0.35), 0.45), (0.80, tone, 0.8), (0.62, tone, 1.0)):
        canvas.shapes(middle + (stones - middle) * size, oklab_to_colors(color), height * up)
    canvas.paint[..., 3] += 0.06 * canvas.cloud(random, 0.006, 2)
    canvas.light(0.006, 0.75, gloss=0.35)


def _cut(cartoon: Cartoon, random: np.random.Generator) -> Floats:
    """Return the stones' corners, `(N, 4, 2)`: along the contour lines, then small ones for the gaps."""
    distance = cartoon.edge()
    slope_y, slope_x = np.gradient(cv2.GaussianBlur(distance, (0, 0), 1.5), cartoon.pixel)
    stones = []
    for level in np.arange(0.55 * _STONE, float(distance.max()), _STONE):
        for row in cartoon.levels(distance, level):
            reach = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(row, axis=0).T))])
            count = max(1, round(reach[-1] / _STONE))
            cuts = np.linspace(0, reach[-1], count + 1)
            cuts[1:-1] += random.normal(0, 0.12 * _STONE, count - 1)  # stones of one row differ in length
            points = np.stack([np.interp(cuts, reach, row[:, axis]) for axis in (0, 1)], 1)
            out = np.stack([cartoon.at(slope_x, *points.T), cartoon.at(slope_y, *points.T)], 1)
            out *= _STONE / 2 / (np.linalg.norm(out, axis=1, keepdims=True) + 1e-3)
            inner, outer = points - out, points + out
            stones.append(np.stack([inner[:-1], inner[1:], outer[1:], outer[:-1]], 1))
    x, y = cartoon.scatter(random, 0.45 * _STONE)
    turn = random.uniform(0, np.pi, len(x))[:, None] + np.arange(4) * np.pi / 2
    half = 0.36 * _STONE * random.uniform(0.8, 1.2, (len(x), 1))
    stones.append(np.stack([x[:, None] + half * np.cos(turn), y[:, None] + half * np.sin(turn)], 2))
    together = np.concatenate(stones)
    return together + random.normal(0, 0.0009, together.shape)


def _fitting(cartoon: Cartoon, stones: Floats) -> list[int]:
    """Return the numbers of the stones whose place is mostly free when all are laid one by one."""
    taken = np.zeros(cartoon.part.shape, np.uint8)
    fitting = []
    pixels = np.round(stones / cartoon.pixel - 0.5).astype(np.int32)
    lows, highs = pixels.min(1).clip(0), pixels.max(1) + 1
    for number, (corners, low, (right, bottom)) in enumerate(zip(pixels, lows, highs, strict=True)):
        there = taken[low[1] : bottom, low[0] : right]
        if not there.size or there[there.shape[0] // 2, there.shape[1] // 2]:
            continue
        shape = np.zeros(there.shape, np.uint8)
        cv2.fillConvexPoly(shape, corners - low, 1)
        if cv2.countNonZero(there & shape) <= 0.42 * cv2.countNonZero(shape):
            there |= shape
            fitting.append(number)
    return fitting


def _compose(canvas: Canvas, random: np.random.Generator, lab: Floats) -> Cartoon:
    """Draw a shoal in a sea that deepens downwards; every fourth row of stones around a fish is pale."""
    cartoon = Cartoon(canvas)
    depth = 0.15 + 0.75 * cartoon.y / cartoon.bottom + 0.35 * cartoon.cloud(random, 0.2, 2, stretch=(1.6, 0.8))
    sea = mix(lab[_FOAM], lab[_AQUA], np.clip(depth * 3, 0, 1))
    sea = mix(sea, lab[_TEAL], np.clip(depth * 3 - 0.8, 0, 1))
    sea = mix(sea, lab[_BLUE], np.clip(depth * 3 - 1.6, 0, 1))
    # All fishes swim the same way and none covers another; large ones are placed first.
    heading = random.uniform(-0.5, 0.5) + np.pi * random.integers(2)
    placed: list[tuple[Floats, float]] = []
    for attempt in range(round(400 * cartoon.right * cartoon.bottom)):
        length = (0.42, 0.33, 0.25, 0.18)[min(attempt // 60, 3)] * random.uniform(0.9, 1.1)
        spot = random.uniform(0, [cartoon.right, cartoon.bottom])
        if all(np.hypot(*((spot - other) / [1.15, 0.75])) > 0.5 * (length + size) for other, size in placed):
            placed.append((spot, length))
            livery = _LIVERIES[len(placed) % len(_LIVERIES)]
            _fish(cartoon.near(spot, length), random, lab, spot, length, heading + random.normal(0, 0.25), livery)
    pale = np.floor(cartoon.edge() / _STONE) % 4 == 0
    water = cartoon.part == 0
    cartoon.lab[water] = mix(sea, lab[_IVORY], 0.55 * pale)[water]
    return cartoon


def _fish(
    cartoon: Cartoon, random: np.random.Generator, lab: Floats, spot: Floats, length: float, heading: float,
    livery: tuple[int, int, int],
) -> None:  # fmt: skip
    """Draw body, tail and fins; `s` runs along the body from the mouth, 0, to the root of the tail, 1, and `t` across."""
    body, trim, dark = lab[list(livery)]
    dx, dy = cartoon.x - spot[0], cartoon.y - spot[1]
    s = 0.42 - (dx * np.cos(heading) + dy * np.sin(heading)) / length
    t = (dy * np.cos(heading) - dx * np.sin(heading)) / length * np.sign(np.cos(heading))
    t = t - 0.09 * np.sin(2.6 * s + random.uniform(-0.6, 0.6))  # it bends as it swims
    girth = 0.42 * np.sqrt(s.clip(0)) * (1.12 - s).clip(0) ** 0.85
    fins = (np.abs(t) < girth + 0.085 * np.sin((s - 0.28) * 5.2).clip(0)) & (s > 0.28) & (s < 0.86)
    tail = (s > 0.9) & (s < 1.32) & (np.abs(t) < 0.03 + 0.55 * (s - 0.9)) & (np.abs(t) > 1.5 * (s - 1.14))
    cartoon.fill(fins, trim)
    cartoon.fill(tail, mix(trim, dark, np.clip((s - 0.95) * 2.2, 0, 1)))
    # Light belly, dark back, scales, and the edge of the gills.
    color = mix(body, trim, np.clip(0.16 + 12 * t, 0, 0.8))
    color = mix(color, dark, np.clip(-0.25 - 20 * t, 0, 0.8) + (0.12 + 0.12 * np.sin(s * 24)) * (s > 0.3))
    color = mix(color, dark, 0.9 * (np.abs(s - 0.28 - 4 * t * t) < 0.02))
    cartoon.fill((np.abs(t) < girth) & (s > 0) & (s < 1), color)
    eye = np.hypot(s - 0.15, t + 0.035)
    cartoon.lab[eye < 0.055] = lab[_IVORY]
    cartoon.lab[eye < 0.028] = lab[_DEEP]
