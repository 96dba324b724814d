"""Optical flow: how far each place in one frame has moved in another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels

Bytes: TypeAlias = NDArray[np.uint8]
Field: TypeAlias = NDArray[np.float32]
FlowMethod: TypeAlias = Callable[[Bytes, Bytes], Field]
"""From two frames `(H, W, 3)` to the flow `(h, w, 2)` from the first to the second: how far each place moves to the right and
down, px of the frames. The flow may have a lower resolution than the frames. It is called from several threads."""

# Flow is mostly smooth: at 400 px it takes a third of the time, and a film of 640×360 px flickers hardly more (with the fast
# preset, the warping error is 0.18 of that of frame-by-frame painting, instead of 0.12; the medium preset takes 8 % more of the
# film's time, and leaves 0.16 instead of 0.20). In large frames things move further, so the flow gets a higher resolution: on a
# fast ride at 1242 px, half of the resolution leaves 0.56, four fifths leave 0.47.
LONGEST = 400  # px: the frames' longer side for the flow
SHARE = 0.8  # largest share of the frames' resolution for the flow of large frames
LARGE = 1500  # px: below that share, it is the frames' longer side divided by this


class DenseInverseSearch:
    """OpenCV's dense inverse search (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016).

    Args:
        longest: the longer side of the frames that the flow is computed on, px; it is larger for large frames.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        # OpenCV's object works in memory of its own, which two threads at once would corrupt: frames are prefetched in one.
        self._one_at_a_time = threading.Lock()
        self._method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        # The last gray frames, because each frame is the second of one pair and the first of the next.
        self._recent: list[tuple[Bytes, Bytes]] = []

    def __call__(self, first: Bytes, second: Bytes) -> Field:
        """Return the flow from the first frame to the second; see `FlowMethod`."""
        with self._one_at_a_time:
            # In this order, the frame that two pairs share is still in `_recent` when it comes again.
            there, here = self._gray(second), self._gray(first)
            field = np.asarray(self._method.calc(here, there, np.zeros((*here.shape, 2), np.float32)), np.float32)
        field *= np.float32(first.shape[1] / field.shape[1]), np.float32(first.shape[0] / field.shape[0])
        return field

    def _gray(self, frame: Bytes) -> Bytes:
        for known, gray in self._recent:
            if known is frame:
                return gray
        gray = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)
        longer = max(gray.shape)
        scale = max(self._longest / longer, min(SHARE, longer / LARGE))
        if scale < 1:
            size = (max(16, round(gray.shape[1] * scale)), max(16, round(gray.shape[0] * scale)))
            gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._recent = [*self._recent[-1:], (frame, gray)]
        return gray


def remap(frame: NDArray[Any], places: Field, kernel: int) -> NDArray[Any]:
    """Return a frame sampled at arbitrary places; outside, the colours of its borders continue.

    Args:
        frame: `(H, W[, C])`.
        places: columns and rows to sample at, `(h, w, 2)`, px.
        kernel: OpenCV's constant of the interpolation.
    """
    cv2_remap: Any = cv2.remap  # its declared types do not allow one map for both coordinates
    found: NDArray[Any] = cv2_remap(frame, places, None, kernel, borderMode=cv2.BORDER_REPLICATE)
    return found


def pixel_grid(height: int, width: int) -> Field:
    """Return the column and the row of each pixel, `(H, W, 2)`."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows], axis=2).astype(np.float32)


def pixels_of(frame: Bytes) -> Pixels:
    """Return a frame `(H, W, 3)`, 8 bits, as pixels `(3, H, W)`, range [0, 1]."""
    return np.ascontiguousarray(frame.transpose(2, 0, 1), dtype=np.float32) / np.float32(255)
