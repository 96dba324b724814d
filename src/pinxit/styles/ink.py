"""Ink wash: bamboo before mountains in mist. Ink of many strengths on warm paper, wet and dry.

All ink is drawn as density on a sheet of its own: washes of mountains wet in wet, leaves as single pressed strokes, and
stems by a brush so dry that the paper shows through its hairs. Then the paper takes it, unevenly.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas, marks
from pinxit.styles.palette import Floats, Palette, mix

PALETTE = ("#14161c", "#28384c", "#b8321f", "#5d6f78", "#9aa59c", "#d9b98a", "#f1e8d4")
_INK, _INDIGO, _SEAL, _SLATE, _MIST, _TEA, _PAPER = range(7)
# A leaf is pressed broad soon after the brush touches the paper, and leaves it in a point.
_LEAF = (0.05, 0.55, 0.9, 1, 0.95, 0.8, 0.55, 0.3, 0.04)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw paper, sun, mountains, and bamboo from the far to the near."""
    fibre = canvas.cloud(random, 0.009, 3, stretch=(1.8, 0.8))
    stain = canvas.cloud(random, 0.22, 3)
    canvas.lay(
        oklab_to_colors(mix(palette.lab[_PAPER], palette.lab[_TEA], np.clip(0.22 + 0.3 * stain + 0.12 * fibre, 0, 1)))
    )
    side = 1 if random.random() < 0.5 else -1
    dx, dy = canvas.x - canvas.right * (0.5 + 0.24 * side), canvas.y - canvas.bottom * random.uniform(0.17, 0.24)
    disc = canvas.smooth(0.085 - np.hypot(dx, dy) + 0.003 * fibre, 0.004)
    canvas.lay(palette[_SEAL], disc * (0.82 + 0.25 * fibre + 0.2 * stain).clip(0, 1))
    _drift(canvas, random, palette)
    _mountains(canvas, random, palette, fibre)
    # Far bamboo is pale, large and blurred, as if the paper had still been wet.
    for color, strength, size, blur in ((_INDIGO, 0.28, 1.5, 0.006), (_INK, 0.55, 1.1, 0.0018), (_INK, 0.97, 0.9, 0)):
        ink = _bamboo(canvas, random, size, side)
        if blur:
            ink = canvas.blur(ink, blur)
        # Ink pools at the edge of a stroke and sinks into the fibres.
        pool = ink + 0.5 * (ink - canvas.blur(ink, 0.004))
        canvas.lay(palette[color], (pool * strength * (1 + 0.22 * fibre)).clip(0, 1))
    canvas.shade(1 + 0.07 * fibre)


