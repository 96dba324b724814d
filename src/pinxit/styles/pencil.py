"""Pencil: fruit on a table, hatched in graphite, sanguine and blue, heightened with chalk, on toned paper.

Hatching follows the form round every fruit. Layer lies over layer, each only where it is darker still, in a direction
of its own; chalk takes the lights.
"""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.brush import follow
from pinxit.styles.canvas import Canvas
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#20202a", "#2f4a78", "#8a2f22", "#4f6a4a", "#c4582c", "#7f97a8", "#d49a3f", "#cdb892", "#fbf5e6")
_GRAPHITE, _BLUE, _SANGUINE, _GREEN, _RUST, _GREY, _OCHRE, _PAPER, _CHALK = range(9)
_POINT = (0.3, 1, 0.9, 1, 0.3)
# Darker than this → hatched, how far across the form, how broad: from light first strokes to the deepest crossings.
_LAYERS = ((0.80, 0.0, 0.0020), (0.66, 0.0, 0.0022), (0.54, 0.65, 0.0020),
           (0.42, -0.5, 0.0022), (0.32, 1.1, 0.0022), (0.22, 0.25, 0.0026))  # fmt: skip


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Hatch from light to dark, chalk the lights, and let the paper's tooth break every line."""
    cartoon, tone = _compose(canvas, random, palette.lab)
    tooth = canvas.cloud(random, 0.0038, 2)
    canvas.lay(palette[_PAPER])
    canvas.shade(1 + 0.02 * tooth + 0.05 * canvas.cloud(random, 0.2, 3))
    ground = canvas.paint[..., :3].copy()
    for dark, turn, width in _LAYERS:
        x, y = canvas.scatter(random, 0.0098)
        here = cartoon.at(tone, x, y) + random.normal(0, 0.05, len(x)) < dark
        lines = follow(cartoon, x[here], y[here], random.uniform(0.03, 0.075, len(x))[here], points=5, turn=turn)
        lines += random.normal(0, 0.0007, lines.shape)
        # The deeper the layer, the more graphite; the light ones carry the hue.
        color = mix(cartoon.at(cartoon.lab, x[here], y[here]), palette.lab[_GRAPHITE], max(0, 0.95 - 1.15 * dark))
        widths = width * random.uniform(0.6, 1.3, len(lines))
        canvas.strokes(lines, widths, oklab_to_colors(vary(color, random, 0.035, 0.008)), 0, _POINT)
    x, y = canvas.scatter(random, 0.0105)
    light = cartoon.at(tone, x, y) + random.normal(0, 0.04, len(x)) > 0.86
    lines = follow(cartoon, x[light], y[light], random.uniform(0.02, 0.05, len(x))[light], points=5)
    canvas.strokes(lines, random.uniform(0.002, 0.0036, len(lines)), palette[_CHALK], 0, _POINT)
    lines = _contours(random, cartoon)
    canvas.strokes(lines, random.uniform(0.0012, 0.0032, len(lines)), palette[_GRAPHITE], 0, _POINT)
    canvas.lay(ground, np.clip(0.45 * tooth - 0.08, 0, 0.4))


def _contours(random: np.random.Generator, cartoon: Cartoon) -> Floats:
    """Return every outline drawn twice with loose lines, `(N, 10, 2)`."""
    lines: list[Floats] = []
    for contour in cartoon.contours() * 2:
        starts = range(int(random.integers(30)), len(contour) - 50, 45)
        lines += [contour[start : start + 50 : 5] + random.normal(0, 0.0016, 2) for start in starts]
    return np.stack(lines)


