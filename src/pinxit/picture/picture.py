"""A picture in memory: its pixels, its transparency, and what its file said about itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Picture:
    """Pixels with what belongs to them.

    Attributes:
        pixels: float32 array `(3, H, W)`, range [0, 1], sRGB (gamma-encoded, not linear light), C-contiguous.
            Under transparent parts it holds colour grown in from the visible parts, so that no filter can make a fringe.
        alpha: float32 array `(H, W)`, range [0, 1], straight (not premultiplied), or None where all is opaque.
        exif: the file's EXIF block without orientation, thumbnail and GPS position, or None.
        notes: sentences on what the reader had to decide ("first of 12 frames"), for the person to see.
        xmp: a packet of XMP to write into its file, or None. What a file says there is not read: it is mostly about its place.
        dpi: px to the inch in print, where that was decided.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    exif: bytes | None = None
    notes: tuple[str, ...] = ()
    xmp: bytes | None = None
    dpi: float | None = None

    @property
    def height(self) -> int:
        """H, px."""
        return int(self.pixels.shape[1])

    @property
    def width(self) -> int:
        """W, px."""
        return int(self.pixels.shape[2])

    def with_pixels(self, pixels: Pixels) -> Picture:
        """The same picture with other pixels `(3, H, W)`; alpha must already have their size."""
        return replace(self, pixels=pixels)
