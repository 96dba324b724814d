"""The painting before, carried along, steadies the fresh one: what stays in the picture stays painted as it was.

A film is painted for minutes by this, so two things keep it from wearing out. What is carried is renewed, by a quarter with
each frame, so nothing drifts. And what blending and resampling take from the fine strokes is given back, as much as it takes
to be as sharp as a fresh painting.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pinxit.video.consistency import reliable
from pinxit.video.flow import Bytes, Field, FlowMethod
from pinxit.video.warp import Warp

# How much of the carried painting stays where the flow is reliable. On a camera's pan over a photograph the warping error is
# 0.29, 0.20, 0.15 and 0.11 of what it is frame by frame at 0.5, 0.6, 0.7 and 0.8; from there on fine strokes begin to ring.
STAYS = 0.75
# After a frame that somebody painted nearly all stays; what the network adds is for what was not in it.
FOLLOWS = 0.97
# Strokes finer than this many pixels are what wears out, and by no more than this factor are they ever strengthened.
_FINE, _MOST_GIVEN_BACK = 1.0, 0.5


@dataclass(frozen=True)
class Motion:
    """What became of a frame in another.

    Attributes:
        backward: the flow from the other back to it, px of the frames, of a lower resolution than they.
        reliable: where it can be relied on, range [0, 1].
    """

    backward: Field
    reliable: Field


def motion(method: FlowMethod, before: Bytes, after: Bytes) -> Motion:
    """How one gets from a frame `(H, W, 3)` to another."""
    backward, forward = method(after, before), method(before, after)
    return Motion(backward, reliable(backward, forward, after.shape[1]))


class Steadier:
    """Steadies paintings.

    Args:
        height, width: of the frames, px.
    """

    def __init__(self, height: int, width: int) -> None:
        self.warp = Warp(height, width)

    def __call__(self, fresh: Bytes, before: Bytes, moved: Motion, stays: float = STAYS) -> Bytes:
        """A frame's painting `(H, W, 3)` that goes on from the one before.

        Args:
            fresh: the frame, painted by itself.
            before: the result before it.
            moved: from that frame to this.
            stays: how much of the result before stays where the flow is reliable.
        """
        painted = fresh.astype(np.float32)
        mixed = self.warp(before, moved.backward).astype(np.float32)
        mixed -= painted
        mixed *= (np.float32(stays) * self.warp.mask(moved.reliable))[..., None]
        mixed += painted
        fine = mixed - cv2.GaussianBlur(mixed, (0, 0), _FINE)
        wanted = painted - cv2.GaussianBlur(painted, (0, 0), _FINE)
        energy = float(np.square(fine).mean())
        lost = (float(np.square(wanted).mean()) / energy) ** 0.5 - 1 if energy > 0 else 0.0
        fine *= np.float32(min(max(lost, 0.0), _MOST_GIVEN_BACK))
        mixed += fine
        return np.asarray((mixed + np.float32(0.5)).clip(0, 255), np.uint8)
