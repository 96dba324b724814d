"""Pointillism: a summer river in dots of pure pigment, which only the eye mixes.

Every dot aims at the colour that lies there, errs a little, and takes the pigment that is nearest: so a tone is divided
into its parts, and here and there its opposite makes it vibrate.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.outline import oval
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#1d2450", "#22516b", "#7b2d5e", "#2f7a4d", "#c8413b", "#5b7fc4",
           "#86a83f", "#ee8a3c", "#a9c9dc", "#f3c64a", "#fbeed2")  # fmt: skip
_NIGHT, _SLATE, _PLUM, _GREEN, _RED, _BLUE, _GRASS, _ORANGE, _SKY, _SUN, _CREAM = range(11)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Paint three layers of dots, smaller ones last, over a thin underpainting."""
    cartoon = _compose(canvas, random, palette)
    pigments = np.concatenate([palette.lab, mix(palette.lab, palette.lab[_CREAM], 0.45)])
    canvas.lay(oklab_to_colors(mix(cartoon.on(canvas, cartoon.lab), palette.lab[_CREAM], 0.15)))
    circle = oval(0.5)[::4]
    for spacing, size, error in ((0.0125, 0.0145, 0.05), (0.0105, 0.0115, 0.075), (0.0125, 0.0085, 0.1)):
        x, y = canvas.scatter(random, spacing)
        aim = vary(cartoon.at(cartoon.lab, x, y), random, error * 0.8, error)
        # Chevreul's contrast: one dot in twelve aims at the opposite hue, as light as its place.
        aim[random.random(len(x)) < 1 / 12] *= [1, -1, -1]
        nearest = ((aim[:, None] - pigments) ** 2).sum(-1).argmin(1)
        sizes = size * random.uniform(0.75, 1.1, (len(x), 1, 1)) * random.uniform(0.85, 1.15, (len(x), 1, 2))
        dots = np.stack([x, y], 1)[:, None] + circle * sizes
        canvas.shapes(
            dots, oklab_to_colors(vary(pigments[nearest], random, 0.015, 0.006)), random.uniform(0.4, 1, len(x))
        )
    canvas.light(0.0025, 0.35)


def _compose(canvas: Canvas, random: np.random.Generator, palette: Palette) -> Cartoon:
    """Draw sky, far bank, river with sails, meadow with shadows and strollers, and a great tree on one side."""
    cartoon, lab = Cartoon(canvas), palette.lab
    x, y, right, bottom = cartoon.x, cartoon.y, cartoon.right, cartoon.bottom
    side = 1 if random.random() < 0.5 else -1
    bank, meadow = bottom * random.uniform(0.36, 0.4), bottom * random.uniform(0.58, 0.63)

    cloud = cartoon.cloud(random, 0.12, 3, stretch=(2, 0.8))
    sky = mix(lab[_SKY], lab[_CREAM], np.clip(0.2 + y / bank * 0.6 + 0.8 * cloud, 0, 1))
    sky = mix(sky, lab[_BLUE], np.clip(0.45 - y / bank - 0.6 * cloud, 0, 0.6))
    cartoon.ground(mix(sky, lab[_ORANGE], 0.35 * np.clip(2 * y / bank - 1.2, 0, 1)))
    leaves = cartoon.cloud(random, 0.035, 3)
    far = y - bank + 0.055 * bottom + 0.05 * cartoon.ridge(random, 0.09, 3)
    woods = mix(lab[_SLATE], lab[_GREEN], 0.5 + leaves)
    cartoon.fill(far > 0, mix(woods, lab[_SKY], 0.3 + 0.3 * leaves.clip(0, 1)))
    _river(cartoon, random, lab, bank, meadow)

    shore = y - meadow - 0.06 * bottom * (x / right - 0.5) * side + 0.012 * cartoon.ridge(random, 0.1, 2)
    grass = mix(lab[_GRASS], lab[_SUN], np.clip(0.35 + 0.8 * cartoon.cloud(random, 0.06, 3, (2.5, 0.6)), 0, 0.9))
    shadow = cartoon.cloud(random, 0.13, 2, stretch=(2.4, 0.55)) + 0.8 * np.clip((shore - 0.22) * 3, -1, 1)
    grass = mix(grass, lab[_GREEN], np.clip(4 * shadow - 0.4, 0, 1))
    cartoon.fill(shore > 0, mix(grass, lab[_SLATE], np.clip(4 * shadow - 1.6, 0, 0.75)))
    for px in _along(random, round(6 * right / bottom), right):
        _stroller(cartoon, random, lab, px, meadow + bottom * random.uniform(0.1, 0.3), side)

    # The tree: a trunk at the edge, and a crown hanging in from above.
    girth = 0.022 + 0.02 * (y / bottom - 0.6).clip(0, 1)
    trunk = (np.abs(x - right * (0.5 - 0.41 * side) - 0.02 * np.sin(y * 7)) < girth) & (y < bottom * 0.86)
    cartoon.fill(trunk, mix(lab[_PLUM], lab[_NIGHT], np.clip(0.6 + leaves, 0, 1)))
    crown = 0.3 - np.hypot((x - right * (0.5 - 0.46 * side)) * 0.75, y - 0.02) + 0.08 * cartoon.cloud(random, 0.07, 2)
    foliage = mix(lab[_GREEN], lab[_GRASS], np.clip(0.4 + 1.3 * leaves, 0, 1))
    foliage = mix(foliage, lab[_NIGHT], np.clip(-1.4 * leaves, 0, 0.8))
    cartoon.fill(crown > 0, mix(foliage, lab[_SUN], np.clip(2 * leaves - 1, 0, 0.9)))
    return cartoon


