"""The keyframes of a film, and the painting that they give to each frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pinxit.video.key_blend import KeyBlender, complete
from pinxit.video.key_tracks import TrackedFrame
from pinxit.video.optical_flow import Bytes, Field
from pinxit.video.plan import KeyPainting, VideoPlan
from pinxit.video.resume import PictureFiles
from pinxit.video.tracks import Track

_NEARLY_ALL = 0.002  # share of a frame that the keyframes may leave open without the painter being asked
_FOLDER = "keys"
_WORN_STEPS = 255  # steps in which wear is stored, for each doubling of a length
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

    def complete(self, painted: Bytes) -> Bytes:
        """Return what the keyframes give, completed by the painter's painting of the frame, `(H, W, 3)`."""
        return complete(self.pixels, painted, self.usable)


class Keyframes:
    """The keyframes of a film. Each one that pinxit paints takes over what it shows of the one before.

    Args:
        plan: the plan of the film or of a piece.
        folder: where painted keyframes are kept, because each one depends on all before it in its shot.
        paint: paints a keyframe, by its number; it is given what the keyframe before shows of it, None where that is nothing.
        shares: the shares of the styles at a time, s; what has another style is not taken over.
    """

    def __init__(
        self,
        plan: VideoPlan,
        folder: Path,
        paint: Callable[[int, Followed | None], Bytes],
        shares: Callable[[float], list[float]],
    ) -> None:
        self._plan, self._paint, self._shares = plan, paint, shares
        self._files = PictureFiles(folder / _FOLDER)
        self._blender = KeyBlender(plan.height, plan.width)
        self._painted: dict[int, KeyPainting] = {}

    def follow(self, frame: TrackedFrame) -> Followed | None:
        """Return what the keyframes give to a frame; None where there are none in its shot."""
        tracks = frame.tracks
        if frame.number in self._plan.keys:
            before, link = (None, None) if tracks is None else (tracks.before, tracks.link)
            key = self._painting(frame.number, before, link)
            everywhere = np.ones(key.pixels.shape[:2], np.float32)
            return Followed(key.pixels, everywhere if key.mask is None else key.mask)
        if tracks is None:
            return None
        first = None if tracks.before is None else self._painting(tracks.before)
        second = None
        if tracks.after is not None and tracks.track_after is not None:
            second = self._painting(tracks.after, tracks.before, tracks.link)
        return Followed(*self._blender.follow(tracks, first, second))

    def _painting(self, number: int, before: int | None = None, link: Track | None = None) -> KeyPainting:
        """Return a keyframe's painting.

        Args:
            number: the keyframe.
            before: the keyframe before it in its shot; None where there is none.
            link: the track of the keyframe in that one.
        """
        if number in self._plan.keyframes:
            return self._plan.keyframes[number]
        if number not in self._painted:
            if number not in self._files:
                self._files.write(number, self._new_painting(number, before, link))
            pixels, worn = np.split(self._files.read(number), (3,), axis=2)
            mask = self._plan.key_masks.get(number)
            found = KeyPainting(np.ascontiguousarray(pixels), mask, _decoded(worn[..., 0]))
            # The two around the current frame are needed, and no others.
            latest = dict(list(self._painted.items())[-1:])
            self._painted = {**latest, number: found}
        return self._painted[number]

    def _new_painting(self, number: int, before: int | None, link: Track | None) -> Bytes:
        """Paint a keyframe, and return it with the wear of its strokes as a fourth channel."""
        if before is None or link is None or not self._is_alike(before, number):
            painted = self._paint(number, None)
            return np.dstack([painted, _encoded(np.zeros(painted.shape[:2], np.float32))])
        carried, usable = self._blender.carry(self._painting(before), link)
        known = Followed(carried.pixels, usable)
        painted = known.complete(self._paint(number, known))
        worn = np.zeros_like(usable) if carried.worn is None else carried.worn * usable
        return np.dstack([painted, _encoded(worn)])

    def _is_alike(self, before: int, number: int) -> bool:
        """Return whether a keyframe takes over what the one before shows; a person's painting may have another style."""
        here, there = (self._shares(self._plan.time(one)) for one in (number, before))
        return before in self._plan.own_keys and here == there


def _encoded(worn: Field) -> Bytes:
    return np.asarray((_WORN_STEPS * worn).round().clip(0, 255), np.uint8)


def _decoded(coded: Bytes) -> Field:
    return coded.astype(np.float32) / np.float32(_WORN_STEPS)
