"""Where to cut a picture that meets itself: its place does not matter to the whole, but a calm one is easiest to join."""

from __future__ import annotations

import numpy as np

from pinxit.picture.picture import Picture
from pinxit.picture.wrap import Wrap


def calmest(picture: Picture, wrap: Wrap) -> Picture:
    """The same endless picture, cut where neighbouring rows and columns differ least."""
    # Where columns hang lower the further they are, which rows there are depends on where the columns begin.
    for axis in (1, 0) if wrap.drop else (0, 1):
        if (wrap.rows, wrap.columns)[axis]:
            picture = _moved(picture, axis, _calmest_line(picture, axis, wrap), wrap)
    return picture


def _calmest_line(picture: Picture, axis: int, wrap: Wrap) -> int:
    before = _moved(picture, axis, -1, wrap)
    return int(np.abs(picture.pixels - before.pixels).mean((0, 2 - axis)).argmin())


def _moved(picture: Picture, axis: int, lines: int, wrap: Wrap) -> Picture:
    rows, columns = (
        slice(start, start + side)
        for start, side in zip((lines, 0) if axis == 0 else (0, lines), (picture.height, picture.width), strict=True)
    )
    return picture.with_pixels(wrap.take(picture.pixels, (rows, columns)))
