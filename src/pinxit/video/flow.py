"""Optical flow: where everything in one frame has gone in another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Pixels

Bytes: TypeAlias = NDArray[np.uint8]
Field: TypeAlias = NDArray[np.float32]
FlowMethod: TypeAlias = Callable[[Bytes, Bytes], Field]
"""From two frames `(H, W, 3)` to the flow `(h, w, 2)` from the first to the second: how far each place moves to the right and
down, px of the frames. The flow may have a lower resolution than they."""

# Most of a flow is smooth: at 400 px it is found in a third of the time, and a film of 640×360 px is hardly less steady by it
# (by the fast preset, a warping error of 0.18 instead of 0.12 of what it is frame by frame; the medium one takes 8 % of the
# film's time more, and leaves 0.16 instead of 0.20). In large frames things move further, and more is looked at: on a fast ride
# at 1242 px half of the resolution leaves 0.56, four fifths 0.47.
LONGEST, SHARE, LARGE = 400, 0.8, 1500


class DenseInverseSearch:
    """Kroeger et al., "Fast Optical Flow using Dense Inverse Search" (ECCV 2016), as OpenCV has it.

    Args:
        longest: the frames' longer side when the flow is sought, px, or as much more as large frames need.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        # Gray frames that were used last, for each is the second of one pair and the first of the next.
        self._seen: list[tuple[Bytes, Bytes]] = []

    def __call__(self, first: Bytes, second: Bytes) -> Field:
        """See `FlowMethod`."""
        # In this order the frame that two pairs share is still known when it comes again.
        there, here = self._gray(second), self._gray(first)
        field = np.asarray(self._method.calc(here, there, np.zeros((*here.shape, 2), np.float32)), np.float32)
        field *= np.float32(first.shape[1] / field.shape[1]), np.float32(first.shape[0] / field.shape[0])
        return field

    def _gray(self, frame: Bytes) -> Bytes:
        for seen, gray in self._seen:
            if seen is frame:
                return gray
        gray = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
        longer = max(gray.shape)
        scale = max(self._longest / longer, min(SHARE, longer / LARGE))
        if scale < 1:
            size = (max(16, round(gray.shape[1] * scale)), max(16, round(gray.shape[0] * scale)))
            gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._seen = [*self._seen[-1:], (frame, gray)]
        return gray


def carried(frame: NDArray[Any], places: Field, kernel: int) -> NDArray[Any]:
    """A frame `(H, W[, C])` read at places `(h, w, 2)`: columns and rows, px; beyond its borders they go on.

    Args:
        kernel: of the resampling, by OpenCV's number.
    """
    remap: Any = cv2.remap  # whose declared types do not know that one map can hold both
    found: NDArray[Any] = remap(frame, places, None, kernel, borderMode=cv2.BORDER_REPLICATE)
    return found


def grid(height: int, width: int) -> Field:
    """The place of each pixel, `(H, W, 2)`: columns, rows."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows], axis=2).astype(np.float32)


def pixels_of(frame: Bytes) -> Pixels:
    """A frame `(H, W, 3)` as engines take it: `(3, H, W)`, range [0, 1]."""
    return np.ascontiguousarray(frame.transpose(2, 0, 1), dtype=np.float32) / np.float32(255)