def _compose(canvas: Canvas, random: np.random.Generator, lab: Floats) -> tuple[Cartoon, Floats]:
    """Draw a curtain, a cloth, a jug and fruit with their shadows; return the cartoon and its lightness, `(H, W)`."""
    cartoon = Cartoon(canvas)
    x, y, right, bottom = cartoon.x, cartoon.y, cartoon.right, cartoon.bottom
    edge = bottom * random.uniform(0.44, 0.5)
    side = 1 if random.random() < 0.5 else -1  # where the light comes from
    fold = cartoon.cloud(random, 0.16, 2, stretch=(0.7, 1.6))
    drape = np.sin(x * 26 + 5 * fold + 2 * y) + 0.6 * np.sin(x * 61 + 4 * fold)
    wall = mix(lab[_BLUE], lab[_GREEN], np.clip(0.5 + 0.7 * drape, 0, 1))
    cartoon.ground(mix(wall, lab[_SANGUINE], np.clip(1.5 * drape - 1.3, 0, 0.8)), np.pi / 2 + 0.35 * drape)
    crease = np.sin(9 * x + 5 * cartoon.cloud(random, 0.2, 2) + 6 * y)
    cloth = y > edge + 0.03 * np.sin(7 * x)
    cartoon.fill(cloth, mix(lab[_OCHRE], lab[_RUST], np.clip(0.4 - 0.6 * crease, 0, 1)), 1.15 + 0.5 * crease)
    tone = np.where(cloth, 0.58 + 0.3 * crease, 0.42 + 0.2 * side * (1 - 2 * x / right) + 0.23 * drape + 0.1 * fold)

    things: list[tuple[float, float, float, str]] = [(right * (0.5 - 0.2 * side), edge + 0.03, 0.16, "jug")]
    for _ in range(round(500 * right / bottom)):
        cx, cy = random.uniform([0.05, edge + 0.04], [right - 0.05, bottom - 0.06])
        size = random.uniform(0.055, 0.1)
        if all(np.hypot(cx - other[0], (cy - other[1]) * 1.3) > 0.92 * (size + other[2]) for other in things):
            things.append((cx, cy, size, str(random.choice(["apple", "apple", "pear", "orange"]))))
    for cx, cy, size, kind in sorted(things, key=lambda thing: thing[1]):
        near = cartoon.near((cx, cy), 2.4 * size)
        u, v, there = (near.x - cx) / size, (near.y - cy) / size, tone[near.place]
        cast = np.hypot((u + 0.75 * side) / 1.5, (v - 0.72) / 0.42)
        near.fill(cast < 1, lab[_BLUE], 0.15 * side)
        there[:] = np.where(cast < 1, np.minimum(there, 0.16 + 0.25 * cast), there)
        there[:] = (_jug if kind == "jug" else _fruit)(near, lab, there, u, v, side, kind)
    return cartoon, tone + 0.05 * cartoon.cloud(random, 0.02, 2)


def _lit(u: Floats, v: Floats, side: int) -> Floats:
    """Return the lightness of a round body whose surface leans by `u` to the right and `v` down."""
    light = (0.62 * side * u - 0.5 * v + 0.62 * np.sqrt((1 - u**2 - v**2).clip(0))).clip(0)
    # Reflected light lifts the edge of the shadow, or the fruit would be a hole.
    lit: Floats = 0.1 + 0.95 * light**1.2 + 0.16 * (-side * u - 0.55).clip(0) + 0.5 * (light > 0.965)
    return lit


def _jug(cartoon: Cartoon, lab: Floats, tone: Floats, u: Floats, v: Floats, side: int, kind: str) -> Floats:
    """Draw a jug and return the tones with it; `u` and `v` are distances from its middle, in units of its girth."""
    du, dv = (u - 0.95 * side) / 0.8, v + 0.75
    handle = np.abs(np.hypot(du, dv) - 0.62) < 0.1
    cartoon.fill(handle, lab[_GREY], np.arctan2(dv, du) + np.pi / 2)
    tone = np.where(handle, 0.3, tone)
    half = CubicSpline([-0.9, -0.4, 0.2, 0.9, 1.4, 1.8, 2.1], [0.6, 0.9, 1.0, 0.72, 0.45, 0.42, 0.54])(-v)
    lean = u / half
    inside = (np.abs(lean) < 1) & (v < 0.85) & (v > -2.08)
    cartoon.fill(inside, lab[_GREY], np.pi / 2 - 0.5 * lean * np.sign(-v - 0.4))
    return np.where(inside, _lit(lean, (v / 4).clip(-0.5, 0.3), side), tone)


def _fruit(cartoon: Cartoon, lab: Floats, tone: Floats, u: Floats, v: Floats, side: int, kind: str) -> Floats:
    """Draw an apple, orange or pear and return the tones with it; `u` and `v` are distances from its middle, in radii."""
    away, tall = np.hypot(u, v), 1.0
    if kind == "pear":
        away = np.minimum(away, np.hypot(u + 0.1, v + 0.85) / 0.6) - 0.06 * np.exp(-(((v + 0.6) / 0.3) ** 2))
        tall = 1.35
    inside = away < 1 + 0.05 * np.cos(3 * np.arctan2(v, u))
    one, other = {"apple": (_SANGUINE, _RUST), "pear": (_OCHRE, _GREEN), "orange": (_RUST, _OCHRE)}[kind]
    hue = mix(lab[one], lab[other], np.clip(0.5 + 0.8 * side * u + 0.3 * v / tall, 0, 1))
    # Hatching runs round the place where the light falls.
    cartoon.fill(inside, hue, np.arctan2(v + 0.25, u - 0.2 * side) + np.pi / 2)
    tone = np.where(inside, _lit(u, v / tall, side), tone)
    stem = (np.abs(u - 0.08 * np.sin(5 * v)) < 0.06) & (v < -0.72) & (v > -1.3 * tall)
    cartoon.fill(stem, lab[_GRAPHITE], np.pi / 2)
    return np.where(stem, 0.05, tone)
