"""Swirling oil strokes: stars, a moon and the wind turn the paint; hills, a village and cypresses stand below.

The cartoon says colour and direction. Four layers of hairy brush strokes follow it, broad ones first, fine and light
ones last, and a lamp shines on the ridges that they leave.
"""

from __future__ import annotations

import itertools

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.brush import bristles, follow
from pinxit.styles.canvas import Canvas
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.outline import box
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#0b1230", "#1c3326", "#1d3a86", "#3b6e4f", "#2f6fc0", "#c8742a", "#77a9d6", "#e9b53a", "#c3dcd2", "#fbe98f")
_NIGHT, _CYPRESS, _ULTRAMARINE, _GREEN, _COBALT, _RUST, _SKY, _OCHRE, _PALE, _YELLOW = range(10)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Paint the night from broad strokes to fine ones."""
    cartoon = _compose(canvas, random, palette)
    canvas.lay(oklab_to_colors(cartoon.on(canvas, cartoon.lab)) * 0.8)
    for spacing, width, length, light, hairs in (
        (0.024, 0.024, 0.17, -0.05, 6),
        (0.016, 0.013, 0.11, 0.0, 4),
        (0.013, 0.0085, 0.08, 0.015, 3),
        (0.022, 0.0050, 0.07, 0.07, 2),
    ):
        x, y = canvas.scatter(random, spacing)
        lines = follow(cartoon, x, y, length * random.uniform(0.5, 1.1, len(x)))
        colors = vary(cartoon.at(cartoon.lab, x, y), random, 0.045, 0.014)
        colors[:, 0] += light
        bristles(canvas, random, lines, width * random.uniform(0.7, 1.2, len(x)), colors, hairs=hairs)
    canvas.light(0.005, 0.55, gloss=0.12)


def _compose(canvas: Canvas, random: np.random.Generator, palette: Palette) -> Cartoon:
    """Draw sky, eddies, moon and stars, hills, village and cypresses, from back to front."""
    cartoon = Cartoon(canvas)
    x, y, right, bottom = cartoon.x, cartoon.y, cartoon.right, cartoon.bottom
    side = 1 if random.random() < 0.5 else -1  # the moon on one side, the cypresses on the other
    horizon = bottom * random.uniform(0.66, 0.72)
    cloud = cartoon.cloud(random, 0.16, 3, stretch=(2, 1))

    # Sky: darkest at the top, a pale band above the hills, ribbons of cloud.
    height = np.clip(y / horizon, 0, 1) + 0.16 * cloud
    sky = mix(palette.lab[_ULTRAMARINE], palette.lab[_COBALT], np.clip(height * 1.5 - 0.2, 0, 1))
    sky = mix(sky, palette.lab[_SKY], np.clip(2.6 * cloud - 0.75, 0, 0.9))
    sky = mix(sky, palette.lab[_PALE], np.clip(3.5 * height - 2.75, 0, 0.75))
    wind = 0.35 * cartoon.cloud(random, 0.4)
    u, v = np.cos(wind), np.sin(wind)

    # Two great vortices turn against each other in the middle of the sky.
    lights = [(right * (0.5 + side * random.uniform(0.28, 0.34)), bottom * random.uniform(0.13, 0.2), 0.085)]
    middle = right * (0.5 - side * random.uniform(0.0, 0.12)), horizon * random.uniform(0.52, 0.6)
    eddies = [(middle[0], middle[1], 0.13), (middle[0] + side * 0.2, middle[1] + 0.09, 0.085)]
    for (cx, cy, size), turn in zip(eddies, (1, -1), strict=True):
        distance, angle = np.hypot(x - cx, y - cy), np.arctan2(y - cy, x - cx)
        arms = np.cos(2 * angle - turn * distance / size * 3.2)
        fade = np.exp(-((distance / (1.15 * size)) ** 4))
        sky = mix(sky, palette.lab[_PALE], fade * np.clip(arms * 0.8 + 0.15, 0, 0.85))
        sky = mix(sky, palette.lab[_NIGHT], fade * np.clip(-arms * 0.7, 0, 0.5))
        u, v = _turn(u, v, x - cx, y - cy, size * 1.6, turn)

    # Stars keep their distance from the moon and from each other.
    for _ in range(round(40 * right * bottom)):
        star = (random.uniform(0.03, right - 0.03), random.uniform(0.04, horizon * 0.85), random.uniform(0.018, 0.034))
        if all(np.hypot(star[0] - cx, star[1] - cy) > 1.9 * (star[2] + size) for cx, cy, size in [*lights, *eddies]):
            lights.append(star)
    for cx, cy, size in lights:
        distance = np.hypot(x - cx, y - cy)
        rings = 0.5 + 0.5 * np.cos(distance / size * 5.2)
        glow = np.exp(-((distance / (2.1 * size)) ** 2))
        sky = mix(sky, palette.lab[_OCHRE], np.clip(2.6 * glow * rings - 0.35, 0, 1))
        sky = mix(sky, palette.lab[_YELLOW], np.clip(1.7 - 1.6 * distance / size, 0, 1))
        u, v = _turn(u, v, x - cx, y - cy, size * 2.1, random.choice([-1, 1]))
    cartoon.ground(sky, np.arctan2(v, u))

    # Hills from far to near, each lit along its crest.
    for number, color in enumerate((_COBALT, _ULTRAMARINE, _GREEN)):
        crest = horizon + bottom * (0.065 * number - 0.01) + 0.05 * cartoon.ridge(random, 0.22 - 0.04 * number, 2)
        depth = y - crest
        slope = np.arctan2(np.gradient(crest[0]), cartoon.pixel)[None] * 0.9
        fold = cartoon.cloud(random, 0.06, 2, stretch=(2, 1))
        hill = mix(palette.lab[color], palette.lab[_NIGHT], np.clip(0.15 + depth * 3 + 0.4 * fold, 0, 0.8))
        hill = mix(hill, palette.lab[_SKY], np.clip(0.7 - depth / 0.02, 0, 0.8) + np.clip(fold - 0.45, 0, 0.5))
        cartoon.fill(depth > 0, hill, slope + 0.5 * fold)
    _village(cartoon, random, palette, horizon + 0.17 * bottom)
    _cypresses(cartoon, random, palette, right * (0.5 - side * random.uniform(0.29, 0.34)))
    return cartoon


def _turn(u: Floats, v: Floats, dx: Floats, dy: Floats, size: float, turn: float) -> tuple[Floats, Floats]:
    """Bend a flow `(u, v)` around a centre; `(dx, dy)` is the distance from it."""
    distance = np.hypot(dx, dy) + 1e-6
    share = np.exp(-((distance / size) ** 3))
    return u * (1 - share) - turn * dy / distance * share, v * (1 - share) + turn * dx / distance * share


def _village(cartoon: Cartoon, random: np.random.Generator, palette: Palette, ground: float) -> None:
    """Draw houses in two rows: a wall, a roof, a lit window."""
    roof = np.array([[-0.12, -0.95], [1.12, -0.95], [0.75, -1.75], [0.2, -1.75]])
    for row, left in itertools.product(range(2), np.arange(0.0, cartoon.right, 0.062)):
        if random.random() < 0.3:
            continue
        size = random.uniform(0.035, 0.05), random.uniform(0.022, 0.035)
        foot = left + random.uniform(0, 0.02), ground + 0.06 * row + random.uniform(-0.012, 0.012)
        for outline, hues, angle in (
            (box(0, -1, 1, 0), [_ULTRAMARINE, _COBALT, _GREEN], np.pi / 2),
            (roof, [_RUST, _NIGHT, _COBALT], 0.12),
            (box(0.3, -0.75, 0.62, -0.2), [_YELLOW, _YELLOW, _NIGHT], np.pi / 2),
        ):
            cartoon.fill(cartoon.inside(outline * size + foot), palette.lab[random.choice(hues)], angle)


def _cypresses(cartoon: Cartoon, random: np.random.Generator, palette: Palette, foot: float) -> None:
    """Draw two cypresses like dark flames, lit on the moon's side."""
    flicker = cartoon.cloud(random, 0.045, 2, stretch=(0.8, 2.2))
    for offset, top, girth in ((0.06, random.uniform(0.4, 0.48), 0.085), (0.0, random.uniform(0.06, 0.16), 0.105)):
        up = np.clip((cartoon.y / cartoon.bottom - top) / (1.0 - top), 0, 1)
        sway = 0.018 * np.sin(8 * up + random.uniform(0, 6)) * up
        half = girth * up**0.75 * (1 + 0.55 * flicker)
        beside = (cartoon.x - foot - offset - sway) / (half + 1e-6)
        tone = 0.3 + 0.9 * flicker
        color = mix(palette.lab[_CYPRESS], palette.lab[_GREEN], np.clip(tone, 0, 0.9))
        color = mix(color, palette.lab[_RUST], np.clip(tone - 0.8, 0, 0.6))
        color = mix(color, palette.lab[_NIGHT], np.clip(0.4 - 0.8 * tone + 0.3 * np.abs(beside) ** 3, 0, 0.85))
        blaze = -np.pi / 2 + 0.55 * beside.clip(-1, 1) + 0.5 * flicker
        cartoon.fill((np.abs(beside) < 1) & (up > 0), color, blaze)
