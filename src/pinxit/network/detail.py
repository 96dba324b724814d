"""Restore the detail of a network's painting.

The network loses contrast, unevenly across scale and orientation. Each band of one octave and one orientation is given the
contrast and the colours that it has in the style image, then each octave the shape of its histogram. So some of the
photograph can stay, which keeps the composition: the contrast that an average of two pictures loses is restored as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pinxit.image.picture import Pixels
from pinxit.network.weights import ANTI_MESH
from pinxit.texture.color_transfer import Colors, Recoloring, apply_recoloring, colors_of, limited_recoloring
from pinxit.texture.laplacian_pyramid import (
    OctaveChanges,
    Octaves,
    apply_changes,
    interpolate_changes,
    match_octaves,
    mix_octaves,
    octaves_of,
    scale_octaves,
)
from pinxit.texture.lines import line_map
from pinxit.texture.smoothing import blurred
from pinxit.texture.steerable_pyramid import (
    Covariances,
    Maps,
    apply_maps,
    band_covariances,
    match_bands,
    mix_covariances,
)

PHOTO_SHARE = (0.7, 0.7, 0.5, 0.5, 0.2)
"""Share of the photograph, in the style's colours, in each octave of the painting, from the finest on. The last one is for all
coarser octaves. Objects are recognised by their fine detail; large forms are the style's."""


KEPT_IN_TEXTURE, KEPT_IN_LINES, FINE = 0.4, 0.7, 3.0
"""Shares of the photograph's detail finer than `FINE` px that stay in the painting of a network with attention. Eyes, letters
and buildings are recognised by their lines. More texture would cost strokes: docs/lab/networks.md."""
DETAILED, LARGEST_DETAIL = 0.6, 1 / 80
"""Share of the photograph's detail where a mask asks for it, and the largest detail, relative to the picture's longer side."""


def keep_detail(strokes: Pixels, photograph: Pixels) -> Pixels:
    """Return a painting `(3, H, W)` with some of the photograph's finest detail instead of its own.

    Args:
        strokes: the network's painting.
        photograph: the photograph in the style's colours, of the same size.
    """
    apart = photograph - strokes
    share = KEPT_IN_TEXTURE + np.float32(KEPT_IN_LINES - KEPT_IN_TEXTURE) * line_map(photograph)
    return np.asarray(strokes + share * (apart - blurred(apart, FINE)), np.float32)


def detailed(painting: Pixels, photograph: Pixels, mask: Pixels) -> Pixels:
    """Return a painting `(3, H, W)` with most of the photograph's detail where a mask asks for it.

    Args:
        painting: the painting.
        photograph: the photograph, of the same size.
        mask: where, `(H, W)`, range [0, 1].
    """
    # Forms as large as eyes and mouths: they grow with the picture, as do the faces in it.
    apart = photograph - painting
    apart -= blurred(apart, LARGEST_DETAIL * max(mask.shape))
    return np.asarray(painting + np.float32(DETAILED) * mask * apart, np.float32)


@dataclass(frozen=True)
class Detail:
    """The statistics of a picture's detail.

    Attributes:
        directions: the colour covariance of each octave and orientation.
        octaves: the colour covariance and the histogram of each octave.
    """

    directions: Covariances
    octaves: Octaves


def detail_of(pixels: Pixels) -> Detail:
    """Return the statistics of a picture's detail, `(3, H, W)`."""
    return Detail(band_covariances(pixels), octaves_of(pixels))


def mix_detail(several: Sequence[Detail], shares: Sequence[float]) -> Detail:
    """Return the average of the statistics of several pictures, by shares that add up to 1."""
    directions, octaves = zip(*((detail.directions, detail.octaves) for detail in several), strict=True)
    return Detail(mix_covariances(directions, shares), mix_octaves(octaves, shares))


@dataclass(frozen=True)
class DetailTransfer:
    """The operations that restore the detail of a painting, found on one painting and applicable to others.

    Attributes:
        directions: the colour map of each octave and orientation.
        octaves: the changes of the octaves.
        correction: the colour map of the whole picture.
    """

    directions: Maps
    octaves: OctaveChanges
    correction: Recoloring

    def __call__(self, strokes: Pixels, photograph: Pixels) -> Pixels:
        """Apply the operations to a painting; see `make_detail_transfer`."""
        by_band = apply_maps(_blended(strokes, photograph), self.directions)
        return apply_recoloring(apply_changes(by_band, self.octaves), self.correction)

    def interpolate(self, other: DetailTransfer, part: float) -> DetailTransfer:
        """Return the transfer `part`, 0 to 1, of the way to another one, found on a painting of the same size."""
        ours, theirs = self.correction, other.correction
        return DetailTransfer(
            self.directions + np.float32(part) * (other.directions - self.directions),
            interpolate_changes(self.octaves, other.octaves, part),
            Recoloring(
                ours.linear + part * (theirs.linear - ours.linear), ours.offset + part * (theirs.offset - ours.offset)
            ),
        )


def make_detail_transfer(
    strokes: Pixels, photograph: Pixels, detail: Detail, colors: Colors, strength: float
) -> tuple[Pixels, DetailTransfer]:
    """Blend some of the photograph into a painting `(3, H, W)`, and give its detail the style's statistics.

    Args:
        strokes: the network's painting.
        photograph: the photograph in the style's colours, of the same size.
        detail: the statistics wanted of the detail.
        colors: the colours wanted of the whole picture.
        strength: 0 to 1.

    Returns:
        The painting, and the operations that made it.
    """
    by_band, maps = match_bands(_blended(strokes, photograph), detail.directions, strength)
    painted, livening = match_octaves(by_band, detail.octaves, strength)
    correction = limited_recoloring(colors_of(painted), colors)
    return apply_recoloring(painted, correction), DetailTransfer(maps, livening, correction)


def _blended(strokes: Pixels, photograph: Pixels) -> Pixels:
    return photograph + scale_octaves(_without_mesh(strokes - photograph), [1 - own for own in PHOTO_SHARE])


def _without_mesh(pixels: Pixels) -> Pixels:
    """Remove what alternates from each pixel to the next: the mesh of the network's last enlargement, not strokes."""
    import cv2

    planes = [cv2.sepFilter2D(plane, -1, ANTI_MESH, ANTI_MESH, borderType=cv2.BORDER_REFLECT_101) for plane in pixels]
    return np.asarray(planes, np.float32)
