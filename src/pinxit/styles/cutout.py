"""Paper cut-outs: leaves and stars cut from painted paper and pasted on coloured sheets.

Every sheet was brushed with gouache before it was cut, so its colour is streaked; what lies on top casts a small
shadow. Sheets divide the picture, every sheet carries one large leaf, and small pieces fill the rest.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas, marks
from pinxit.styles.outline import almond, box, oval, placed
from pinxit.styles.palette import Floats, Palette, vary

PALETTE = ("#191a2e", "#1f3f9a", "#8a1f4f", "#1f6f5a", "#d42f3a", "#2f8fcf",
           "#ee6f9a", "#f47d2c", "#6fb86a", "#a9cfe0", "#f6c63a", "#fbf3e0")  # fmt: skip
_BLACK, _BLUE, _WINE, _GREEN, _RED, _SKY, _PINK, _ORANGE, _LIME, _PALE, _YELLOW, _WHITE = range(12)
# A finger of a leaf: slender where it leaves the stem, round at its end.
_FINGER = (0.45, 0.6, 0.72, 0.82, 0.92, 1.0, 1.0, 0.95, 0.75, 0.25)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw sheets, large leaves and small pieces, each layer streaked and with its shadow."""
    sheets = _sheets(canvas, random)
    grounds: list[int] = []
    for _ in sheets:  # no sheet like one of the three before it, which mostly are its neighbours
        grounds.append(int(random.choice([hue for hue in range(12) if hue not in (_PALE, *grounds[-3:])])))
    torn: list[Floats] = [box(*sheet) + random.normal(0, 0.004, (4, 2)) for sheet in sheets]
    _paste(canvas, random, palette, torn, grounds)

    leaves: list[Floats] = []
    hues: list[int] = []
    for (left, top, right, bottom), ground in zip(sheets, grounds, strict=True):
        long, short = max(right - left, bottom - top), min(right - left, bottom - top)
        turn = random.normal(0, 0.16) + np.pi * random.integers(2) + (np.pi / 2 if right - left > bottom - top else 0)
        leaf = _leaf(random, long * 0.46, short * 0.46)
        leaves += [placed(finger, (left + right) / 2, (top + bottom) / 2, turn=turn) for finger in leaf]
        # Colours are numbered by their lightness: five steps away stand out.
        hues += [int(random.choice([hue for hue in range(12) if abs(hue - ground) >= 5]))] * len(leaf)
    _paste(canvas, random, palette, leaves, hues)

    pieces = []
    for x, y in zip(*canvas.scatter(random, 0.088, 0.42), strict=True):
        kind = (_star, _leaflet, _leaflet, _pebble)[random.integers(4)]
        pieces.append(placed(kind(random), x, y, random.uniform(0.014, 0.024), random.uniform(0, 6)))
    bright = random.choice([_WHITE, _YELLOW, _BLACK, _RED, _ORANGE, _PALE, _PINK], len(pieces))
    _paste(canvas, random, palette, pieces, bright.tolist())
    canvas.shade(1 + 0.03 * canvas.cloud(random, 0.0035, 2) + 0.03 * canvas.cloud(random, 0.1, 3))


def _paste(
    canvas: Canvas, random: np.random.Generator, palette: Palette, outlines: list[Floats], hues: list[int]
) -> None:
    """Glue pieces on: the shadow of all first, then the pieces, brushed this way and that."""
    cut = Canvas(canvas.height, canvas.width)
    # The relief says that there is a piece, and whether it was brushed along or down.
    brushed = np.where(random.random(12) < 0.5, 0.6, 1.0)[hues]
    cut.shapes(outlines, oklab_to_colors(vary(palette.lab, random, 0.02, 0.01))[hues], brushed)
    cover = (cut.paint[..., 3] / 0.6).clip(0, 1)
    offset = max(1, round(0.0035 / canvas.pixel))
    thrown = np.pad(cover, ((offset, 0), (offset, 0)), mode="edge")[:-offset, :-offset]
    canvas.shade(1 - 0.5 * thrown * (1 - cover))
    along, down = (canvas.cloud(random, 0.010, 3, stretch=stretch) for stretch in ((7, 0.5), (0.5, 7)))
    streak = np.where(cut.paint[..., 3] > 0.8, along, down)
    # Drawn on black, a piece is darkened where it ends: undo that, for its cover is counted when it is laid.
    color = cut.paint[..., :3] / np.maximum(cover, 0.1)[..., None]
    canvas.lay((color * (1 + 0.13 * streak)[..., None]).clip(0, 1), cover)


def _sheets(canvas: Canvas, random: np.random.Generator) -> list[tuple[float, float, float, float]]:
    """Cut the picture into sheets of a fifth to a third of its side: left, top, right, bottom."""
    uncut, sheets = [(0.0, 0.0, canvas.right, canvas.bottom)], []
    while uncut:
        left, top, right, bottom = uncut.pop()
        share = random.uniform(0.4, 0.6)
        if max(right - left, bottom - top) < random.uniform(0.2, 0.36):
            sheets.append((left, top, right, bottom))
        elif right - left > bottom - top:
            cut = left + share * (right - left)
            uncut += [(left, top, cut, bottom), (cut, top, right, bottom)]
        else:
            cut = top + share * (bottom - top)
            uncut += [(left, top, right, cut), (left, cut, right, bottom)]
    return sheets


def _leaf(random: np.random.Generator, length: float, breadth: float) -> list[Floats]:
    """Return a leaf like seaweed: fingers on both sides of a bending stem of that half length and half breadth."""
    pairs = int(random.integers(4, 7))
    bend = random.normal(0, 0.3) * breadth
    t = np.linspace(0, 1, 12)

    def stem(at: Floats) -> Floats:
        return np.stack([bend * (1 - (2 * at - 1) ** 2), length * (1 - 2 * at)], -1)

    lines, widths = [stem(0.9 * t)], [0.3 * breadth]
    for pair in range(pairs + 1):
        place = (pair + 0.35) / (pairs + 0.7)
        far = breadth * (0.35 + 0.75 * np.sin(np.pi * (0.2 + 0.65 * place))) * random.uniform(0.8, 1.05)
        for side in (-1, 1):
            # A finger leaves sideways and turns up, the steeper the higher it sits.
            finger = np.stack([side * np.sin(1.45 * t), -(0.25 + 0.55 * place) * t - 0.25 * t * t], 1)
            lines.append(stem(np.array(place)) + far * finger)
            widths.append(2 * length / (pairs + 0.7) * random.uniform(0.68, 0.8))
    return list(marks(np.stack(lines), np.array(widths), _FINGER))


def _star(random: np.random.Generator) -> Floats:
    """Return a star with five to eight tips."""
    tips = int(random.integers(5, 9))
    angle, radius = np.arange(2 * tips) * np.pi / tips, np.tile([1.1, 0.45], tips)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def _leaflet(random: np.random.Generator) -> Floats:
    """Return a slender leaf."""
    return 1.5 * almond(random.uniform(0.3, 0.5))


def _pebble(random: np.random.Generator) -> Floats:
    """Return a round shape that is no exact circle."""
    circle = oval(0.75)
    turn = np.arctan2(circle[:, 1], circle[:, 0])
    bumps = 1 + 0.18 * np.cos(2 * turn + random.uniform(0, 6)) + 0.1 * np.cos(3 * turn)
    return np.stack([circle[:, 0] * bumps, circle[:, 1] * bumps], 1)
