"""Backward warping: a painting of one frame, moved to where things are in the next."""

from __future__ import annotations

import cv2
import numpy as np

from pinxit.video.optical_flow import Bytes, Field, pixel_grid, remap


class Warp:
    """Backward warping of frames along optical flow.

    Args:
        height, width: of the frames, px.
    """

    def __init__(self, height: int, width: int) -> None:
        self._size = (width, height)
        self._grid = pixel_grid(height, width)

    def __call__(self, frame: Bytes, backward: Field) -> Bytes:
        """Return the earlier frame, `(H, W, 3)`, warped to the later one.

        Args:
            frame: the earlier frame.
            backward: flow from the later frame to the earlier one, `(h, w, 2)` of any resolution, px of the frames.
        """
        # A painting is warped again with each frame: bilinear resampling would blur it, bicubic hardly does.
        return remap(frame, self._grid + self._resized(backward), cv2.INTER_CUBIC)

    def resize_mask(self, mask: Field) -> Field:
        """Return a mask `(h, w)` at the frames' size."""
        return self._resized(mask)

    def _resized(self, field: Field) -> Field:
        return np.asarray(cv2.resize(field, self._size, interpolation=cv2.INTER_LINEAR), np.float32)
