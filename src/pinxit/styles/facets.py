"""Cubism: a still life with a guitar broken into planes.

Long cuts divide the picture, again and again, until the planes are small. Each takes its hue from what lay there and
turns from light to dark along one of its edges; short brush strokes follow it and stop at the next plane. Arcs repeat
the curves of what was broken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.brush import bristles, follow
from pinxit.styles.canvas import Canvas
from pinxit.styles.cartoon import Cartoon
from pinxit.styles.outline import box
from pinxit.styles.palette import Floats, Palette, mix, vary

PALETTE = ("#17171f", "#232f63", "#6a2030", "#175a5c", "#a8382a", "#3f72a6",
           "#5f8f5a", "#d2742c", "#86b3bd", "#e2b04f", "#f5e8c8")  # fmt: skip
_BLACK, _INDIGO, _WINE, _TEAL, _RED, _BLUE, _GREEN, _ORANGE, _SKY, _OCHRE, _IVORY = range(11)


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Break, shade, paint, and draw the edges."""
    still = _still_life(canvas, random, palette)
    cartoon, edges = _shatter(still, random, palette)
    canvas.lay(oklab_to_colors(cartoon.on(canvas, cartoon.lab)))
    for spacing, width, length in ((0.017, 0.017, 0.055), (0.014, 0.010, 0.04)):
        x, y = canvas.scatter(random, spacing)
        lines = follow(cartoon, x, y, length * random.uniform(0.6, 1.1, len(x)), points=5)
        colors = vary(cartoon.at(cartoon.lab, x, y), random, 0.028, 0.008)
        bristles(canvas, random, lines, width * random.uniform(0.7, 1.2, len(x)), colors, hairs=3, contrast=0.028)
    dark = random.random(len(edges)) < 0.7
    ink = np.where(dark[:, None], palette[_BLACK], palette[_IVORY])
    drawn = random.random(len(edges)) < 0.72
    taper = (0.35, 1, 0.8, 1, 0.5)
    canvas.strokes(edges[drawn], random.uniform(0.0018, 0.0055, len(edges))[drawn], ink[drawn], 0.6, taper)
    canvas.light(0.0028, 0.5)


def _still_life(canvas: Canvas, random: np.random.Generator, palette: Palette) -> Cartoon:
    """Draw a guitar, a bottle and fruit on a table, repeated over the width of the picture."""
    cartoon, lab = Cartoon(canvas), palette.lab
    x, y, right, bottom = cartoon.x, cartoon.y, cartoon.right, cartoon.bottom
    wall = mix(lab[_BLUE], lab[_SKY], np.clip(0.5 + 1.5 * cartoon.cloud(random, 0.15, 2), 0, 1))
    wall = mix(wall, lab[_TEAL], np.clip(3 * cartoon.cloud(random, 0.15, 2) - 0.5, 0, 1))
    cartoon.ground(mix(wall, lab[_INDIGO], np.clip(3 * cartoon.cloud(random, 0.15, 2) - 0.7, 0, 1)))
    table = (y > bottom * 0.7 + 0.12 * (x - right / 2)) & (np.abs(x - right / 2) < right * 0.46)
    cartoon.fill(table, mix(lab[_RED], lab[_WINE], np.clip(0.4 + 1.5 * cartoon.cloud(random, 0.1, 2), 0, 1)))
    for place in np.arange(0.5, max(1.0, right), 1.0):
        cx, cy = place + random.uniform(-0.12, 0.12), bottom * random.uniform(0.5, 0.58)
        turn = random.uniform(-0.8, 0.8)
        u, v = (x - cx) * np.cos(turn) + (y - cy) * np.sin(turn), (y - cy) * np.cos(turn) - (x - cx) * np.sin(turn)
        body = np.minimum(np.hypot(u, v - 0.12) - 0.17, np.hypot(u, v + 0.1) - 0.13) < 0
        cartoon.fill((np.abs(u) < 0.026) & (v < 0) & (v > -0.48), lab[_BLACK])
        cartoon.fill(body, mix(lab[_ORANGE], lab[_OCHRE], np.clip(0.5 - 4 * u, 0, 1)))
        cartoon.fill(np.hypot(u, v) < 0.055, lab[_BLACK])
        beside = np.abs(x - cx - random.choice([-1, 1]) * random.uniform(0.26, 0.34))
        bottle = beside < np.where(y < bottom * 0.4, 0.028, 0.075)
        cartoon.fill(bottle & (y > bottom * 0.22) & (y < bottom * 0.8), lab[_GREEN])
        cartoon.fill((beside < 0.06) & (y > bottom * 0.52) & (y < bottom * 0.66), lab[_IVORY])
        for hue in random.choice([_RED, _OCHRE, _GREEN], 4):
            fx, fy = cx + random.uniform(-0.35, 0.35), bottom * random.uniform(0.74, 0.84)
            cartoon.fill(np.hypot(x - fx, y - fy) < 0.055, lab[hue])
    return cartoon


