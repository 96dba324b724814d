"""Forward-backward consistency of optical flow: the earlier painting is kept only where the flow can be trusted.

Ruder et al., "Artistic Style Transfer for Videos" (2016), section 4.2, after Sundaram et al. (2010).
"""

from __future__ import annotations

import cv2
import numpy as np

from pinxit.video.optical_flow import Field, pixel_grid, remap

# px: standard deviation of the mask's smoothing, as small as in Ruder's code; the edges of holes are unreliable, too.
SMOOTHING = 0.8


def consistency_mask(backward: Field, forward: Field, width: int, *, boundaries: bool = True) -> Field:
    """Return how reliable a flow is, `(h, w)`, range [0, 1].

    Args:
        backward: flow from a frame to the one before it, `(h, w, 2)`, px of the frames.
        forward: flow from that one to the frame, likewise.
        width: of the frames, px; the flows may have a lower resolution.
        boundaries: count motion boundaries as unreliable too, not only what was hidden or outside the frame.
    """
    height_here, width_here = backward.shape[:2]
    unit = width / width_here
    back = backward / np.float32(unit)
    # The forward flow at the place that the backward flow leads to.
    there = pixel_grid(height_here, width_here) + back
    returned = remap(forward, there, cv2.INTER_LINEAR)
    squared = _squared(backward)
    # Equation 5: going back and forth ends where it started, unless the place was occluded.
    holes = _squared(backward + returned) > 0.01 * (squared + _squared(returned)) + 0.5
    if boundaries:
        # Equation 6: flows are blurred at motion boundaries.
        steepness = sum(
            _squared(np.asarray(cv2.Sobel(back, cv2.CV_32F, *order, ksize=1, scale=0.5), np.float32))
            for order in ((1, 0), (0, 1))
        )
        holes |= steepness > 0.01 * squared + 0.002
    # Places outside the earlier frame were not painted.
    holes |= (there[..., 0] < 0) | (there[..., 0] > width_here - 1)
    holes |= (there[..., 1] < 0) | (there[..., 1] > height_here - 1)
    # Holes count as -1 while the mask is smoothed, so that they grow and are not filled from their edges (Ruder's code).
    mask = np.where(holes, np.float32(-1), np.float32(1))
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), SMOOTHING), np.float32).clip(0, 1)


def _squared(field: Field) -> Field:
    first, second = field[..., 0], field[..., 1]
    return first * first + second * second
