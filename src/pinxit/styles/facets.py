"""Cubism: the picture broken into planes, each shaded from one edge to another, outlined with a dry brush."""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Floats, Palette
from pinxit.styles.scene import Scene

PALETTE = ("#23201f", "#4b4a44", "#6f6a52", "#9b7b4f", "#5d7f86", "#c9a26a", "#e8d6a8")


def _cut(shape: Floats, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Cut a convex shape in two, roughly across its longest side."""
    sides = np.roll(shape, -1, 0) - shape
    longest = int(np.argmax(np.hypot(*sides.T)))
    other = (longest + len(shape) // 2) % len(shape)
    a = shape[longest] + sides[longest] * random.uniform(0.3, 0.7)
    b = shape[other] + sides[other] * random.uniform(0.2, 0.8)
    first, second = sorted((longest, other))
    start, end = (a, b) if first == longest else (b, a)
    inner = np.concatenate([[start], shape[first + 1 : second + 1], [end]])
    outer = np.concatenate([shape[: first + 1], [start], [end], shape[second + 1 :]])
    return inner, outer


def draw(canvas: Canvas, palette: Palette) -> None:
    """Cut until the planes are small, shade each, then draw some of the edges."""
    scene, random = Scene(canvas), canvas.random
    left, right, bottom = -0.02, canvas.right + 0.02, canvas.bottom + 0.02
    shapes: list[Floats] = [np.array([[left, left], [right, left], [right, bottom], [left, bottom]])]
    planes: list[Floats] = []
    while shapes:
        shape = shapes.pop()
        x, y = shape.T
        area = 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))
        if area < random.uniform(0.0016, 0.011):
            planes.append(shape)
        else:
            shapes += _cut(shape, random)
    middles = np.array([shape.mean(0) for shape in planes])
    tones = 0.16 + 0.95 * scene.tone(middles[:, 0], middles[:, 1]) + random.normal(0, 0.14, len(planes))
    strips, colors = [], []
    steps = 12
    for shape, tone in zip(planes, tones, strict=True):
        side = int(random.integers(len(shape)))
        turned = np.roll(shape, -side, 0)
        fall = random.uniform(0.22, 0.5) * random.choice([-1, 1])
        away = turned[2:].mean(0) if len(turned) > 2 else turned[1]
        hue = random.normal(0, 0.02, 2)
        # The whole plane first, then ever smaller copies drawn towards one side: a gradient with the plane's own edges.
        for step in range(steps):
            strips.append(away + (turned - away) * (1 - 0.96 * step / steps))
            colors.append([tone + fall * (step / steps - 0.5), *hue])
    table = np.array(colors)
    shade = palette.ramp(table[:, 0]) + table[:, 1:2] * [1, 0, -1] + table[:, 2:3] * [0, 0.6, -0.6]
    canvas.polygons(strips, np.clip(shade, 0, 1))
    edges = np.concatenate([np.stack([shape, np.roll(shape, -1, 0)], 1) for shape in planes])
    edges = edges[random.random(len(edges)) < 0.55]
    ink = palette.ramp(random.choice([0.0, 0.05, 0.95], len(edges), p=[0.5, 0.35, 0.15]))
    canvas.strokes(edges, random.uniform(0.0012, 0.0042, len(edges)), ink)
    # Bristles: the paint is thin and the canvas shows through it.
    grain = canvas.noise(0.008, 3)(canvas.x * 0.5 + canvas.y * 0.5, canvas.y - canvas.x)
    canvas.paint *= (0.86 + 0.28 * grain)[..., None]