def _shatter(still: Cartoon, random: np.random.Generator, palette: Palette) -> tuple[Cartoon, Floats]:
    """Return the planes as a cartoon, and their edges `(N, 25, 2)`."""
    broken = Cartoon(still)
    whole: list[Floats] = [box(-0.02, -0.02, broken.right + 0.02, broken.bottom + 0.02)]
    edges: list[Floats] = []
    while whole:
        shape = whole.pop()
        x, y = shape.T
        area = 0.5 * abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))
        if area > random.uniform(0.0025, 0.017):
            whole += _cut(shape, random)
            continue
        start, end = np.roll(shape, -int(random.integers(len(shape))), 0)[:2]
        along = (end - start) / (np.linalg.norm(end - start) + 1e-9)
        across = np.array([-along[1], along[0]])
        reach = np.abs((shape - start) @ across).max() + 1e-6
        near = broken.near(shape.mean(0), float(np.ptp(shape, axis=0).max()))
        fall = np.abs((near.x - start[0]) * across[0] + (near.y - start[1]) * across[1]) / reach
        _shade(near, still, random, palette, near.inside(shape), fall, float(np.arctan2(along[1], along[0])))
        edges += list(np.linspace(shape, np.roll(shape, -1, 0), 25, axis=1))
    # Arcs: part of a disc cuts through the planes.
    for _ in range(round(9 * broken.right / broken.bottom)):
        centre = random.uniform([0.1, 0.15], [broken.right - 0.1, broken.bottom - 0.1])
        size, start, sweep = random.uniform(0.06, 0.19), random.uniform(0, 2 * np.pi), random.uniform(1.2, 3.4)
        near = broken.near(centre, size)
        dx, dy = near.x - centre[0], near.y - centre[1]
        away, angle = np.hypot(dx, dy) / size, (np.arctan2(dy, dx) - start) % (2 * np.pi) / sweep
        fall = away if random.random() < 0.5 else angle
        _shade(near, still, random, palette, (away < 1) & (angle < 1), fall, start)
        turn = start + np.linspace(0, sweep, 25)
        edges.append(centre + size * np.stack([np.cos(turn), np.sin(turn)], 1))
    return broken, np.stack(edges)


def _cut(shape: Floats, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Cut a convex shape in two, across its longest side and often aslant."""
    sides = np.roll(shape, -1, 0) - shape
    longest = int(np.argmax(np.hypot(*sides.T)))
    other = (longest + len(shape) // 2) % len(shape)
    start = shape[longest] + sides[longest] * random.uniform(0.28, 0.72)
    end = shape[other] + sides[other] * random.uniform(0.15, 0.85)
    first, second = sorted((longest, other))
    if first != longest:
        start, end = end, start
    return (
        np.concatenate([[start], shape[first + 1 : second + 1], [end]]),
        np.concatenate([shape[: first + 1], [start], [end], shape[second + 1 :]]),
    )


def _shade(
    near: Cartoon, still: Cartoon, random: np.random.Generator, palette: Palette,
    where: NDArray[np.bool_], fall: Floats, angle: float,
) -> None:  # fmt: skip
    """Shade one plane: a hue from the still life, from light to dark or back, as `fall` goes from 0 to 1."""
    lab = palette.lab
    rows, columns = np.nonzero(where)
    if not rows.size:
        return
    # The hue is that of one point, since the mean of all would be dull; one plane in five has another hue.
    point = random.integers(rows.size)
    hue = (
        still.lab[near.place][rows[point], columns[point]]
        if random.random() < 0.8
        else lab[random.integers(1, len(lab))]
    )
    # Darker and lighter in the same hue, a little towards the shadow's and the light's own.
    low, high = hue * [random.uniform(0.4, 0.75), 0.95, 0.95], hue.copy()
    high[0] = min(0.95, hue[0] + random.uniform(0.16, 0.4))
    low = mix(low, lab[random.choice([_BLACK, _INDIGO, _WINE])], 0.25)
    high = mix(high, lab[random.choice([_IVORY, _OCHRE, _SKY])], 0.2)
    share = fall[rows, columns].clip(0, 1)
    near.fill(where, mix(low, high, share if random.random() < 0.5 else 1 - share), angle + random.normal(0, 0.1))