def _along(random: np.random.Generator, count: int, right: float) -> Floats:
    """Return `count` places from left to right, none too near the next."""
    return right * (np.arange(count) + random.uniform(0.22, 0.78, count)) / count


def _river(cartoon: Cartoon, random: np.random.Generator, lab: Floats, bank: float, meadow: float) -> None:
    """Draw water with light on its ripples, sails on it, and their reflections."""
    ripple = cartoon.cloud(random, 0.02, 2, stretch=(3, 0.5))
    below = cartoon.y - bank
    water = mix(lab[_BLUE], lab[_SKY], np.clip(0.45 + 0.9 * ripple + 0.8 * below, 0, 1))
    water = mix(water, lab[_GREEN], np.clip(0.75 - below / 0.05 + 0.4 * ripple, 0, 0.7))
    cartoon.fill(below > 0, mix(water, lab[_CREAM], np.clip(2 * ripple - 0.8, 0, 1)))
    hull = np.array([[-0.35, 0.02], [0.6, 0.02], [0.45, 0.14], [-0.25, 0.14]])
    for sx in _along(random, round(5 * cartoon.right / cartoon.bottom), cartoon.right):
        sy = bank + (meadow - bank) * random.uniform(0.15, 0.55)
        size = 0.09 + 0.35 * (sy - bank)
        sail = np.array([[0, 0], [0.02, -1], [0.55, -0.1]]) * [random.choice([-1, 1]), 1]
        mirrored = cartoon.inside(sail * [size, -0.8 * size] + [sx, sy + 0.02]) & (ripple > -0.2)
        cartoon.fill(mirrored, mix(lab[_CREAM], lab[_SKY], 0.4))
        cartoon.fill(cartoon.inside(sail * size + [sx, sy]), lab[random.choice([_CREAM, _CREAM, _ORANGE, _SUN])])
        cartoon.fill(cartoon.inside(hull * size + [sx, sy]), lab[random.choice([_PLUM, _RED, _NIGHT])])


def _stroller(cartoon: Cartoon, random: np.random.Generator, lab: Floats, px: float, py: float, side: int) -> None:
    """Draw a lady with a parasol and a long shadow, smaller when farther away."""
    size = 0.16 * (0.35 + py / cartoon.bottom * 0.75)
    skirt = np.array([[-0.08, -0.6], [0.08, -0.6], [0.2, -0.2], [0.24, 0], [-0.24, 0], [-0.2, -0.2]])
    bodice = np.array([[-0.1, -0.85], [0.1, -0.85], [0.07, -0.58], [-0.07, -0.58]])
    parasol = oval(0.34, 0.26, 0, -0.97)[18:]  # its upper half
    shade = np.array([[-0.2, 0], [0.2, 0], [1.3 * side, 0.22], [0.9 * side, 0.25]])
    dress, silk = lab[random.permutation([_RED, _PLUM, _NIGHT, _ORANGE, _BLUE])[:2]]
    for outline, color in (
        (shade, lab[_SLATE]),
        (skirt, dress),
        (bodice, mix(dress, lab[_NIGHT], 0.3)),
        (oval(0.065, 0.075, 0, -0.92), lab[_ORANGE]),
        (parasol, silk),
    ):
        cartoon.fill(cartoon.inside(outline * size + [px, py]), color)
