"""Marbling: inks floating on water, drawn by combs, and turned here and there with a stick.

What a comb does to ink is a shear, and what a stirring stick does is a turn about a point, so both can be undone
exactly: every pixel is followed back to where its ink lay before, in plain bands strewn with drops (Lu, Jaffer et al.,
"Mathematical marbling", 2012).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Floats, Palette, vary

PALETTE = ("#14203f", "#7a1f38", "#1f4f7a", "#1f7a74", "#c8412f", "#6f9fbf", "#e08a34", "#f0c35a", "#cfe0d8", "#fbf2dd")
_BAND = 0.034
_MANY = 512


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Undo stirring and combing, and look up the ink there."""
    x: Floats = canvas.x
    y: Floats = canvas.y
    for _ in range(round(5 * canvas.right * canvas.bottom + 1)):
        cx, cy = random.uniform(0, canvas.right), random.uniform(0, canvas.bottom)
        turn = random.uniform(1.2, 2.6) if random.random() < 0.5 else -random.uniform(1.2, 2.6)
        x, y = _unstir(x, y, cx, cy, random.uniform(0.09, 0.17), turn)
    # The hand laid bands, drew a wide comb to and fro across them, then a fine one across that, then waved: undo it.
    y = y - 0.022 * np.sin(2 * np.pi * (x / 0.3 + random.random()))
    x = x - _comb(y, 0.042, 0.036, random.random())
    phase = random.random()
    y = y - _comb(x, 0.15, 0.1, phase) + _comb(x, 0.15, 0.1, phase + 0.5)
    bands = y / _BAND + 0.9 * np.sin(2 * np.pi * (0.9 * x + random.random())) + 0.5 * np.sin(2 * np.pi * (1.7 * x + y))
    inks = oklab_to_colors(vary(palette.lab[_order(len(palette.lab), random)], random, 0.025, 0.01))
    number = np.floor(bands)
    place = bands - number
    # How many bands a pixel spans: edges are smoothed over that and no more.
    blur = np.clip(_steepness(bands), 0.02, 1)
    share = np.clip(0.5 - (1 - np.abs(2 * place - 1)) / (2 * blur), 0, 0.5)
    beside = number + np.where(place > 0.5, 1, -1)
    here, there = (inks[each.astype(int) % _MANY] for each in (number, beside))
    canvas.lay(here + (there - here) * share[..., None])
    _drops(canvas, random, inks, x, y)
    canvas.shade(1 + 0.05 * canvas.cloud(random, 0.08, 3) + 0.035 * canvas.cloud(random, 0.004, 2))


def _comb(across: Floats, spacing: float, pull: float, phase: float) -> Floats:
    """Return how far a comb drags the ink at each place across its teeth: most at a tooth, little between."""
    away = np.abs((across / spacing + phase) % 1 - 0.5)
    dragged: Floats = pull * np.exp(-away / 0.24)
    return dragged


def _unstir(x: Floats, y: Floats, cx: float, cy: float, size: float, turn: float) -> tuple[Floats, Floats]:
    """Turn back round (cx, cy): by `turn` radians there, by ever less farther off."""
    dx, dy = x - cx, y - cy
    angle = turn * np.exp(-(dx * dx + dy * dy) / size**2)
    sin, cos = np.sin(angle), np.cos(angle)
    return cx + dx * cos - dy * sin, cy + dx * sin + dy * cos


def _order(colors: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Choose the ink of each band: light and dark alternate, and no ink lies beside itself."""
    dark, light = np.arange(colors // 2), np.arange(colors // 2, colors)
    order = np.empty(_MANY, np.int64)
    order[0::2], order[1::2] = random.choice(dark, _MANY // 2), random.choice(light, _MANY // 2)
    return order


def _steepness(field: Floats) -> Floats:
    """Return how much a field changes from one pixel to the next."""
    down, across = np.gradient(field)
    steepness: Floats = np.hypot(down, across)
    return steepness


def _drops(canvas: Canvas, random: np.random.Generator, inks: Floats, x: Floats, y: Floats) -> None:
    """Add drops of ink in ink, sprinkled before the combing: at most one in each square of the bath."""
    square = 0.045
    centre = random.uniform(0.3, 0.7, (64, 64, 2)).astype(np.float32)
    size = random.uniform(0.0, 0.3, (64, 64)).astype(np.float32)
    column, row = np.floor(x / square), np.floor(y / square)
    i, j = row.astype(int) % 64, column.astype(int) % 64
    away = np.hypot(x / square - column - centre[i, j, 0], y / square - row - centre[i, j, 1])
    # A drop that has been drawn out so far that it is thinner than a pixel is no more than a tint.
    soft = np.clip(np.minimum(_steepness(away), 0.5), 0.01, None)
    for share, shift in ((1.0, 3), (0.55, 10)):
        cover = np.clip((size[i, j] * share - away) / soft + 0.5, 0, 1) * (size[i, j] > 0.12)
        canvas.lay(inks[(i * 7 + j * 3 + shift) % _MANY], cover)
