"""Gold leaf: a tree of spirals on gold, with rosettes, eyes and patchwork between its branches.

Circles are packed until the picture is full. The large ones become spirals whose ends run on into the trunk, the small
ones ornaments; below, a meadow of rosettes. The ground is leaf after leaf of beaten gold, dented and a little torn.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.outline import almond, box, oval, placed
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#1a1320", "#5a2a14", "#1f3a6e", "#7a1f3a", "#1f6a5a", "#8f5a14",
           "#c4442c", "#5f7fb8", "#c8922a", "#e2b94a", "#f0dc9a", "#fbf6e4")  # fmt: skip
_BLACK, _UMBER, _BLUE, _WINE, _GREEN, _BRONZE, _RED, _SKY, _GOLD, _LEAF, _SHINE, _WHITE = range(12)
_MEADOW = 0.74  # from here down no spirals
_LARGE = 0.036  # a circle that has room for a spiral

Circle = tuple[float, float, float]  # x, y, radius
Part = tuple[Floats, int, float]  # an outline, the number of its colour, its height


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Gild, draw the tree, set the ornaments."""
    _gild(canvas, random, palette)
    circles = _pack(canvas, random)
    _tree(canvas, random, palette, [circle for circle in circles if circle[2] > _LARGE])
    parts: list[Part] = []
    for x, y, size in circles:
        if size > _LARGE:
            kind, size = _jewel, size * 0.2
        else:
            kinds = (_rosette, _rosette, _patch, _eye) if y < _MEADOW * canvas.bottom else (_rosette, _rosette, _patch)
            kind = kinds[random.integers(len(kinds))]
        turn = random.normal(0, 0.2) if kind is _patch else random.uniform(0, 6)
        parts += [(placed(outline, x, y, size, turn), hue, high) for outline, hue, high in kind(random)]
    colors = vary(palette.lab[[hue for _, hue, _ in parts]], random, 0.025, 0.01)
    canvas.shapes(
        [outline for outline, _, _ in parts], oklab_to_colors(colors), np.array([high for _, _, high in parts])
    )
    canvas.paint[..., 3] += 0.05 * canvas.cloud(random, 0.005, 2)
    canvas.light(0.0055, 0.8, gloss=0.35)


