"""Crayon: a house among flowers, scribbled in wax on grainy paper.

Patches of strokes in one direction fill every shape, then darker ones and contours go over them. Wax stays on the
paper's high spots: the harder the hand pressed, the less paper shines through.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.brush import follow
from pinxit.styles.canvas import Canvas
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.outline import box, oval
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#2a2350", "#224fa8", "#7c3b8f", "#1f7f4f", "#d3313f", "#2f93cf",
           "#e45f8f", "#6fb341", "#f0803a", "#8fcbe6", "#f8c52f", "#fbf1dc")  # fmt: skip
_NIGHT, _BLUE, _VIOLET, _GREEN, _RED, _SKY, _PINK, _GRASS, _ORANGE, _PALE, _YELLOW, _PAPER = range(12)
_WAXY = (0.7, 1, 0.85, 1, 0.9, 1, 0.7)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw wax on a sheet of its own, whose relief is the pressure; the paper's grain decides what stays."""
    cartoon = _compose(canvas, random, palette)
    wax = Canvas(canvas.height, canvas.width)
    wax.lay(oklab_to_colors(cartoon.on(canvas, cartoon.lab)))
    wax.paint[..., 3] = 0.42
    for spacing, width, length, press in (
        (0.017, 0.012, 0.085, 0.62),
        (0.016, 0.0085, 0.06, 0.72),
        (0.026, 0.006, 0.045, 0.85),
    ):
        x, y = canvas.scatter(random, spacing)
        lines = follow(cartoon, x, y, length * random.uniform(0.5, 1.1, len(x)), points=7)
        lines += random.normal(0, 0.0012, lines.shape)
        colors = vary(cartoon.at(cartoon.lab, x, y), random, 0.055, 0.03)
        pressure = press + random.normal(0, 0.13, len(x))
        wax.strokes(lines, width * random.uniform(0.6, 1.2, len(x)), oklab_to_colors(colors), pressure, _WAXY)
    lines = _contours(cartoon)
    lines += random.normal(0, 0.0011, lines.shape)
    pressure = random.uniform(0.6, 0.95, len(lines))
    wax.strokes(lines, random.uniform(0.004, 0.007, len(lines)), palette[_NIGHT], pressure, _WAXY)
    tooth = canvas.cloud(random, 0.0042, 2) + 0.35 * canvas.cloud(random, 0.02, 2)
    canvas.lay(palette[_PAPER])
    canvas.lay(wax.paint[..., :3], (1.5 * wax.paint[..., 3] + 0.55 * tooth - 0.12).clip(0, 1))
    canvas.shade(1 + 0.05 * tooth)


def _contours(cartoon: Cartoon) -> Floats:
    """Return the outlines of all parts, in lengths that a hand draws in one go: `(N, 12, 2)`."""
    lines = []
    for contour in cartoon.contours():
        # Pieces of some 60 pixels of the cartoon, overlapping a little.
        for start in range(0, len(contour) - 12, 60):
            piece = contour[start : start + 66]
            lines.append(piece[np.linspace(0, len(piece) - 1, 12).astype(int)])
    return np.stack(lines)


def _compose(canvas: Canvas, random: np.random.Generator, palette: Palette) -> Cartoon:
    """Draw sky with sun and clouds, hills, a house, trees and flowers, from back to front."""
    cartoon, lab = Cartoon(canvas), palette.lab
    x, y, right, bottom = cartoon.x, cartoon.y, cartoon.right, cartoon.bottom
    mottle = cartoon.cloud(random, 0.05, 2)
    side = 1 if random.random() < 0.5 else -1

    sky = mix(lab[_SKY], lab[_PALE], np.clip(y / bottom * 2.2 + 0.5 * mottle, 0, 1))
    sky = mix(sky, lab[_BLUE], np.clip(0.5 - 1.6 * y / bottom + 0.7 * mottle, 0, 0.8))
    cartoon.ground(sky, 0.5 + 0.5 * np.round(cartoon.cloud(random, 0.1, 1) * 3))
    sun = right * (0.5 + 0.3 * side), bottom * random.uniform(0.15, 0.2)
    away, angle = np.hypot(x - sun[0], y - sun[1]), np.arctan2(y - sun[1], x - sun[0])
    ray = np.abs(angle / (2 * np.pi) * 13 % 1 - 0.5) < 0.24
    cartoon.fill(ray & (away < 0.2 + 0.02 * np.sin(angle * 5)) & (away > 0.115), lab[_ORANGE], angle)
    gold = mix(lab[_YELLOW], lab[_ORANGE], np.clip(0.4 * mottle + 6 * (away - 0.06), 0, 1))
    cartoon.fill(away < 0.1, gold, angle + np.pi / 2)
    white = mix(lab[_PAPER], lab[_VIOLET], np.clip(0.1 + 0.4 * mottle, 0, 0.4))
    for _ in range(round(3 * right / bottom)):
        cx, cy = right * random.uniform(0.05, 0.95), bottom * random.uniform(0.08, 0.36)
        puffs = [np.hypot(0.9 * (x - cx - dx), y - cy - random.uniform(-0.015, 0.01)) for dx in (-0.05, 0, 0.05)]
        if abs(cx - sun[0]) > 0.24:
            cartoon.fill(np.minimum.reduce(puffs) < 0.045, white, 0.1)

    for number, (low, high) in enumerate(((_VIOLET, _SKY), (_GREEN, _GRASS), (_GRASS, _YELLOW))):
        crest = bottom * (0.46 + 0.08 * number) + 0.1 * cartoon.ridge(random, 0.22, 1)
        furrow = 0.5 * np.sin((y - crest) / 0.022 + 3 * mottle)
        slope = np.arctan2(np.gradient(crest[0]), cartoon.pixel)[None] + 0.7 * (number - 1)
        cartoon.fill(y > crest, mix(lab[low], lab[high], np.clip(0.5 + furrow + 0.4 * mottle, 0, 1)), slope)
        if number == 1:
            _house(cartoon, random, lab, right * (0.5 - 0.2 * side), bottom * 0.66)
            _trees(cartoon, random, lab, mottle, side)
    _flowers(cartoon, random, lab)
    return cartoon


