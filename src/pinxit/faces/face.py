"""A detected face: its box and 68 landmarks, in the order of iBUG 300-W (Sagonas et al., ICCV Workshops 2013)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]

# "Left" and "right" are the viewer's throughout.
JAW = slice(0, 17)
LEFT_BROW, RIGHT_BROW = slice(17, 22), slice(22, 27)
NOSE_TIP = slice(30, 36)
LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)
MOUTH = slice(48, 68)


@dataclass(frozen=True)
class Face:
    """A face in shares of the picture's width (x) and height (y), so that it is valid at every size of the picture.

    Attributes:
        box: left, top, right, bottom; a little outside [0, 1] where a face is cut by the border.
        landmarks: float32 array `(68, 2)`, x and y.
        score: the detector's confidence, range [0, 1].
    """

    box: tuple[float, float, float, float]
    landmarks: Points
    score: float

    def landmarks_at(self, height: int, width: int) -> Points:
        """Return the landmarks `(68, 2)` in px of a picture of that size."""
        return self.landmarks * np.array([width, height], np.float32)

    def eyes_at(self, height: int, width: int) -> Points:
        """Return the centres of the left and the right eye, `(2, 2)`, px."""
        points = self.landmarks_at(height, width)
        return np.stack([points[LEFT_EYE].mean(0), points[RIGHT_EYE].mean(0)])

    def mouth_at(self, height: int, width: int) -> Points:
        """Return the centre of the mouth, `(2,)`, px."""
        centre: Points = self.landmarks_at(height, width)[MOUTH].mean(0)
        return centre