def _gild(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Lay leaves of gold that overlap like tiles, each of its own tone and wrinkled; the ground shows through tears."""
    lab, side = palette.lab, 0.085
    u, v = canvas.x / side + 0.15 * np.sin(9 * canvas.y), canvas.y / side
    column, row = np.floor(u).astype(int), np.floor(v).astype(int)
    tone = random.normal(0, 1, (256, 256)).astype(np.float32)[row % 256, column % 256]
    seam = canvas.smooth(0.0012 - np.minimum(u - column, v - row) * side)
    wrinkle, dent = canvas.cloud(random, 0.03, 4), canvas.cloud(random, 0.008, 3)
    gold = mix(lab[_GOLD], lab[_LEAF], np.clip(0.5 + 0.25 * tone + 0.6 * wrinkle, 0, 1))
    gold = mix(gold, lab[_SHINE], np.clip(1.1 * wrinkle + 0.5 * dent - 0.25, 0, 0.9))
    gold = mix(gold, lab[_BRONZE], np.clip(-0.9 * wrinkle - 0.5 * dent - 0.15, 0, 0.85))
    canvas.lay(oklab_to_colors(mix(gold, lab[_UMBER], 0.55 * seam + np.clip(-1.5 * dent - 1.0, 0, 0.45))))
    canvas.paint[..., 3] = 0.25 + 0.12 * dent + 0.1 * wrinkle


def _pack(canvas: Canvas, random: np.random.Generator) -> list[Circle]:
    """Pack circles that do not overlap, large ones first, each as large as its place allows."""
    placed_so_far = np.zeros((0, 3))
    edge = np.array([canvas.right, canvas.bottom]) + 0.03
    for radius, tries in ((0.095, 260), (0.06, 420), (0.034, 900), (0.02, 1800), (0.012, 3200)):
        for x, y in random.uniform(-0.03, edge, (round(tries * canvas.right * canvas.bottom), 2)):
            if radius > _LARGE and y > _MEADOW * canvas.bottom:
                continue
            away = np.hypot(placed_so_far[:, 0] - x, placed_so_far[:, 1] - y) - placed_so_far[:, 2]
            room = away.min(initial=radius + 0.004) - 0.004
            if room > 0.72 * radius:
                placed_so_far = np.concatenate([placed_so_far, [[x, y, min(room, radius)]]])
    return [(float(x), float(y), float(size)) for x, y, size in placed_so_far]


def _tree(canvas: Canvas, random: np.random.Generator, palette: Palette, circles: list[Circle]) -> None:
    """Draw every circle's spiral, and a stem that leads its outer end down to the root in one sweep."""
    root = np.array([canvas.right * random.uniform(0.4, 0.6), canvas.bottom * 1.02])
    curls, stems = [], []
    for x, y, size in circles:
        # On the right of the root spirals turn one way, on the left the other, so that all open downwards.
        hand = 1 if x > root[0] else -1
        steps = np.linspace(0, 1, 90)[:, None]
        angle = hand * (2 * np.pi * random.uniform(2.2, 3.0) * (steps - 1) + np.pi / 2) + (0 if hand > 0 else np.pi)
        curl = [x, y] + size * steps * np.concatenate([np.cos(angle), np.sin(angle)], 1)
        end, ahead = curl[-1], (curl[-1] - curl[-3]) / np.linalg.norm(curl[-1] - curl[-3])
        reach = np.linalg.norm(root - end)
        before_root = root + np.array([0.12 * (end[0] - root[0]), -0.45 * reach])
        stems.append(_bezier(end, end + 0.3 * reach * ahead, before_root, root))
        curls.append(curl)
    widths = np.array([0.006 + 0.09 * size for _, _, size in circles])
    for share, hue, high in ((1.0, _BLACK, 0.5), (0.72, _UMBER, 0.7), (0.3, _BRONZE, 0.85)):
        colors = oklab_to_colors(vary(np.repeat(palette.lab[[hue]], len(circles), 0), random, 0.015, 0.006))
        canvas.strokes(np.stack(stems), widths * share, colors, high, (1.1, 1.3, 1.6, 2.4))
        canvas.strokes(np.stack(curls), widths * share, colors, high, (0.35, 0.6, 0.8, 0.95, 1.1))


def _bezier(start: Floats, one: Floats, two: Floats, end: Floats) -> Floats:
    """Return Bézier's cubic curve, `(40, 2)`."""
    t = np.linspace(0, 1, 40)[:, None]
    curve: Floats = (1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * one + 3 * (1 - t) * t**2 * two + t**3 * end
    return curve


def _jewel(random: np.random.Generator) -> list[Part]:
    return [(oval(1.0), _BLACK, 0.6), (oval(0.7), int(random.choice([_RED, _SKY, _WHITE, _GREEN])), 0.9)]


def _rosette(random: np.random.Generator) -> list[Part]:
    """Draw a flower of petals around rings."""
    field, petal, heart = (
        int(hue) for hue in random.permutation([_RED, _BLUE, _WINE, _GREEN, _SKY, _WHITE, _BRONZE])[:3]
    )
    angles = np.linspace(0, 2 * np.pi, int(random.integers(6, 10)), endpoint=False)
    petals = [(oval(0.2, 0.2, 0.6 * np.cos(angle), 0.6 * np.sin(angle)), petal, 0.9) for angle in angles]
    return [
        (oval(0.96), _BLACK, 0.5),
        (oval(0.86), field, 0.7),
        *petals,
        (oval(0.36), _LEAF, 0.9),
        (oval(0.2), heart, 1.0),
    ]


def _eye(random: np.random.Generator) -> list[Part]:
    """Draw an almond with an iris."""
    iris = int(random.choice([_BLUE, _GREEN, _BRONZE]))
    lid = almond(0.55)
    return [(lid, _BLACK, 0.5), (lid * 0.8, _WHITE, 0.7), (oval(0.36), iris, 0.9), (oval(0.17), _BLACK, 1.0)]


def _patch(random: np.random.Generator) -> list[Part]:
    """Draw a square of smaller ones, black, white and coloured."""
    parts: list[Part] = [(box(-0.78, -0.78, 0.78, 0.78), _BLACK, 0.5)]
    hues = random.choice([_WHITE, _LEAF, _RED, _BLUE, _SKY, _SHINE, _GREEN, _BLACK], (3, 3))
    for row, column in np.ndindex(3, 3):
        left, top = 0.5 * column - 0.72, 0.5 * row - 0.72
        parts.append((box(left, top, left + 0.44, top + 0.44), int(hues[row, column]), 0.8))
    return parts
