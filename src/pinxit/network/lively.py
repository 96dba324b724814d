"""What is done with a network's painting: it mutes detail, and not alike at all sizes and in all directions.

So detail of each size and direction is made as lively as it is in the style image. For the same reason some of the photograph
can stay: what an average of two pictures loses in contrast is given back, and composition comes at no cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinxit.picture.directions import Covariances, Maps, directions_of, mix_directions, steer, steered
from pinxit.picture.octaves import Livening, Octaves, between, liven, livened, mix_octaves, octaves_of, scaled
from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import Colors, Recoloring, colors_of, correcting, recolored

OWN = (0.7, 0.7, 0.5, 0.5, 0.2)
"""So much of the photograph, in the style's colours, is in each octave of what is painted, from the finest on; the last number
holds for all that is coarser. Things are known by their fine detail; large forms are the style's."""
MESH = np.array([-1, 4, 10, 4, -1], np.float32) / 16
"""A filter that keeps all but the finest: 1 for what is even, 0 for what alternates."""


@dataclass(frozen=True)
class Detail:
    """How lively the detail of a picture is.

    Attributes:
        directions: by its size and direction.
        octaves: by its size, with its histograms.
    """

    directions: Covariances
    octaves: Octaves


def detail_of(pixels: Pixels) -> Detail:
    """That of a picture `(3, H, W)`."""
    return Detail(directions_of(pixels), octaves_of(pixels))


def mix_detail(several: Sequence[Detail], shares: Sequence[float]) -> Detail:
    """What lies between that of several pictures; the shares add up to 1."""
    directions, octaves = zip(*((detail.directions, detail.octaves) for detail in several), strict=True)
    return Detail(mix_directions(directions, shares), mix_octaves(octaves, shares))


@dataclass(frozen=True)
class Lively:
    """What makes a painting livelier: it was found on one, and can be done to others.

    Attributes:
        directions: maps of their colours.
        octaves: changes of them.
        correction: of the colours of the whole.
    """

    directions: Maps
    octaves: Livening
    correction: Recoloring

    def __call__(self, strokes: Pixels, dressed: Pixels) -> Pixels:
        """See `make_lively`."""
        directed = steered(_mixed(strokes, dressed), self.directions)
        return recolored(livened(directed, self.octaves), self.correction)

    def toward(self, other: Lively, part: float) -> Lively:
        """What lies between two, found on paintings of the same size."""
        ours, theirs = self.correction, other.correction
        return Lively(
            self.directions + np.float32(part) * (other.directions - self.directions),
            between(self.octaves, other.octaves, part),
            Recoloring(
                ours.linear + part * (theirs.linear - ours.linear), ours.offset + part * (theirs.offset - ours.offset)
            ),
        )


def make_lively(
    strokes: Pixels, dressed: Pixels, detail: Detail, colors: Colors, strength: float
) -> tuple[Pixels, Lively]:
    """A painting `(3, H, W)` with some of the photograph, and with detail as lively as the style's.

    Args:
        strokes: what the network painted.
        dressed: the photograph in the style's colours, of the same size.
        detail: what is wanted.
        colors: those wanted of the whole.
        strength: 0 to 1.
    """
    directed, maps = steer(_mixed(strokes, dressed), detail.directions, strength)
    painted, livening = liven(directed, detail.octaves, strength)
    correction = correcting(colors_of(painted), colors)
    return recolored(painted, correction), Lively(maps, livening, correction)


def _mixed(strokes: Pixels, dressed: Pixels) -> Pixels:
    return dressed + scaled(_calm(strokes - dressed), [1 - own for own in OWN])


def _calm(pixels: Pixels) -> Pixels:
    """Without what changes from each pixel to the next and back: no stroke, but the mesh of a network's last enlargement."""
    import cv2

    planes = [cv2.sepFilter2D(plane, -1, MESH, MESH, borderType=cv2.BORDER_REFLECT_101) for plane in pixels]
    return np.asarray(planes, np.float32)
