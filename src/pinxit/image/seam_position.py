"""Position of the cut in a picture whose borders meet: any is valid, but the join is least visible where little changes."""

from __future__ import annotations

import numpy as np

from pinxit.image.picture import Picture
from pinxit.image.wrap import Wrap


def cut_at_calmest(picture: Picture, wrap: Wrap) -> Picture:
    """Roll a picture whose borders meet so that it is cut where neighbouring rows and columns differ least."""
    # In a half-drop repeat the rows depend on where the columns begin, so columns come first.
    for axis in (1, 0):
        if (wrap.rows, wrap.columns)[axis]:
            picture = _roll(picture, axis, _calmest_line(picture, axis, wrap), wrap)
    return picture


def _calmest_line(picture: Picture, axis: int, wrap: Wrap) -> int:
    before = _roll(picture, axis, -1, wrap)
    return int(np.abs(picture.pixels - before.pixels).mean((0, 2 - axis)).argmin())


def _roll(picture: Picture, axis: int, lines: int, wrap: Wrap) -> Picture:
    rows, columns = (
        slice(start, start + side)
        for start, side in zip((lines, 0) if axis == 0 else (0, lines), (picture.height, picture.width), strict=True)
    )
    return picture.with_pixels(wrap.take(picture.pixels, (rows, columns)))
