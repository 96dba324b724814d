"""Flat art to train on: grounds, gradients, shapes, icons, lines and text, which photographs do not show.

Without them a network lays texture over even areas, and rings around the edges of icons and letters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pinxit.image import Picture

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WORDS = ("Save", "12:45", "Play", "Level 3", "a b c", "Menu", "OK", "2026", "Hello", "Air", "&", "No. 5")


def draw_flat_art(side: int, seed: int) -> Picture:
    """Draw a picture of flat art.

    Args:
        side: its width and height, px.
        seed: pictures of different seeds differ.
    """
    from PIL import Image, ImageDraw

    rng = np.random.default_rng(seed)
    scale = 2  # drawn larger and reduced, so that edges are smooth
    ground = Image.fromarray(_ground(rng, scale * side))
    draw = ImageDraw.Draw(ground)
    for _ in range(rng.integers(0, 9)):
        _shape(rng, draw, scale * side)
    for _ in range(rng.integers(0, 4)):
        _text(rng, draw, scale * side)
    pixels = np.asarray(ground.resize((side, side), Image.Resampling.BOX), np.float32) / 255
    return Picture(np.ascontiguousarray(np.moveaxis(pixels, 2, 0)))


def _ground(rng: np.random.Generator, side: int) -> NDArray[np.uint8]:
    """Return one colour, or a gradient between two, as bytes `(side, side, 3)`."""
    begin, end = (np.array(_color(rng)) for _ in range(2))
    if rng.random() < 0.4:
        end = begin
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[:side, :side] / side - 0.5
    share = (np.cos(angle) * rows + np.sin(angle) * columns)[..., None] + 0.5
    return np.asarray((begin + share.clip(0, 1) * (end - begin)).round(), np.uint8)


def _color(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = rng.integers(0, 256, 3)
    return int(red), int(green), int(blue)


def _shape(rng: np.random.Generator, draw: ImageDraw, side: int) -> None:
    left, top = rng.uniform(-0.1, 0.8, 2) * side
    width, height = rng.uniform(0.05, 0.5, 2) * side
    box = (left, top, left + width, top + height)
    stroke = int(rng.integers(1, max(2, side // 40)))
    filled = rng.random() < 0.7
    fill, outline = (_color(rng) if filled else None), (None if filled else _color(rng))
    kind = rng.integers(0, 4)
    if kind == 0:
        draw.ellipse(box, fill, outline, stroke)
    elif kind == 1:
        draw.rounded_rectangle(box, rng.uniform(0, 0.5) * min(width, height), fill, outline, stroke)
    elif kind == 2:
        corners = [(left + x * width, top + y * height) for x, y in rng.uniform(0, 1, (rng.integers(3, 7), 2))]
        draw.polygon(corners, fill, outline, stroke)
    else:
        ends = [(x * side, y * side) for x, y in rng.uniform(0, 1, (rng.integers(2, 5), 2))]
        draw.line(ends, _color(rng), stroke)


def _text(rng: np.random.Generator, draw: ImageDraw, side: int) -> None:
    from PIL import ImageFont

    font = ImageFont.load_default(float(rng.uniform(0.04, 0.2) * side))
    left, top = rng.uniform(0, 0.7, 2) * side
    draw.text((left, top), WORDS[rng.integers(len(WORDS))], _color(rng), font)
