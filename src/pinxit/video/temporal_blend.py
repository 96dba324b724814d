"""Temporal blending: each painting is blended with the one before it, warped along the motion, so that a film does not flicker.

Two things keep long films from degrading. A quarter of the blend is fresh in each frame, so that colours do not drift. And the
fine detail that blending and resampling remove is amplified until the result is as sharp as a fresh painting.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pinxit.video.flow_consistency import consistency_mask
from pinxit.video.optical_flow import Bytes, Field, FlowMethod
from pinxit.video.warp import Warp

# Share of the warped painting in the blend, where the flow is reliable. On a camera's pan over a photograph, 0.5, 0.6, 0.7 and
# 0.8 bring the warping error to 0.29, 0.20, 0.15 and 0.11 of that of frame-by-frame painting. Above 0.8, fine strokes ring.
KEPT = 0.75
_FINE = 1.0  # px: standard deviation of the blur that separates fine detail
_TOO_LITTLE = 0.02  # share of kept pixels around a place below which their change is not carried to it
_COARSE_SIDE = 96  # px: longer side at which the change of coarse colours is found
_SPREAD = 4.0  # of these px: standard deviation of its blur, as far as it is carried into what is not kept
_MAX_AMPLIFICATION = 0.5  # largest share by which fine detail is amplified


@dataclass(frozen=True)
class Motion:
    """The motion from one frame to another.

    Attributes:
        backward: flow from the later frame back to the earlier one, `(h, w, 2)`, px of the frames.
        mask: how reliable the flow is, `(h, w)`, range [0, 1].
    """

    backward: Field
    mask: Field


def estimate_motion(method: FlowMethod, before: Bytes, after: Bytes) -> Motion:
    """Return the motion from one frame to another.

    Args:
        method: the optical flow method.
        before: the earlier frame, `(H, W, 3)`.
        after: the later frame, `(H, W, 3)`.
    """
    backward, forward = method(after, before), method(before, after)
    return Motion(backward, consistency_mask(backward, forward, after.shape[1]))


class TemporalBlender:
    """A blender of each painting with the one before it.

    Args:
        height, width: of the frames, px.
    """

    def __init__(self, height: int, width: int) -> None:
        self.warp = Warp(height, width)

    def __call__(self, fresh: Bytes, before: Bytes, motion: Motion) -> Bytes:
        """Return a frame's painting blended with the result before it, `(H, W, 3)`.

        Args:
            fresh: the frame, painted by itself.
            before: the result of the frame before it.
            motion: the motion from that frame to this one.
        """
        painted = fresh.astype(np.float32)
        mixed = self.warp(before, motion.backward).astype(np.float32)
        mixed -= painted
        mask = self.warp.resize_mask(motion.mask)
        around = _coarse_change(mixed, mask)
        # Where a scene grows darker or brighter, what is kept lags behind. What is not kept gets the same lag, or it would
        # show as patches in even skies and on water.
        mixed -= around
        mixed *= mask[..., None]
        mixed += around
        mixed *= np.float32(KEPT)
        mixed += painted
        detail = mixed - cv2.GaussianBlur(mixed, (0, 0), _FINE)
        fresh_detail = painted - cv2.GaussianBlur(painted, (0, 0), _FINE)
        energy = float(np.square(detail).mean())
        lost = (float(np.square(fresh_detail).mean()) / energy) ** 0.5 - 1 if energy > 0 else 0.0
        detail *= np.float32(min(max(lost, 0.0), _MAX_AMPLIFICATION))
        mixed += detail
        return np.asarray((mixed + np.float32(0.5)).clip(0, 255), np.uint8)


def _coarse_change(change: Field, mask: Field) -> Field:
    """Return how coarse colours change where a mask is white, carried into what lies around, `(H, W, 3)`.

    Args:
        change: the change of each pixel, `(H, W, 3)`.
        mask: where it counts, `(H, W)`, range [0, 1].
    """
    height, width = mask.shape
    scale = min(1.0, _COARSE_SIDE / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    weighted = np.dstack([change * mask[..., None], mask])
    blurred = cv2.GaussianBlur(cv2.resize(weighted, small, interpolation=cv2.INTER_AREA), (0, 0), _SPREAD)
    found = blurred[..., :3] / (blurred[..., 3:] + np.float32(_TOO_LITTLE))
    return np.asarray(cv2.resize(found, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
