"""Impasto: an avenue after the rain, in thick paint under the palette knife.

Short broad dabs, each of one unmixed colour with the marks of the blade, stand so high that a lamp casts light and
shade on them. Leaves are dabbed in every direction, the wet road upright as reflections stand.
"""

from __future__ import annotations

import itertools

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.brush import follow
from pinxit.styles.canvas import Canvas, normals
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#0e1430", "#27205c", "#7a1536", "#14527a", "#c22326", "#1f7f78",
           "#e8551f", "#5b92d2", "#f5941e", "#fbc73a", "#fff0b8")  # fmt: skip
_NIGHT, _VIOLET, _WINE, _BLUE, _RED, _TEAL, _VERMILION, _SKY, _ORANGE, _YELLOW, _LIGHT = range(11)
_SCRATCHES = 4  # that the blade leaves in a dab
_BLADE = (0.9, 1, 1, 1, 0.9)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Paint dabs from large to small, then light them."""
    cartoon = _compose(canvas, random, palette)
    canvas.lay(oklab_to_colors(cartoon.on(canvas, cartoon.lab)) * 0.7)
    for spacing, width, length in ((0.026, 0.034, 0.07), (0.018, 0.024, 0.05), (0.018, 0.014, 0.038)):
        x, y = canvas.scatter(random, spacing)
        lines = follow(cartoon, x, y, length * random.uniform(0.5, 1.4, len(x)), points=5)
        # The knife takes its paint from a little way off: neighbours in colour contrast, masses hold together.
        near_x, near_y = (place + random.normal(0, 0.02, len(x)) for place in (x, y))
        colors = vary(cartoon.at(cartoon.lab, near_x, near_y), random, 0.05, 0.02)
        _dab(canvas, random, lines, width * random.uniform(0.5, 1.3, len(x)), colors)
    canvas.paint[..., 3] += 0.05 * canvas.cloud(random, 0.006, 2)
    canvas.light(0.008, 0.8, gloss=0.3)


def _dab(canvas: Canvas, random: np.random.Generator, lines: Floats, widths: Floats, colors: Floats) -> None:
    """Put dabs one over the other: a flat body, ridges squeezed out at both its sides, scratches along it."""
    count, parts = len(lines), 3 + _SCRATCHES
    place, thin = random.uniform(-0.42, 0.42, (count, parts)), random.uniform(0.03, 0.11, (count, parts))
    place[:, :3], thin[:, 0] = [0, -0.46, 0.46], 1
    high = random.normal(0.45, 0.12, (count, 1)) + random.normal(0, 0.13, (count, parts))
    high[:, 1:3] += 0.25
    tones = np.repeat(colors, parts, 0)
    tones[:, 0] += random.normal(0, 0.03, count * parts)
    tracks = lines[:, None] + normals(lines)[:, None] * (widths[:, None] * place)[..., None, None]
    flat = tracks.reshape(-1, *lines.shape[1:]), (widths[:, None] * thin).ravel()
    canvas.strokes(*flat, oklab_to_colors(tones), high.ravel(), _BLADE)


def _compose(canvas: Canvas, random: np.random.Generator, palette: Palette) -> Cartoon:
    """Draw a glow at the end of the road, leaves above, lamps and trunks beside, and their reflections in the wet road."""
    cartoon, lab = Cartoon(canvas), palette.lab
    x, y = cartoon.x, cartoon.y
    end = cartoon.right * random.uniform(0.42, 0.58), cartoon.bottom * random.uniform(0.52, 0.58)
    leaf, mass = cartoon.cloud(random, 0.028, 2), cartoon.cloud(random, 0.11, 3)
    away = np.hypot((x - end[0]) / max(1, 0.8 * cartoon.right), (y - end[1]) * 1.1)

    # From the glow outwards: light, yellow, orange, red, wine, violet; here and there cool or dark.
    steps = lab[[_LIGHT, _YELLOW, _ORANGE, _VERMILION, _RED, _WINE, _VIOLET]]
    place = np.clip(away * 8 + 1.6 * mass + 1.5 * leaf, 0, 6)
    lower = np.minimum(place.astype(int), 5)
    crown = mix(steps[lower], steps[lower + 1], place - lower)
    cool = mix(lab[_BLUE], lab[_TEAL], np.clip(0.5 + leaf, 0, 1))
    crown = mix(crown, cool, np.clip(2.6 * (mass + 0.5 * leaf) - 0.95 + 0.8 * away, 0, 0.9))
    crown = mix(crown, lab[_NIGHT], np.clip(-2.4 * mass - 1.0 + 0.9 * away, 0, 0.7))
    toss = np.round(3 * cartoon.cloud(random, 0.045, 1)) * 0.9  # patches of leaves hang one way
    cartoon.ground(crown, np.arctan2(y - end[1], x - end[0]) + toss)
    _trees(cartoon, lab, end, leaf)

    # The road mirrors what stands above its edge, drawn out downwards and broken by ripples.
    ripple = cartoon.cloud(random, 0.016, 2, stretch=(2.5, 0.6))
    streak = cartoon.cloud(random, 0.02, 3, stretch=(0.7, 7))
    depth = y - end[1]
    wet = cartoon.at(cartoon.lab, x + 0.012 * ripple, np.maximum(end[1] - 0.75 * depth + 0.03 * ripple, 0))
    wet = mix(wet, lab[_NIGHT], np.clip(0.05 + 0.4 * streak + 0.3 * depth, 0, 0.6))
    glow = np.exp(-(((x - end[0]) / (0.03 + 0.12 * depth.clip(0))) ** 2)) * (0.7 + ripple)
    wet = mix(wet, lab[_LIGHT], np.clip(0.9 * glow, 0, 0.9))
    wet = mix(wet, lab[_SKY], np.clip(1.6 * ripple - 0.75, 0, 0.8))
    upright = np.where(ripple > 0.5, 0.1, np.pi / 2 + 0.5 * streak)
    cartoon.fill(depth > 0.035 + 0.1 * np.abs(x - end[0]), wet, upright)
    return cartoon


def _trees(cartoon: Cartoon, lab: Floats, end: tuple[float, float], leaf: Floats) -> None:
    """Draw trunks on both sides, smaller towards the end of the road, and lamps with their halos between them."""
    x, y, bottom = cartoon.x, cartoon.y, cartoon.bottom
    lamps = []
    for side, near in itertools.product((-1, 1), (0.95, 0.55, 0.3)):
        stem, foot = end[0] + side * near * (0.36 * cartoon.right + 0.06) + 0.02, end[1] + 0.03 + 0.22 * near * bottom
        top = foot - 0.62 * near * bottom
        beside = x - stem - 0.015 * np.sin(9 * y + 20 * near)
        trunk = np.abs(beside) < 0.022 * near * (1 + 0.8 * np.exp((y - foot) / 0.05))
        bark = mix(lab[_NIGHT], lab[_WINE], np.clip(0.35 + leaf - side * (x - stem) / 0.03, 0, 0.9))
        cartoon.fill(trunk & (y > top - 0.3 * near) & (y < foot), bark, np.pi / 2)
        lamps.append((stem - side * (0.12 * near + 0.02), top + 0.13 * near, 0.02 * near + 0.006))
    for cx, cy, size in lamps:
        post = (np.abs(x - cx) < 0.004 + 0.08 * size) & (y > cy) & (y < cy + 17 * size)
        cartoon.fill(post, lab[_NIGHT], np.pi / 2)
        halo = np.hypot(x - cx, y - cy) / size
        glow = mix(lab[_LIGHT], lab[_YELLOW], np.clip(halo - 0.9, 0, 1))
        glow = mix(glow, cartoon.lab, np.clip(halo / 2 - 0.6, 0, 1))
        cartoon.fill(halo < 3, glow, np.arctan2(y - cy, x - cx) + np.pi / 2)
