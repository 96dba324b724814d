"""House styles, which pinxit draws itself: pictures as code, the same at every resolution.

The demo, the tests and the documentation need no other pictures, and the supply is endless: another seed gives another
composition, another palette another mood.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from pinxit.image import Picture

# Description of each style by name. The style's module has the same name and is imported when it is drawn.
_MANNERS = {
    "swirl": "swirling oil strokes: stars and cypresses in a night wind",
    "glass": "stained glass: a rose window's bright panes between leads",
    "mosaic": "tesserae laid row by row round fishes in a sea",
    "woodcut": "lines carved with the form, black ink and two tints on warm paper",
    "pointillism": "dots of divided colour: sails and trees by a river",
    "ink": "ink wash: bamboo before mountains in mist, wet and dry brush",
    "watercolour": "glazes with dark edges and granulation: a garden of poppies",
    "halftone": "pop art: bold colours, black outlines and dot screens",
    "waves": "seigaiha: overlapping waves in indigo, ochre and vermilion",
    "facets": "cubist planes and arcs, shaded from edge to edge",
    "impasto": "thick paint under the palette knife: lamps and wet leaves",
    "crayon": "waxy scribbles on grainy paper: a house among flowers",
    "marbling": "inks floating on water, combed into feathers",
    "weave": "a kilim: stepped diamonds in wool",
    "pencil": "hatching that follows the form: fruit in graphite, sanguine and chalk",
    "goldleaf": "spirals and ornaments on gold leaf",
    "cutout": "leaves of painted paper, cut and pasted",
    "batik": "wax-resist flowers in crackled dye",
}
MIN_SIZE, MAX_SIZE = 16, 8192
# px: smaller pictures are drawn this large and averaged, or strokes would vanish between their pixels.
_LEAST_DRAWN = 384
# Largest ratio of the sides that is drawn: a longer strip is cut from the middle of such a picture.
_LONGEST = 4


def names() -> tuple[str, ...]:
    """Return the names that `draw` accepts."""
    return tuple(_MANNERS)


def describe(name: str) -> str:
    """Return one line on the style called `name`."""
    return _MANNERS[_known(name)]


def draw(name: str, size: int | tuple[int, int] = 768, seed: int = 0, palette: Sequence[str] | None = None) -> Picture:
    """Draw a style.

    Args:
        name: one of `names()`.
        size: the side, or height and width, px, 16 to 8192.
        seed: 0 or more; another number gives another composition in the same style.
        palette: two or more colours as `#rrggbb` instead of the style's own; their lightness decides what they paint.

    Returns:
        A picture of that size, the same for the same arguments.

    Raises:
        PinxitError: for an unknown name, a size or seed out of range, or something that is not a colour.

    Example:
        >>> draw("mosaic", (128, 192)).pixels.shape
        (3, 128, 192)
    """
    height, width = (size, size) if isinstance(size, int) else size
    if not (min(height, width) >= MIN_SIZE and max(height, width) <= MAX_SIZE):
        raise PinxitError(f"a style is drawn from {MIN_SIZE} to {MAX_SIZE} px a side, not {width}×{height}.")
    if seed < 0:
        raise PinxitError(f"a seed is 0 or more, not {seed}.")
    style = importlib.import_module(f"pinxit.styles.{_known(name)}")

    import numpy as np

    from pinxit.styles.canvas import Canvas
    from pinxit.styles.palette import Palette

    drawn_height, drawn_width = max(height, -(-width // _LONGEST)), max(width, -(-height // _LONGEST))
    factor = -(-_LEAST_DRAWN // min(drawn_height, drawn_width))
    canvas = Canvas(drawn_height * factor, drawn_width * factor)
    style.draw(canvas, np.random.Generator(np.random.PCG64(seed)), Palette(style.PALETTE, palette))
    return canvas.picture(factor, (height, width))


def sheet(cell: int = 256) -> Picture:
    """Draw all styles with their names on one picture, `cell` px each."""
    from pinxit.image.contact_sheet import contact_sheet

    return contact_sheet([(name, draw(name, cell)) for name in names()], cell, columns=6)


def _known(name: str) -> str:
    if name not in _MANNERS:
        near = difflib.get_close_matches(name, _MANNERS, n=1)
        hint = f"did you mean house:{near[0]}? " if near else ""
        raise PinxitError(f"there is no style house:{name}: {hint}choose one of {', '.join(_MANNERS)}.")
    return name
