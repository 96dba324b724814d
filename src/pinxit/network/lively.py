"""What is done with a network's painting: it mutes detail, and not alike at all sizes.

So each octave is made as lively as it is in the style image. For the same reason some of the photograph can stay: what an
average of two pictures loses in contrast, the octaves give back, and composition comes at no cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.picture.octaves import Livening, Octaves, between, liven, livened
from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import Colors, Recoloring, colors_of, correcting, recolored

OWN = 0.5
"""So much of the photograph, in the style's colours, is in what is painted."""
MESH = np.array([-1, 4, 10, 4, -1], np.float32) / 16
"""A filter that keeps all but the finest: 1 for what is even, 0 for what alternates."""


@dataclass(frozen=True)
class Lively:
    """What makes a painting livelier: it was found on one, and can be done to others.

    Attributes:
        octaves: maps of their colours.
        correction: of the colours of the whole.
    """

    octaves: Livening
    correction: Recoloring

    def __call__(self, strokes: Pixels, dressed: Pixels) -> Pixels:
        """See `make_lively`."""
        return recolored(livened(_mixed(strokes, dressed), self.octaves), self.correction)

    def toward(self, other: Lively, part: float) -> Lively:
        """What lies between two, found on paintings of the same size."""
        ours, theirs = self.correction, other.correction
        return Lively(
            between(self.octaves, other.octaves, part),
            Recoloring(
                ours.linear + part * (theirs.linear - ours.linear), ours.offset + part * (theirs.offset - ours.offset)
            ),
        )


def make_lively(
    strokes: Pixels, dressed: Pixels, octaves: Octaves, colors: Colors, strength: float
) -> tuple[Pixels, Lively]:
    """A painting `(3, H, W)` with some of the photograph, and with as much detail of each size as the style has.

    Args:
        strokes: what the network painted.
        dressed: the photograph in the style's colours, of the same size.
        octaves: those wanted.
        colors: those wanted of the whole.
        strength: 0 to 1.
    """
    painted, livening = liven(_mixed(strokes, dressed), octaves, strength)
    correction = correcting(colors_of(painted), colors)
    return recolored(painted, correction), Lively(livening, correction)


def _mixed(strokes: Pixels, dressed: Pixels) -> Pixels:
    return dressed + np.float32(1 - OWN) * _calm(strokes - dressed)


def _calm(pixels: Pixels) -> Pixels:
    """Without what changes from each pixel to the next and back: no stroke, but the mesh of a network's last enlargement."""
    import cv2

    planes = [cv2.sepFilter2D(plane, -1, MESH, MESH, borderType=cv2.BORDER_REFLECT_101) for plane in pixels]
    return np.asarray(planes, np.float32)
