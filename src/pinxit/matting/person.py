"""How much each pixel belongs to a person: MediaPipe's selfie segmentation, which answers for 256 × 256 px.

A guided filter on top of it made soft halos on four portraits, so there is none.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels

SHIPPED = Path(__file__).parent / "shipped" / "person.tflite"
_SIDE = 256  # px: of the network's input and output
_CERTAIN = (0.15, 0.85)  # what the network calls less or more than this is taken for none and all
_LEAST_PART = 0.1  # of the largest part's area: smaller parts are no people
_FOLLOWED = 0.5  # share of a new frame's matte where it differs little from the one before


class PersonMatte:
    """A finder of people, in single pictures or in the frames of one camera.

    Args:
        following: the pictures are frames of one camera, whose mattes are blended with the ones before against flicker.
    """

    def __init__(self, *, following: bool = False) -> None:
        self._network = cv2.dnn.readNetFromTFLite(str(SHIPPED))
        self._following = following
        self._before: Pixels | None = None

    def __call__(self, frame: NDArray[np.uint8]) -> Pixels:
        """Return how much each pixel of a picture `(H, W, 3)` belongs to a person, `(H, W)`, range [0, 1]."""
        height, width = frame.shape[:2]
        self._network.setInput(cv2.dnn.blobFromImage(frame, 1 / 255, (_SIDE, _SIDE)))
        coarse = np.asarray(self._network.forward(), np.float32).reshape(_SIDE, _SIDE)
        if self._following:
            coarse = self._blended(coarse)
        coarse = _without_specks(coarse)
        large = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        low, high = _CERTAIN
        found: Pixels = ((large - low) / np.float32(high - low)).clip(0, 1)
        return found

    def _blended(self, coarse: Pixels) -> Pixels:
        """Return a matte mixed with the one before, except where the person has moved."""
        if self._before is None:
            self._before = coarse
            return coarse
        moved = np.abs(coarse - self._before)
        share = (_FOLLOWED + moved).clip(0, 1)
        self._before = self._before + share * (coarse - self._before)
        return self._before


def _without_specks(coarse: Pixels) -> Pixels:
    """Return a matte without the parts that are small beside the largest one."""
    count, numbers, found, _ = cv2.connectedComponentsWithStats((coarse > _CERTAIN[0]).astype(np.uint8))
    areas = found[:, cv2.CC_STAT_AREA]
    kept = areas >= _LEAST_PART * areas[1:].max(initial=0)
    kept[0] = True
    return coarse if kept.sum() == count else np.where(kept[numbers], coarse, np.float32(0))
