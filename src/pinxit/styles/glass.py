"""Stained glass: a rose window. Rings of petals, roundels and arches, as many in each ring as make panes of one size.

Every pane is a closed outline of uneven glass; lead lines run round it, and the light comes from behind, strongest in
the middle.
"""

from __future__ import annotations

import numpy as np

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.outline import oval
from pinxit.styles.palette import Floats, Palette, vary

PALETTE = ("#160c2e", "#2438a8", "#9c1436", "#6d35a3", "#0f7f80", "#2b6ee0",
           "#e8382c", "#2fa05a", "#ef8a22", "#6fc3df", "#f8cf3f", "#fdf3cf")  # fmt: skip
_LEAD, _BLUE, _RUBY, _VIOLET, _TEAL, _COBALT, _RED, _GREEN, _ORANGE, _SKY, _GOLD, _WHITE = range(12)
_FIELDS = (_BLUE, _COBALT, _TEAL, _BLUE, _VIOLET, _COBALT)
_FIGURES = (_RED, _GOLD, _RUBY, _ORANGE, _GREEN, _SKY)
_HEARTS = (_GOLD, _WHITE, _SKY, _ORANGE, _RED)
_RING = 0.1  # one ring's breadth: a pane is about a fifteenth of the side, its parts a third of that


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Draw panes and leads ring by ring, then the light through them."""
    centre = np.array([canvas.right, canvas.bottom]) * random.uniform(0.46, 0.54, 2)
    far = float(np.hypot(*np.maximum(centre, [canvas.right - centre[0], canvas.bottom - centre[1]])))
    base = int(random.choice([8, 10, 12]))  # every ring's count is a multiple of it
    inner, figure = 0.0, _HUB
    while inner < far:
        outer = inner + _RING * random.uniform(0.8, 1.1) * (1.2 if figure is _HUB else 1)
        count = base * max(1, round(np.pi * (inner + outer) / (outer - inner) / base))
        places = np.arange(count) + random.integers(2) / 2
        for outline, glasses in zip(figure, (_FIELDS, _FIGURES, _HEARTS, _HEARTS), strict=False):
            panes = np.stack([_bend(outline, centre, inner, outer, 2 * np.pi / count, place) for place in places])
            colors = palette.lab[np.resize(random.choice(glasses, 2 if glasses is _FIELDS else 1), count)]
            _glaze(canvas, panes, vary(colors, random, 0.045, 0.02), palette)
        inner, figure = outer, _RINGS[random.integers(len(_RINGS))]
    _shine(canvas, random, centre, palette)


def _glaze(canvas: Canvas, panes: Floats, colors: Floats, palette: Palette) -> None:
    """Set panes in lead: colour without relief, lead as a round bar."""
    canvas.shapes(panes, oklab_to_colors(colors))
    bars = np.concatenate([panes, panes[:, :1]], 1)
    canvas.strokes(bars, np.full(len(bars), 0.0070), 0.55 * palette[_LEAD], 0.6, (1, 1))
    canvas.strokes(bars, np.full(len(bars), 0.0032), palette[_LEAD], 1.0, (1, 1))


def _shine(canvas: Canvas, random: np.random.Generator, centre: Floats, palette: Palette) -> None:
    """Shine light through streaky, bubbly glass, dimmer near the leads where dirt gathers, with a bloom over all."""
    lead = (canvas.paint[..., 3] * 2).clip(0, 1)
    dirt = canvas.blur(lead, 0.011)
    streaks = canvas.cloud(random, 0.035, 3, stretch=(0.45, 1.6)) + 0.7 * canvas.cloud(random, 0.006, 2)
    distance = np.hypot(canvas.x - centre[0], canvas.y - centre[1])
    sun = 1.5 - 0.4 * np.clip(distance / 0.7, 0, 1)
    bright = sun * (1.18 - 0.5 * dirt) * (1 + 0.17 * streaks)
    canvas.shade(bright + (1 - bright) * lead)
    canvas.lay(palette[_WHITE], (1 - lead) * (0.30 * streaks - 0.06 + 0.3 * (0.6 - dirt)).clip(0, 0.5))
    canvas.light(0.004, 0.9)
    bloom = canvas.blur(canvas.paint[..., :3], 0.012)
    canvas.paint[..., :3] += 0.16 * bloom * (1 - canvas.paint[..., :3])


def _bend(outline: Floats, centre: Floats, inner: float, outer: float, width: float, place: float) -> Floats:
    """Map a ring's field, `u` across in [-½, ½] and `v` outwards in [0, 1], to the window; `width` is in radians."""
    angle, radius = (outline[:, 0] + place) * width, inner + (outer - inner) * outline[:, 1]
    bent: Floats = centre + radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1)
    return bent


def _field() -> Floats:
    """Return the whole field, with enough points along its edges to bend them."""
    side = np.linspace(-0.5, 0.5, 11)
    return np.concatenate([np.stack([side, np.zeros(11)], 1), np.stack([-side, np.ones(11)], 1)])


def _foil(size: float, lobes: int) -> Floats:
    """Return a circle with dents between its lobes, in the field's middle."""
    circle = oval(size)
    turn = np.arctan2(circle[:, 1], circle[:, 0])
    return [0, 0.5] + circle * (1 - 0.24 * np.abs(np.sin(lobes * turn / 2)))[:, None]


def _petal(width: float, low: float, high: float) -> Floats:
    """Return a leaf from `low` to `high`, broadest above the middle."""
    u, v = oval(1, 0.5, 0, 0.5).T
    return np.stack([width * u * (0.75 + 0.35 * v), low + (high - low) * v], 1)


def _arch(width: float, high: float) -> Floats:
    """Return a round arch that stands on the ring below."""
    v = np.linspace(0, 1, 14)
    half = width * np.sqrt(1 - ((v - 0.4) / 0.6).clip(0, 1) ** 2)
    right = np.stack([half, 0.03 + (high - 0.03) * v], 1)
    return np.concatenate([right, (right * [-1, 1])[::-1]])


# What fills a ring's fields, each part lying on the one before; and the middle, whose fields are wedges.
_RINGS = (
    (_field(), _petal(0.42, 0.02, 0.96), _petal(0.2, 0.12, 0.7)),
    (_field(), oval(0.42, 0.42, 0, 0.5), oval(0.22, 0.22, 0, 0.5)),
    (_field(), _foil(0.45, 4), oval(0.17, 0.17, 0, 0.5)),
    (_field(), _arch(0.4, 0.95), oval(0.19, 0.19, 0, 0.5)),
    (_field(), _petal(0.46, 0.0, 1.0), _petal(0.26, 0.15, 0.85), oval(0.1, 0.1, 0, 0.56)),
)
_HUB: tuple[Floats, ...] = (_field(), _petal(0.5, 0.15, 1.0))
