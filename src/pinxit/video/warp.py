"""One frame's painting, carried to where things are in the next."""

from __future__ import annotations

import cv2
import numpy as np

from pinxit.video.flow import Bytes, Field, carried, grid


class Warp:
    """Carries frames along flows.

    Args:
        height, width: of the frames, px.
    """

    def __init__(self, height: int, width: int) -> None:
        self._size = (width, height)
        self._grid = grid(height, width)

    def __call__(self, frame: Bytes, backward: Field) -> Bytes:
        """What `frame` `(H, W, 3)` looks like one step later.

        Args:
            frame: the earlier one.
            backward: the flow from the later frame to it, of any resolution, px of the frames.
        """
        # A painting is carried from frame to frame: each bilinear step would blur it, bicubic ones hardly do.
        return carried(frame, self._grid + self._resized(backward), cv2.INTER_CUBIC)

    def mask(self, mask: Field) -> Field:
        """A mask `(h, w)` at the frames' size."""
        return self._resized(mask)

    def _resized(self, field: Field) -> Field:
        return np.asarray(cv2.resize(field, self._size, interpolation=cv2.INTER_LINEAR), np.float32)
