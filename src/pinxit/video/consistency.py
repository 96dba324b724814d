"""Where a frame shows what the one before showed: there, and only there, the earlier painting may stay.

Ruder et al., "Artistic Style Transfer for Videos" (2016), section 4.2, after Sundaram et al. (2010).
"""

from __future__ import annotations

import cv2
import numpy as np

from pinxit.video.flow import Field, carried, grid

# A hole's edge is as doubtful as the hole: pixels over which a mask is smoothed. Ruder's code smooths as little.
SMOOTHING = 0.8


def reliable(backward: Field, forward: Field, width: int) -> Field:
    """How far a flow can be relied on, `(h, w)`, range [0, 1].

    Args:
        backward: from a frame to the one before it, `(h, w, 2)`, px of the frames.
        forward: from that one to the frame.
        width: of the frames, px; the flows may have a lower resolution.
    """
    height_here, width_here = backward.shape[:2]
    unit = width / width_here
    back = backward / np.float32(unit)
    # Where the earlier frame says that the same place went.
    there = grid(height_here, width_here) + back
    returned = carried(forward, there, cv2.INTER_LINEAR)
    squared = _squared(backward)
    # Equation 5: whoever goes there and back should be where he was, unless he was covered.
    holes = _squared(backward + returned) > 0.01 * (squared + _squared(returned)) + 0.5
    # Equation 6: at the borders of what moves, flows are blurred.
    steepness = sum(
        _squared(np.asarray(cv2.Sobel(back, cv2.CV_32F, *order, ksize=1, scale=0.5), np.float32))
        for order in ((1, 0), (0, 1))
    )
    holes |= steepness > 0.01 * squared + 0.002
    # What was beyond the frame was not painted.
    holes |= (there[..., 0] < 0) | (there[..., 0] > width_here - 1)
    holes |= (there[..., 1] < 0) | (there[..., 1] > height_here - 1)
    # So that holes grow and nothing grows into them, they count far below zero while the mask is smoothed (Ruder's code).
    mask = np.where(holes, np.float32(-1), np.float32(1))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), SMOOTHING), np.float32).clip(0, 1)


def _squared(field: Field) -> Field:
    first, second = field[..., 0], field[..., 1]
    return first * first + second * second