def _house(cartoon: Cartoon, random: np.random.Generator, lab: Floats, cx: float, foot: float) -> None:
    """Draw wall, chimney, roof, door and windows."""
    wall, roof = random.permutation([_RED, _YELLOW, _PINK, _ORANGE, _PALE])[:2]
    size = random.uniform(0.15, 0.18)
    for outline, hue, angle in (
        (box(-0.5, -0.7, 0.5, 0), wall, np.pi / 2),
        (box(0.2, -1.45, 0.36, -1), _VIOLET, np.pi / 2),
        (np.array([[-0.64, -0.66], [0.64, -0.66], [0.3, -1.2], [-0.3, -1.2]]), roof, 0.9),
        (box(-0.12, -0.42, 0.12, 0), _BLUE, np.pi / 2),
        (box(-0.42, -0.54, -0.2, -0.28), _PALE, 0.6),
        (box(0.2, -0.54, 0.42, -0.28), _PALE, 0.6),
    ):
        cartoon.fill(cartoon.inside(outline * size + [cx, foot]), lab[hue], angle)


def _trees(cartoon: Cartoon, random: np.random.Generator, lab: Floats, mottle: Floats, side: int) -> None:
    """Draw round crowns on straight trunks, on the sun's side."""
    for number in range(round(3 * cartoon.right / cartoon.bottom)):
        stem = cartoon.right * (0.5 + side * (0.06 + 0.17 * number)) % cartoon.right
        foot, size = cartoon.bottom * random.uniform(0.6, 0.68), random.uniform(0.06, 0.09)
        cartoon.fill(cartoon.inside(box(stem - 0.011, foot - 2 * size, stem + 0.011, foot)), lab[_NIGHT], np.pi / 2)
        dx, dy = cartoon.x - stem, cartoon.y - foot + 2.3 * size
        leaves = mix(lab[_GREEN], lab[_GRASS], np.clip(0.5 + mottle + 0.5 * side * dx / size, 0, 1))
        cartoon.fill(np.hypot(dx, 0.8 * dy) < size * (1 + 0.3 * mottle), leaves, 1.1 + 2 * mottle)


def _flowers(cartoon: Cartoon, random: np.random.Generator, lab: Floats) -> None:
    """Draw flowers, larger where they are nearer."""
    circle = oval(1)
    turn = np.arctan2(circle[:, 1], circle[:, 0])
    spots = np.stack(cartoon.scatter(random, 0.085, 0.35), 1)
    for spot in spots[np.argsort(spots[:, 1])]:
        close = spot[1] / cartoon.bottom - 0.7
        if close < 0:
            continue
        size = (0.019 + 0.068 * close) * random.uniform(0.8, 1.2)
        petals = circle * (1.05 + 0.3 * np.cos(random.integers(5, 8) * turn + random.uniform(0, 6)))[:, None]
        hue = random.choice([_RED, _PINK, _VIOLET, _ORANGE, _PAPER, _BLUE, _YELLOW])
        heart = random.choice([_YELLOW, _NIGHT, _ORANGE])
        near = cartoon.near(spot, 3.2 * size)
        near.fill(near.inside(spot + box(-0.0045, 0, 0.0045, 3.2 * size)), lab[_GREEN], np.pi / 2)
        near.fill(near.inside(spot + petals * size), lab[hue], 0.8)
        near.fill(near.inside(spot + circle * 0.42 * size), lab[heart], -0.8)