def _drift(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw clouds over the whole sheet with a wide brush that is nearly dry: long pale hairs, in gusts."""
    x, y = canvas.scatter(random, 0.02)
    gust = np.sin(9 * y + 3 * np.sin(2.5 * x + 7)) + random.normal(0, 0.35, len(x))
    x, y = x[gust > -0.1], y[gust > -0.1]
    along = np.linspace(-0.5, 0.5, 9) * random.uniform(0.08, 0.3, (len(x), 1))
    rise = 0.012 * np.sin(9 * (x[:, None] + along) + 12 * y[:, None])
    hairs = np.stack([x[:, None] + along, y[:, None] + rise], -1)
    sheet = Canvas(canvas.height, canvas.width)
    sheet.strokes(hairs, random.uniform(0.001, 0.005, len(x)), random.uniform(0.2, 1, (len(x), 1)), 0, _LEAF)
    canvas.lay(palette[_SLATE], 0.34 * sheet.paint[..., 0])


def _mountains(canvas: Canvas, random: np.random.Generator, palette: Palette, fibre: Floats) -> None:
    """Draw ranges from far to near: each dark along its crest, streaked down its flanks, dissolved in mist below."""
    for number in range(5):
        wet = canvas.cloud(random, 0.05, 3)
        peaks = -0.34 * np.abs(canvas.ridge(random, 0.3 - 0.03 * number, 5))
        depth = canvas.y - canvas.bottom * (0.42 + 0.13 * number) - peaks - 0.008 * wet
        inside, depth = canvas.smooth(depth, 0.004), depth.clip(0)
        steep = (np.gradient(peaks[0])[None] / np.float32(canvas.pixel)).clip(-0.8, 0.8)
        flank = canvas.cloud(random, 0.016, 2, stretch=(0.5, 5)) + 0.9 * steep
        fade = np.exp(-depth / (0.11 + 0.03 * wet.clip(-1, 1)))
        ink = inside * fade * (0.55 + 0.45 * wet + 0.5 * flank + 0.45 * np.exp(-depth / 0.006))
        shade = np.clip(0.2 * number + 0.4 * wet, 0, 1)[..., None]
        color = palette[_SLATE] + (palette[_INDIGO] - palette[_SLATE]) * shade
        canvas.lay(color, (ink * (0.55 + 0.09 * number) * (1 + 0.25 * fibre)).clip(0, 0.95))


class _Strokes:
    """Brush strokes to draw: lines, widths, and the ink of each."""

    def __init__(self, profile: tuple[float, ...]) -> None:
        self.profile = profile
        self.lines: list[Floats] = []
        self.widths: list[float] = []
        self.ink: list[float] = []

    def add(self, line: Floats, width: float, ink: float) -> None:
        self.lines.append(line)
        self.widths.append(width)
        self.ink.append(ink)


def _density(canvas: Canvas, *kinds: _Strokes) -> Floats:
    """Draw all strokes on a sheet as large as the canvas, `(H, W)`, the darker ones last, since ink only adds."""
    ink = np.concatenate([kind.ink for kind in kinds])
    outlines = [mark for kind in kinds for mark in marks(np.stack(kind.lines), np.array(kind.widths), kind.profile)]
    order = np.argsort(ink, kind="stable")
    sheet = Canvas(canvas.height, canvas.width)
    sheet.shapes([outlines[number] for number in order], ink[order, None])
    return sheet.paint[..., 0]


def _bamboo(canvas: Canvas, random: np.random.Generator, size: float, side: int) -> Floats:
    """Return the density of a few stems with their twigs and leaves, `(H, W)`, away from the sun's side."""
    hairs, leaves = _Strokes((1, 1)), _Strokes(_LEAF)
    for _ in range(4 * max(1, round(canvas.right / canvas.bottom))):
        x, y = canvas.right * (0.5 - side * random.uniform(-0.1, 0.52)), canvas.bottom + 0.05
        lean, bow, width = random.normal(0, 0.12), random.normal(0, 0.08), 0.02 * size * random.uniform(0.6, 1.2)
        grown, reach = 0.0, canvas.bottom * random.uniform(0.75, 1.25)
        while grown < reach:
            length = 0.085 * size * random.uniform(0.8, 1.2)
            up = np.linspace(grown, grown + 0.93 * length, 5)
            segment = np.stack([x + lean * up + bow * up**2, y - up], 1)
            _stem(random, hairs, segment, width)
            if grown > 0.12 * canvas.bottom and random.random() < 0.8:
                _twig(random, hairs, leaves, segment[-1], size)
            grown += length
    return _density(canvas, hairs, leaves)


def _stem(random: np.random.Generator, hairs: _Strokes, segment: Floats, width: float) -> None:
    """Draw from one joint to the next with a dry brush: dark at both edges, broken hairs in between."""
    for place in np.linspace(-0.5, 0.5, 9):
        if abs(place) < 0.4 and random.random() < 0.25:
            continue
        start, stop = np.sort(random.uniform(0, 4, 2)) if random.random() < 0.3 else (0, 4)
        x, y = (np.interp(np.linspace(start, stop, 5), range(5), segment[:, axis]) for axis in (0, 1))
        hairs.add(np.stack([x + place * width, y], 1), width / 7, 0.35 + 1.6 * place**2 + random.normal(0, 0.13))
    joint = np.array([[-0.62, 0.1], [-0.3, -0.12], [0, -0.16], [0.3, -0.12], [0.62, 0.1]])
    hairs.add(segment[-1] + joint * width, 0.16 * width, 1.0)


def _twig(random: np.random.Generator, hairs: _Strokes, leaves: _Strokes, start: Floats, size: float) -> None:
    """Draw a thin branch to one side with tufts of hanging leaves."""
    hand = random.choice([-1, 1])
    reach = np.array([hand * random.uniform(0.05, 0.14), -random.uniform(0.02, 0.09)]) * size
    twig = start + reach * np.linspace(0, 1, 5)[:, None] ** [1, 1.3]
    hairs.add(twig, 0.0025 * size, 0.8)
    along = np.linspace(0, 1, 9)[:, None]
    for joint in twig[1:]:
        for angle in random.uniform(0.15, np.pi - 0.15, random.integers(2, 5)):
            far = random.uniform(0.06, 0.12) * size
            leaf = joint + far * (along * [np.cos(angle) + 0.5 * hand, np.sin(angle)] + along**2 * [0, 0.25])
            leaves.add(leaf, far * random.uniform(0.11, 0.17), random.uniform(0.5, 1.0))
