"""A picture in memory: pixels, transparency and metadata."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Gamut: TypeAlias = Literal["srgb", "p3"]


@dataclass(frozen=True)
class Picture:
    """Pixels with their transparency and metadata.

    Attributes:
        pixels: float32 array `(3, H, W)`, range [0, 1], sRGB or P3 (gamma-encoded, not linear light), C-contiguous.
            Transparent parts hold colour extended from the visible parts, so that no filter can make a fringe.
        alpha: float32 array `(H, W)`, range [0, 1], straight (not premultiplied), or None where all is opaque.
        exif: the file's EXIF block without orientation, thumbnail and GPS position, or None.
        notes: sentences for the person on what the reader had to decide ("has 12 frames: the first one is used").
        xmp: a packet of XMP to write into its file, or None. A file's own XMP is not read, since it often holds a place.
        dpi: pixels per inch in print, or None where undecided.
        gamut: the colour space of the pixels; see `pinxit.image.wide_color`.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    exif: bytes | None = None
    notes: tuple[str, ...] = ()
    xmp: bytes | None = None
    dpi: float | None = None
    gamut: Gamut = "srgb"

    @property
    def height(self) -> int:
        """Height, px."""
        return int(self.pixels.shape[1])

    @property
    def width(self) -> int:
        """Width, px."""
        return int(self.pixels.shape[2])

    def with_pixels(self, pixels: Pixels) -> Picture:
        """Return the picture with other pixels `(3, H, W)`, which must have the size of its alpha."""
        return replace(self, pixels=pixels)
