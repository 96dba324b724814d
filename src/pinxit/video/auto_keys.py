"""Choose keyframes: a frame becomes one where the keyframe before it no longer shows enough of it."""

from __future__ import annotations

from pinxit.video.flow_consistency import consistency_mask
from pinxit.video.optical_flow import Bytes, DenseInverseSearch
from pinxit.video.tracks import Track, Tracker

_LONGEST = 200  # px: the frames' longer side; whether a keyframe still shows a frame needs no more, and costs little
_LEAST_SHOWN = (
    0.85  # share of a frame that its keyframe shows; between two keyframes, each shows what the other does not
)
_SHOWN = 0.5  # trust from which a place counts as shown
FARTHEST = 96  # frames from one keyframe to the next, at most


class KeyChooser:
    """A chooser of the keyframes of one shot, which is given the shot's frames in order.

    Args:
        height, width: of the film's frames, px.

    Attributes:
        size: height and width at which it takes frames, px.
    """

    def __init__(self, height: int, width: int) -> None:
        scale = min(1.0, _LONGEST / max(height, width))
        self.size = max(16, round(height * scale)), max(16, round(width * scale))
        self._flow = DenseInverseSearch(_LONGEST)
        self._count = 0
        self._keys: list[int] = []
        self._before: Bytes | None = None
        self._tracked: tuple[Tracker, Track] | None = None

    def add(self, frame: Bytes) -> None:
        """Take the shot's next frame, of `size`, `(h, w, 3)`."""
        if self._before is None or self._tracked is None:
            self._start(frame)
        else:
            tracker, track = self._tracked
            backward, forward = self._flow(frame, self._before), self._flow(self._before, frame)
            mask = consistency_mask(backward, forward, self.size[1], boundaries=False)
            track = tracker.step(track, frame, backward, mask)
            self._tracked = tracker, track
            is_far = self._count - self._keys[-1] >= FARTHEST
            if is_far or float((track.trust > _SHOWN).mean()) < _LEAST_SHOWN:
                self._start(frame)
        self._before = frame
        self._count += 1

    def chosen(self) -> tuple[int, ...]:
        """Return the numbers of the keyframes among the frames so far, from 0: the last frame is always one."""
        return tuple(sorted({*self._keys, self._count - 1}))

    def _start(self, frame: Bytes) -> None:
        self._keys.append(self._count)
        tracker = Tracker(frame, self._flow)
        self._tracked = tracker, tracker.start()
