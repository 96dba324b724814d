"""Batik: flowers drawn in hot wax and dyed, bath after bath; the wax cracks, and the last dye seeps into the cracks.

A ground of kawung, four seeds to a cross, repeats all over; large flowers and leaves lie on it, outlined in rows of
dots. Fine dark veins run where the wax broke.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.outline import almond, dots, oval, placed
from pinxit.styles.palette import Floats, Palette, vary

PALETTE = ("#141a36", "#4a1f1c", "#1f3f7f", "#8f2f2a", "#1f6f7a", "#b5652a", "#5f9fb0", "#d99f3f", "#e9cf97", "#fbf2dc")
_NIGHT, _SOGA, _INDIGO, _RED, _TEAL, _COPPER, _AQUA, _GOLD, _CREAM, _WAX = range(10)
_SEED = 0.042  # half the distance between two crosses

Part = tuple[Floats, int]  # an outline `(corners, 2)`, or several alike `(N, corners, 2)`, and the number of its colour


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw ground, leaves, flowers, cracks and cloth."""
    canvas.lay(palette[_INDIGO])
    parts = _kawung(canvas, random)
    for x, y in zip(*canvas.scatter(random, 0.3, 0.28), strict=True):
        for angle in np.arange(5) * 2 * np.pi / 5 + random.uniform(0, 1):
            parts += _moved(_leaf(random), x + 0.105 * np.cos(angle), y + 0.105 * np.sin(angle), 0.07, angle)
        parts += _moved(_flower(random), x, y, random.uniform(0.085, 0.105), random.uniform(0, 6))
    single = [(one, hue) for outline, hue in parts for one in outline.reshape(-1, *outline.shape[-2:])]
    colors = vary(palette.lab[[hue for _, hue in single]], random, 0.022, 0.009)
    canvas.shapes([outline for outline, _ in single], oklab_to_colors(colors))
    # Dye takes unevenly, and seeps through the cracks of the wax most where the cloth was folded.
    dye, fold = canvas.cloud(random, 0.06, 3), canvas.cloud(random, 0.2, 2)
    canvas.shade(1 + 0.13 * dye + 0.05 * canvas.cloud(random, 0.006, 2))
    seeped = Canvas(canvas.height, canvas.width)
    for spacing, width in ((0.085, 0.0022), (0.036, 0.0012)):
        lines = _cracks(canvas, random, spacing)
        seeped.strokes(lines, width * random.uniform(0.5, 1.3, len(lines)), np.ones(3), 0, (0.4, 1, 0.4))
    canvas.lay(palette[_NIGHT], seeped.paint[..., 0] * (0.55 + 0.7 * fold).clip(0.1, 0.9))
    threads = np.sin(canvas.x * (2 * np.pi / 0.0042)) * np.sin(canvas.y * (2 * np.pi / 0.0042))
    canvas.shade(1 + 0.035 * threads)


def _moved(parts: list[Part], x: float, y: float, size: float, turn: float) -> list[Part]:
    return [(placed(outline, x, y, size, turn), hue) for outline, hue in parts]


def _kawung(canvas: Canvas, random: np.random.Generator) -> list[Part]:
    """Draw crosses of four seeds each, and dotted rings between them."""
    parts: list[Part] = []
    ring: list[Part] = [(oval(1), _GOLD), (oval(0.45), _NIGHT), (dots(oval(1.8), 0.28), _CREAM)]
    for row in range(int(np.ceil(canvas.bottom / (2 * _SEED))) + 1):
        for column in range(int(np.ceil(canvas.right / (2 * _SEED))) + 1):
            x, y = np.array([column, row]) * 2 * _SEED + random.normal(0, 0.001, 2)
            hue = (_SOGA, _RED, _TEAL, _COPPER, _AQUA, _NIGHT)[random.integers(6)]
            seed = [
                (oval(1.02, 0.64), _NIGHT),
                (oval(0.94, 0.56), _CREAM),
                (oval(0.72, 0.38), hue),
                (oval(0.46, 0.09), _WAX),
            ]
            for angle in np.pi / 4 + np.arange(4) * np.pi / 2:
                away = 0.72 * _SEED
                parts += _moved(seed, x + away * np.cos(angle), y + away * np.sin(angle), 0.6 * _SEED, angle)
            parts += _moved([(oval(1), _WAX), (oval(0.5), _RED)], x, y, 0.008, 0)
            parts += _moved(ring, x + _SEED, y, 0.009, 0) + _moved(ring, x, y + _SEED, 0.009, 0)
    return parts


def _leaf(random: np.random.Generator) -> list[Part]:
    """Draw a leaf with ribs, surrounded by dots."""
    leaf, hue = almond(0.42, 0.35), int(random.choice([_TEAL, _INDIGO, _COPPER]))
    parts: list[Part] = [
        (leaf * 1.22, _NIGHT),
        (dots(leaf * 1.12, 0.05), _WAX),
        (leaf, _CREAM),
        (leaf * 0.9, hue),
    ]
    for place in np.linspace(-0.6, 0.5, 5):
        rib = np.array([[place, 0], [place + 0.22, 0.3 * (1 - place**2)], [place + 0.08, 0]])
        parts += [(rib, _AQUA), (rib * [1, -1], _AQUA)]
    return parts


def _flower(random: np.random.Generator) -> list[Part]:
    """Draw two rings of petals around a heart of dots."""
    outer, inner = random.permutation([_RED, _COPPER, _INDIGO, _TEAL, _GOLD])[:2]
    count = int(random.integers(7, 10))
    petal = oval(1, 0.5) * (0.75 + 0.35 * oval(1)[:, :1]) ** [0, 1]  # broadest at its outer end
    parts: list[Part] = []
    for away, size, shift, hue in ((0.66, 0.44, 0.0, int(outer)), (0.36, 0.34, 0.5, int(inner))):
        drawn = [
            (petal * 1.18, _NIGHT),
            (petal, _WAX),
            (petal * 0.86, hue),
            (dots(petal * 0.6, 0.06), _CREAM),
        ]
        for angle in 2 * np.pi * (np.arange(count) + shift) / count:
            parts += _moved(drawn, away * np.cos(angle), away * np.sin(angle), size, angle)
    heart = [
        (oval(0.27), _NIGHT),
        (oval(0.24), _GOLD),
        (dots(oval(0.16), 0.03), _SOGA),
        (oval(0.07), _RED),
    ]
    return parts + heart


def _cracks(canvas: Canvas, random: np.random.Generator, spacing: float) -> Floats:
    """Return the cracks of the wax, `(N, 4, 2)`: most of the edges between random shards."""
    from scipy.spatial import Voronoi

    shards = Voronoi(np.stack(canvas.scatter(random, spacing, 0.48), 1))
    edges = np.array([pair for pair in shards.ridge_vertices if min(pair) >= 0])
    start, end = shards.vertices[edges[random.random(len(edges)) < 0.6]].swapaxes(0, 1)
    lines = np.linspace(start, end, 4, axis=1)
    lines[:, 1:3] += random.normal(0, 0.04 * spacing, (len(lines), 2, 2))
    return lines
