"""Styles that pinxit draws itself: pictures as code, the same at every resolution, each in a manner of its own.

They make the demo, the tests and the documentation independent of anybody's pictures, and they are an endless supply:
another seed is another composition, another palette another mood.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.picture import Picture

# Name → what it looks like. The manner's file has the same name and is imported when it is drawn.
_MANNERS = {
    "swirl": "swirling oil strokes along a night wind",
    "glass": "stained glass: bright panes between leads",
    "mosaic": "tesserae laid along the forms, in grout",
    "woodcut": "lines carved with the form, ink on warm paper",
    "pointillism": "dots of divided colour",
    "ink": "ink wash: mountains in mist, wet and dry brush",
    "watercolour": "glazes with dark edges and granulation",
    "halftone": "pop art: bold colours through dot screens",
    "waves": "seigaiha: overlapping waves in indigo and ochre",
    "facets": "cubist planes, shaded from edge to edge",
    "impasto": "thick paint under the palette knife, lit from above",
    "crayon": "waxy scribbles on grainy paper",
    "marbling": "combed inks floating on water",
    "weave": "a tapestry of over- and underlying threads",
    "pencil": "graphite cross-hatching on toned paper",
}
MIN_SIZE, MAX_SIZE = 16, 8192


def names() -> tuple[str, ...]:
    """What `draw` knows."""
    return tuple(_MANNERS)


def describe(name: str) -> str:
    """One line on the manner called `name`."""
    return _MANNERS[_known(name)]


def draw(name: str, size: int | tuple[int, int] = 768, seed: int = 0, palette: Sequence[str] | None = None) -> Picture:
    """Draw a style.

    Args:
        name: one of `names()`.
        size: the side, or height and width, px, 16 to 8192.
        seed: another number, another composition in the same manner.
        palette: colours as `#rrggbb`, dark to light, instead of the style's own.

    Returns:
        A picture of that size, the same for the same arguments.

    Raises:
        PinxitError: for an unknown name, a size out of range, or something that is no colour.
    """
    from pinxit.styles.canvas import Canvas
    from pinxit.styles.palette import Palette

    height, width = (size, size) if isinstance(size, int) else size
    if not (min(height, width) >= MIN_SIZE and max(height, width) <= MAX_SIZE):
        raise PinxitError(f"a style is drawn from {MIN_SIZE} to {MAX_SIZE} px a side, not {width}×{height}.")
    manner = importlib.import_module(f"pinxit.styles.{_known(name)}")
    canvas = Canvas(height, width, seed)
    manner.draw(canvas, Palette(palette or manner.PALETTE))
    return canvas.picture()


def sheet(cell: int = 256) -> Picture:
    """All styles with their names on one picture, `cell` px each."""
    from pinxit.styles.contact import sheet as drawn

    return drawn([(name, draw(name, cell)) for name in names()], cell)


def _known(name: str) -> str:
    if name not in _MANNERS:
        near = difflib.get_close_matches(name, _MANNERS, n=1)
        hint = f"did you mean house:{near[0]}?" if near else f"choose one of {', '.join(_MANNERS)}."
        raise PinxitError(f"there is no style house:{name}: {hint}")
    return name
