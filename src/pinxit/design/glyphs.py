"""Drawings for a theme, which are then painted: glyphs, buttons, faces and a landscape in the scheme's colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import PIL.Image
from PIL import ImageDraw, ImageFilter

from pinxit.design.colors import Color
from pinxit.image import Picture, from_pil
from pinxit.image.picture import Pixels

ICON, AVATAR = 128, 256  # px: sides
BUTTON: Final = (64, 192)  # px: height, width
INSET = 24  # px at each side of a button that are never stretched: its round corners and their rim
_FINE = 4  # oversampling, for soft edges
# Units of the grid that glyphs are drawn on, and the width of its pen.
_GRID, _PEN = 24.0, 3.2

Point = tuple[float, float]


class _Sheet:
    """A drawing in white on black, in units of the grid."""

    def __init__(self) -> None:
        self._unit = ICON * _FINE / _GRID
        self._image = PIL.Image.new("L", (ICON * _FINE, ICON * _FINE))
        self._pen = ImageDraw.Draw(self._image)

    def line(self, *points: Point, width: float = _PEN, ink: int = 255) -> None:
        for x, y in points:
            self.disc(x, y, width / 2, ink)
        scaled = [(x * self._unit, y * self._unit) for x, y in points]
        self._pen.line(scaled, fill=ink, width=round(width * self._unit))

    def shape(self, *points: Point, ink: int = 255) -> None:
        self._pen.polygon([(x * self._unit, y * self._unit) for x, y in points], fill=ink)

    def disc(self, x: float, y: float, radius: float, ink: int = 255) -> None:
        self.oval(x - radius, y - radius, x + radius, y + radius, ink)

    def oval(self, left: float, top: float, right: float, bottom: float, ink: int = 255) -> None:
        self._pen.ellipse([side * self._unit for side in (left, top, right, bottom)], fill=ink)

    def box(self, left: float, top: float, right: float, bottom: float, radius: float = 0.0, ink: int = 255) -> None:
        corners = [side * self._unit for side in (left, top, right, bottom)]
        self._pen.rounded_rectangle(corners, radius * self._unit, fill=ink)

    def ring(self, x: float, y: float, radius: float, width: float = _PEN) -> None:
        self.disc(x, y, radius)
        self.disc(x, y, radius - width, 0)

    def alpha(self) -> Pixels:
        return _alpha(self._image, ICON, ICON)


def _alpha(image: PIL.Image.Image, height: int, width: int) -> Pixels:
    """Return white on black as transparency, at another size."""
    small = np.asarray(image.resize((width, height), PIL.Image.Resampling.BOX), np.float32)
    return np.divide(small, np.float32(255), dtype=np.float32)


def _around(x: float, y: float, radius: float, count: int, turn: float = -90.0) -> list[Point]:
    angles = np.radians(turn + 360 / count * np.arange(count))
    return [(x + radius * float(np.cos(angle)), y + radius * float(np.sin(angle))) for angle in angles]


def _home(pen: _Sheet) -> None:
    pen.line((3, 12), (12, 4), (21, 12), width=2.8)
    pen.shape((5, 11), (12, 4.5), (19, 11), (19, 21), (5, 21))
    pen.box(10, 14.5, 14, 21.5, ink=0)


def _search(pen: _Sheet) -> None:
    pen.line((15, 15), (20.5, 20.5), width=3.6)
    pen.ring(10.5, 10.5, 7.5)


def _heart(pen: _Sheet) -> None:
    turn = np.linspace(0, 2 * np.pi, 90)
    x = 16 * np.sin(turn) ** 3
    y = 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)
    pen.shape(*[(12 + 0.6 * float(a), 11.4 - 0.6 * float(b)) for a, b in zip(x, y, strict=True)])


def _star(pen: _Sheet) -> None:
    outer, inner = _around(12, 12.6, 10.4, 5), _around(12, 12.6, 4.6, 5, -54)
    pen.shape(*[point for pair in zip(outer, inner, strict=True) for point in pair])


def _user(pen: _Sheet) -> None:
    pen.disc(12, 8, 4.8)
    pen.oval(3.2, 14.2, 20.8, 30)
    pen.box(0, 21.5, 24, 24, ink=0)


def _bell(pen: _Sheet) -> None:
    pen.disc(12, 20.2, 2.4)
    pen.oval(5.5, 3, 18.5, 18)
    pen.shape((5.5, 10), (18.5, 10), (20.5, 18), (3.5, 18))
    pen.line((4.2, 18), (19.8, 18), width=1.8)


def _mail(pen: _Sheet) -> None:
    pen.box(2.5, 5, 21.5, 19, 2.4)
    pen.line((3.5, 7.5), (12, 13.5), (20.5, 7.5), width=1.8, ink=0)


def _settings(pen: _Sheet) -> None:
    for x, y in _around(12, 12, 9.2, 8, -67.5):
        pen.line((12, 12), (x, y), width=4)
    pen.disc(12, 12, 7.6)
    pen.disc(12, 12, 3.3, 0)


def _camera(pen: _Sheet) -> None:
    pen.box(2.5, 7, 21.5, 20, 2.6)
    pen.box(8, 4, 16, 10, 1.6)
    pen.disc(12, 13.3, 4.6, 0)
    pen.disc(12, 13.3, 2.7)


def _play(pen: _Sheet) -> None:
    pen.line((7.5, 5.5), (18.5, 12), (7.5, 18.5), (7.5, 5.5))
    pen.shape((7.5, 5.5), (18.5, 12), (7.5, 18.5))


def _check(pen: _Sheet) -> None:
    pen.line((4.2, 12.8), (9.6, 18), (19.8, 6.4), width=3.8)


def _close(pen: _Sheet) -> None:
    pen.line((5.6, 5.6), (18.4, 18.4), width=3.8)
    pen.line((18.4, 5.6), (5.6, 18.4), width=3.8)


def _plus(pen: _Sheet) -> None:
    pen.line((12, 4.5), (12, 19.5), width=3.8)
    pen.line((4.5, 12), (19.5, 12), width=3.8)


def _menu(pen: _Sheet) -> None:
    for y in (6, 12, 18):
        pen.line((4.2, y), (19.8, y), width=3.2)


def _sun(pen: _Sheet) -> None:
    for x, y in _around(12, 12, 9.8, 8):
        pen.line((12, 12), (x, y), width=2.4)
    pen.disc(12, 12, 6.9, 0)
    pen.disc(12, 12, 5.2)


def _moon(pen: _Sheet) -> None:
    pen.disc(11.4, 12.4, 8.8)
    pen.disc(15.4, 8.8, 7.4, 0)


_GLYPHS: Final[dict[str, Callable[[_Sheet], None]]] = {
    "home": _home, "search": _search, "heart": _heart, "star": _star, "user": _user, "bell": _bell, "mail": _mail,
    "settings": _settings, "camera": _camera, "play": _play, "check": _check, "close": _close, "plus": _plus,
    "menu": _menu, "sun": _sun, "moon": _moon,
}  # fmt: skip
GLYPHS: Final = tuple(_GLYPHS)


def glyph(name: str) -> Pixels:
    """Draw the transparency of an icon, `(128, 128)`."""
    pen = _Sheet()
    _GLYPHS[name](pen)
    return pen.alpha()


def button() -> Pixels:
    """Draw the transparency of a button, `(64, 192)`: the round corners lie within `INSET` px, the rest may be stretched."""
    height, width = BUTTON
    image = PIL.Image.new("L", (width * _FINE, height * _FINE))
    edge = 2 * _FINE
    corners = (edge, edge, width * _FINE - edge - 1, height * _FINE - edge - 1)
    ImageDraw.Draw(image).rounded_rectangle(corners, (INSET - 4) * _FINE, fill=255)
    return _alpha(image, height, width)


def disc() -> Pixels:
    """Draw the transparency of an avatar, `(256, 256)`."""
    rows, columns = np.mgrid[0:AVATAR, 0:AVATAR] + 0.5 - AVATAR / 2
    shape = np.clip(AVATAR / 2 - np.hypot(rows, columns), 0, 1)
    # Rounded to eight bits, so that its file keeps it exactly.
    alpha: Pixels = np.divide((shape * 255).round().astype(np.float32), np.float32(255), dtype=np.float32)
    return alpha


def ground(colors: Sequence[Color], height: int, width: int) -> Pixels:
    """Draw a wavy gradient through all colours, `(3, H, W)`.

    Args:
        colors: the colours from top to bottom.
        height: px.
        width: px.
    """
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32) / max(height, width)
    swell = 0.09 * np.sin(columns * 7 + 2 * np.sin(rows * 5)) + 0.05 * np.sin(columns * 17 - rows * 11)
    along = (rows * max(height, width) / height + 0.35 * columns + swell).clip(0, 1.2) / 1.2
    stops = np.array([one.components for one in colors], np.float32)
    return _between(stops, along * (len(stops) - 1))


def landscape(colors: Sequence[Color], height: int, width: int) -> Picture:
    """Draw rows of hills under a sky with a sun, as the content image of a background.

    Args:
        colors: any number of colours; the lightest become the sky.
        height: px.
        width: px.
    """
    ordered = sorted(colors, key=lambda one: -one.luminance)
    sky, land = ordered[: max(2, len(ordered) // 3)], ordered[max(1, len(ordered) // 3) :] or ordered
    pixels = ground([*sky, land[0]], height, width)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    across, span = columns / max(height, width), float(min(height, width))
    far = np.hypot(rows - 0.27 * height, columns - 0.7 * width) / span
    sun = np.array(max(colors, key=lambda one: one.lch[1] * one.lch[0]).components, np.float32)[:, None, None]
    pixels += (sun - pixels) * np.clip((0.125 - far) * span / 2, 0, 1)
    pixels += (sun - pixels) * 0.35 * np.exp(-((far / 0.3) ** 2))
    for number, one in enumerate(land):
        height_of = 0.42 + 0.58 * (number + 0.4) / len(land)
        ridge = (
            height_of + 0.075 * np.sin(across * (5 + 2.3 * number) + 2.1 * number) + 0.02 * np.sin(across * 31 + number)
        )
        share = np.clip((rows / height - ridge) * height / 3, 0, 1)
        depth = np.clip((rows / height - ridge) * 2.2, 0, 0.35)
        hill = np.array(one.components, np.float32)[:, None, None] * (1.06 - depth)
        pixels += (hill - pixels) * share
    return Picture(np.ascontiguousarray(pixels.clip(0, 1), dtype=np.float32))


def face(colors: Sequence[Color], number: int) -> Picture:
    """Draw a head and shoulders on a plain ground, 256 px; another number gives another person."""
    random = np.random.default_rng(number)
    ordered = sorted(colors, key=lambda one: one.luminance)
    back, cloth, hair = (ordered[int(random.integers(len(ordered)))] for _ in range(3))
    skin = ("#f1d3bd", "#d9a983", "#a9714b", "#6f452c")[number % 4]
    side = AVATAR * 2
    image = PIL.Image.new("RGB", (side, side), back.hex)
    pen = ImageDraw.Draw(image)
    long = bool(random.integers(2))
    if long:
        pen.rounded_rectangle((130, 110, 382, 430), 120, fill=hair.hex)
    pen.ellipse((70, 372, 442, 760), fill=cloth.hex)
    pen.rounded_rectangle((216, 300, 296, 420), 36, fill=skin)
    pen.ellipse((166, 122, 346, 350), fill=skin)
    pen.chord((152, 92, 360, 290), 180, 360, fill=hair.hex)
    pen.ellipse((150, 150, 200, 230), fill=hair.hex)
    for x in (222, 290):
        pen.ellipse((x - 9, 232, x + 9, 250), fill="#2a201c")
    pen.arc((226, 262, 286, 306), 20, 160, fill="#8c4a3c", width=7)
    small = image.filter(ImageFilter.GaussianBlur(1)).resize((AVATAR, AVATAR), PIL.Image.Resampling.LANCZOS)
    return from_pil(small)


def _between(stops: Pixels, places: Pixels) -> Pixels:
    """Interpolate colours `(N, 3)` at fractional indices `(H, W)`; return `(3, H, W)`."""
    first = np.clip(np.floor(places).astype(int), 0, max(len(stops) - 2, 0))
    share = (places - first)[None]
    low, high = stops[first], stops[np.minimum(first + 1, len(stops) - 1)]
    mixed: Pixels = (low.transpose(2, 0, 1) * (1 - share) + high.transpose(2, 0, 1) * share).astype(np.float32)
    return mixed
