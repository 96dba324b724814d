"""Keep people recognisable in a network's painting: faces stay near the photograph, and strokes leave eyes and mouths free."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.faces import face_map, feature_map, find
from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.texture.smoothing import blurred

_FORM, _COARSE = 0.35, 6.0  # the share of the photograph's forms coarser than so many pixels
_DETAIL, _FINE = 0.6, 3.0  # the share of its detail finer than so many pixels
_STROKES = 0.5  # the share of strokes that is laid on a face


@dataclass(frozen=True)
class GentleFaces:
    """Where the faces of a photograph are.

    Attributes:
        face: how much each pixel belongs to a face, `(H, W)`, 0 to 1.
        features: how much it belongs to eyes, brows, nose and mouth.
    """

    face: Pixels
    features: Pixels

    def restore(self, painting: Pixels, photograph: Pixels) -> Pixels:
        """Return a painting `(3, H, W)` with the photograph's faces shining through.

        Args:
            painting: the painting.
            photograph: the photograph in the style's colours, of the same size.
        """
        apart = photograph - painting
        shown = _FORM * blurred(apart, _COARSE) + _DETAIL * (apart - blurred(apart, _FINE))
        return np.asarray(painting + self.face * shown, np.float32)

    @property
    def strokes(self) -> Pixels:
        """The share of strokes that is laid on each pixel, `(H, W)`, 0 to 1."""
        return (1 - (1 - _STROKES) * self.face) * (1 - self.features)


def gentle_faces(photograph: Picture) -> GentleFaces | None:
    """Find the faces of a photograph; None where there are none."""
    faces = find(photograph)
    if not faces:
        return None
    size = photograph.height, photograph.width
    return GentleFaces(face_map(faces, *size), feature_map(faces, *size))
