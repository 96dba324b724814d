"""Where to cut a picture that meets itself: its place does not matter to the whole, but a calm one is easiest to join."""

from __future__ import annotations

import numpy as np

from pinxit.picture.picture import Picture
from pinxit.picture.wrap import Wrap


def calmest(picture: Picture, wrap: Wrap) -> Picture:
    """The same endless picture, cut where neighbouring rows and columns differ least."""
    height, width = picture.height, picture.width
    before = wrap.take(picture.pixels, (slice(-1, height - 1), slice(0, width)))
    left = wrap.take(picture.pixels, (slice(0, height), slice(-1, width - 1)))
    top = int(np.abs(picture.pixels - before).mean((0, 2)).argmin()) if wrap.rows else 0
    start = int(np.abs(picture.pixels - left).mean((0, 1)).argmin()) if wrap.columns else 0
    return picture.with_pixels(wrap.take(picture.pixels, (slice(top, top + height), slice(start, start + width))))
