"""A kilim: bands of stepped diamonds, zigzags and hooks, woven in wool.

The design is drawn on a grid of knots. Every knot is a short round thread; threads of one row were dyed together, and a
row is never quite straight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Palette, vary

PALETTE = ("#1c1826", "#1f3560", "#6e1a26", "#1f5f5a", "#b02f2a", "#4a7fa0", "#c9702f", "#7f9a5a", "#e0a53f", "#f1e2c0")
_BLACK, _INDIGO, _WINE, _TEAL, _RED, _SKY, _ORANGE, _GREEN, _GOLD, _CREAM = range(10)
_ACROSS, _DOWN = 0.0098, 0.0072  # one knot
# A running hook, as weavers draw it: two colours, eight knots to a repeat.
_HOOK = np.array([[int(knot) for knot in row] for row in (
    "11111111", "10000001", "10111101", "10100101", "10110101", "10010101", "11110101", "00000101")])  # fmt: skip

Design = NDArray[np.int64]


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Design, dye, weave, light."""
    rows, columns = int(np.ceil(canvas.bottom / _DOWN)) + 4, int(np.ceil(canvas.right / _ACROSS)) + 4
    design = _design(rows, columns, random)
    # Abrash: each length of yarn took the dye differently, so a row's colours shift a little all along.
    lab = vary(palette.lab[design].reshape(-1, 3), random, 0.03, 0.009).reshape(rows, columns, 3)
    lab += random.normal(size=(rows, 1, 3)) * [0.03, 0.008, 0.008]
    yarn = oklab_to_colors(lab)

    u = canvas.x / _ACROSS + 1 + 0.35 * canvas.cloud(random, 0.07, 2)
    v = canvas.y / _DOWN + 1 + 0.35 * canvas.cloud(random, 0.06, 2)
    row = np.floor(v)
    u = u + 0.5 * (row % 2)  # like bricks, for the weft goes over and under by turns
    column = np.floor(u)
    i, j = row.astype(int) % rows, column.astype(int) % columns
    across, along = 2 * (v - row) - 1, 2 * (u - column) - 1
    dome = np.sqrt(np.clip(1 - 0.92 * across**2, 0, 1) * np.clip(1 - 0.8 * along**4, 0, 1))
    fuzz = canvas.cloud(random, 0.0035, 2)
    twist = np.sin(9 * along + 4 * across + 3 * fuzz)
    canvas.lay(yarn[i, j])
    canvas.shade(0.42 + 0.64 * dome + 0.07 * twist + 0.07 * fuzz)
    canvas.paint[..., 3] = canvas.blur(dome, 0.0009)
    canvas.light(0.0035, 0.35)


def _design(rows: int, columns: int, random: np.random.Generator) -> Design:
    """Return the colour number of every knot, `(rows, columns)`: broad bands in turn, narrow borders between them."""
    bands: list[Design] = []
    broad = random.permutation(len(_BANDS))
    while sum(len(band) for band in bands) < rows:
        height, draw_band = _BANDS[broad[0]]
        broad = np.roll(broad, -1)
        row, column = np.mgrid[:height, :columns]
        bands += [draw_band(row, column, _colors(random)), _border(columns, random), _border(columns, random)]
    return np.concatenate(bands)[:rows]


def _colors(random: np.random.Generator) -> Design:
    """Return all colours in random order, dark and light alternating."""
    dark = random.permutation([_BLACK, _INDIGO, _WINE, _TEAL, _RED])
    light = random.permutation([_CREAM, _GOLD, _ORANGE, _SKY, _GREEN])
    return np.stack([dark, light], 1).ravel()


def _diamonds(row: Design, column: Design, colors: Design) -> Design:
    """Draw large stepped diamonds within each other, in two alternating kinds."""
    steps = np.floor(np.abs(row - 17.5) * 13 / 36) * 2  # two rows in, two knots nearer
    ring = ((np.abs(column % 26 - 12.5) + steps) // 3).astype(int)
    inside = colors[np.minimum(ring, 4) + np.where(column // 26 % 2 == 0, 0, 3)]
    band: Design = np.where(ring > 4, colors[5 + ring % 2], inside)
    return band


def _zigzag(row: Design, column: Design, colors: Design) -> Design:
    """Draw parallel zigzags."""
    fold = np.abs(column % 22 - 11) // 2 * 2
    band: Design = colors[(row + fold) // 4 % 6]
    return band


def _hooks(row: Design, column: Design, colors: Design) -> Design:
    """Draw running hooks, one row upright and one inverted."""
    upper = row < 8
    hook = _HOOK[np.where(upper, row, 15 - row), (column + 4 * upper) % 8]
    return np.where(hook == 1, colors[column // 8 % 2 * 2], colors[np.where(upper, 1, 3)])


def _teeth(row: Design, column: Design, colors: Design) -> Design:
    """Draw triangles in three alternating colours, each with an eye."""
    beside = np.abs(column % 14 - 6.5)
    tooth = beside < (row // 2 * 2 + 1) / 2
    eye = (beside < 2) & (np.abs(row - 10) < 2)
    return np.where(eye, colors[3], np.where(tooth, colors[column // 14 % 3 * 2], colors[1]))


def _border(columns: int, random: np.random.Generator) -> Design:
    """Draw a border of five rows: plain, dotted, plain."""
    colors = _colors(random)
    dotted = colors[np.arange(columns) // 2 % 2]
    return np.stack([np.full(columns, colors[2]), dotted, dotted, *[np.full(columns, colors[3])] * 2])


# Rows of each broad band, and the function that draws it.
_BANDS = ((36, _diamonds), (22, _zigzag), (16, _hooks), (15, _teeth))
