"""The keyframes of a film, and the painting that they give to each frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pinxit.video.key_blend import KeyBlender
from pinxit.video.key_tracks import TrackedFrame
from pinxit.video.optical_flow import Bytes, Field
from pinxit.video.plan import KeyPainting, VideoPlan

_NEARLY_ALL = 0.002  # share of a frame that the keyframes may leave open without the painter being asked
_OPEN = 0.5  # usability below which a pixel counts as open


@dataclass(frozen=True)
class Followed:
    """What the keyframes give to a frame.

    Attributes:
        pixels: the painting, `(H, W, 3)`.
        usable: how far it is usable, `(H, W)`, range [0, 1].
    """

    pixels: Bytes
    usable: Field

    @property
    def is_complete(self) -> bool:
        """Whether it covers nearly all of the frame."""
        return float((self.usable < _OPEN).mean()) < _NEARLY_ALL


class Keyframes:
    """The keyframes of a film.

    Args:
        plan: the plan of the film or of a piece.
        paint: paints a frame by itself, for the keyframes that pinxit paints, by its number.
    """

    def __init__(self, plan: VideoPlan, paint: Callable[[int], Bytes]) -> None:
        self._plan, self._paint = plan, paint
        self._blender = KeyBlender(plan.height, plan.width)
        self._painted: dict[int, KeyPainting] = {}

    def follow(self, frame: TrackedFrame) -> Followed | None:
        """Return what the keyframes give to a frame; None where there are none in its shot."""
        if frame.number in self._plan.keys:
            key = self._painting(frame.number)
            everywhere = np.ones(key.pixels.shape[:2], np.float32)
            return Followed(key.pixels, everywhere if key.mask is None else key.mask)
        if frame.tracks is None:
            return None
        before, after = (
            None if number is None else self._painting(number) for number in (frame.tracks.before, frame.tracks.after)
        )
        return Followed(*self._blender.follow(frame.tracks, before, after))

    def complete(self, followed: Followed, painted: Bytes) -> Bytes:
        """Return what the keyframes give, completed by the painter's painting of the frame, `(H, W, 3)`."""
        return self._blender.complete(followed.pixels, painted, followed.usable)

    def _painting(self, number: int) -> KeyPainting:
        if number in self._plan.keyframes:
            return self._plan.keyframes[number]
        if number not in self._painted:
            # The two around the current frame are needed, and no others.
            latest = dict(list(self._painted.items())[-1:])
            self._painted = {**latest, number: KeyPainting(self._paint(number), self._plan.key_masks.get(number))}
        return self._painted[number]
