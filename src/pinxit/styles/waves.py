"""Seigaiha: rows of overlapping waves, each a fan of arcs, printed from woodblocks in indigo, ochre and vermilion.

Fans are laid from the far rows to the near ones, each covering half of those behind it. A sun, two currents and the
depth of the sea choose their colours; here and there a fan is pleated or strewn with petals instead of ringed.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.outline import oval, placed
from pinxit.styles.palette import Floats, Palette, vary

PALETTE = ("#101d3c", "#1d3f73", "#a8321f", "#2f6f9f", "#d4672e", "#6ea6b8", "#dba53c", "#b9d2c4", "#f5ead0")
_NIGHT, _INDIGO, _RED, _BLUE, _ORANGE, _TEAL, _OCHRE, _FOAM, _PAPER = range(9)
_RADIUS = 0.066
# A fan's ground, arcs and heart: in the sun, in a current, and in the sea from its shallows to its depth.
_WARM = ((_OCHRE, _PAPER, _RED), (_ORANGE, _PAPER, _OCHRE), (_RED, _OCHRE, _PAPER), (_OCHRE, _RED, _PAPER))
_PALE = ((_PAPER, _BLUE, _OCHRE), (_FOAM, _INDIGO, _PAPER), (_PAPER, _TEAL, _INDIGO), (_PAPER, _RED, _OCHRE))
_COOL = ((_FOAM, _BLUE, _PAPER), (_TEAL, _PAPER, _INDIGO), (_BLUE, _FOAM, _OCHRE), (_INDIGO, _PAPER, _TEAL),
         (_INDIGO, _TEAL, _OCHRE), (_NIGHT, _FOAM, _BLUE), (_NIGHT, _OCHRE, _INDIGO))  # fmt: skip

Hues = tuple[int, int, int]


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Print all fans row by row, then the grain of the block and of the paper."""
    sun = canvas.right * random.uniform(0.3, 0.7), canvas.bottom * random.uniform(0.26, 0.4), random.uniform(0.2, 0.26)
    sway = random.uniform(0, 2 * np.pi, 2)
    outlines: list[Floats] = []
    hues: list[int] = []
    for row in range(int(np.ceil(2 * canvas.bottom / _RADIUS)) + 3):
        for column in range(-1, int(np.ceil(canvas.right / (2 * _RADIUS))) + 1):
            x, y = (2 * column + row % 2) * _RADIUS, row * _RADIUS / 2
            for outline, hue in _fan(
                random, _choose(random, x, y / canvas.bottom, np.hypot(x - sun[0], y - sun[1]) < sun[2], sway)
            ):
                outlines.append(placed(outline, x, y, _RADIUS))
                hues.append(hue)
    canvas.shapes(outlines, oklab_to_colors(vary(palette.lab[hues], random, 0.02, 0.008)))

    # Wiped by hand, the block gives less ink here and there and shows its grain; the paper stays a little bare.
    grain = canvas.cloud(random, 0.012, 3, stretch=(6, 0.35))
    wiped = canvas.cloud(random, 0.09, 3)
    bare = (0.10 + 0.16 * grain + 0.12 * wiped + 0.10 * canvas.cloud(random, 0.0035, 2)).clip(0, 0.6)
    canvas.lay(palette[_PAPER], bare)
    canvas.shade(1 + 0.05 * wiped + 0.05 * grain)


def _choose(random: np.random.Generator, x: float, depth: float, sunny: bool, sway: Floats) -> Hues:
    """Choose the colours of a fan at `x` and at a depth from 0 at the top to 1 at the bottom."""
    currents = depth - 0.66 - 0.1 * np.sin(4.5 * x + sway[0]), depth - 0.12 - 0.06 * np.sin(5 * x + sway[1])
    if sunny:
        return _WARM[random.integers(4)]
    if min(abs(current) for current in currents) < 0.055:
        return _PALE[random.integers(4)]
    return _COOL[int(np.clip(depth * 5 + random.normal(0.6, 1.1), 0, 6))]


def _fan(random: np.random.Generator, hues: Hues) -> list[tuple[Floats, int]]:
    """Return outlines of one fan of radius 1 with their colours, the lower ones first."""
    ground, arc, heart = hues
    kind = random.choice(["rings", "rings", "rings", "fine", "pleats", "petals"])
    rim = [(oval(1), _PAPER if ground == _NIGHT else _NIGHT), (oval(0.955), arc if ground == _PAPER else _PAPER)]
    parts: list[tuple[Floats, int]] = [*rim, (oval(0.88), ground)]
    if kind in ("rings", "fine"):
        count = 4 if kind == "rings" else 7
        for outer in 0.76 * (1 - np.arange(count) / count):
            parts += [(oval(outer), arc), (oval(outer - 0.38 / count), ground)]
        return [*parts, (oval(0.12), heart)]
    if kind == "pleats":
        for angle in np.linspace(np.pi, 2 * np.pi, 15)[1:-1]:
            edges = [(0.84 * np.cos(angle + side), 0.84 * np.sin(angle + side)) for side in (-0.05, 0.05)]
            parts.append((np.array([(0.0, 0.0), *edges]), arc))
        return [*parts, (oval(0.42), arc), (oval(0.34), heart), (oval(0.15), ground)]
    start = random.uniform(0, 1)
    for away, size, count, hue in ((0.66, 0.115, 9, arc), (0.36, 0.13, 5, heart)):
        for angle in 2 * np.pi * (np.arange(count) + start) / count:
            parts.append((oval(size, size, away * np.cos(angle), away * np.sin(angle)), hue))
    return [*parts, (oval(0.14), arc)]
