"""Shot detection: the clip is read once before painting, to count its frames and find its cuts.

Reading takes a fraction of the painting's time, and reveals at once the damage that would stop the painting after hours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np

from pinxit.video.auto_keys import KeyChooser
from pinxit.video.optical_flow import Bytes
from pinxit.video.source import Frame

_HEIGHT, _WIDTH = 36, 64  # px: size at which frames are compared
_MAX_SHIFT_X, _MAX_SHIFT_Y = 8, 4  # px at that size: largest shift that is tried, because a moving camera is no cut
# A cut differs from the frame before it by at least `_MIN_DIFFERENCE`, as a share of the range, and by `_MIN_RATIO` times the
# mean difference of its neighbours. In nine clips of animals, streets and animation, no movement reaches both (a bird's jerk in
# front of the lens: 0.15 and 2.8), while a cut between two pictures of the same meadow reaches 0.32 and 400.
_MIN_DIFFERENCE, _MIN_RATIO = 0.12, 3.0
_NEIGHBORS = 3  # frames on either side of a cut that it is compared with
_MIN_RATIO_TO_LARGEST = 1.5  # to the largest difference among the neighbours; a smaller ratio means a flash
_OPAQUE = 250  # of 255: opacity that counts as opaque, because lossy codecs miss 255 by a little
_SAMPLES = 6  # frames that represent a shot, at most


@dataclass(frozen=True)
class Shot:
    """The frames between two cuts.

    Attributes:
        begin: number of the first frame.
        times: times of the frames, s.
        samples: some of the frames, spread over the shot, `(H, W, 3)`.
        last_duration: how long the last frame is shown, s; None where unknown.
        transparent: whether any pixel is transparent.
        translucent: whether any pixel is partly transparent.
        keys: numbers of the frames that were chosen as keyframes.
    """

    begin: int
    times: tuple[Fraction, ...]
    samples: tuple[Bytes, ...]
    last_duration: Fraction | None = None
    transparent: bool = False
    translucent: bool = False
    keys: tuple[int, ...] = ()

    @property
    def end(self) -> int:
        """The number of the frame after the last."""
        return self.begin + len(self.times)


def detect_shots(
    frames: Iterable[Frame], height: int, width: int, chooser: Callable[[], KeyChooser] | None = None
) -> Iterator[Shot]:
    """Yield the shots of a clip. Only a few frames are held in memory at a time.

    Args:
        frames: the frames of the clip.
        height: height of the samples, px.
        width: width of the samples, px.
        chooser: makes what chooses the keyframes of a shot; None chooses none.
    """

    def new_sampler() -> ShotSampler:
        return ShotSampler(height, width, None if chooser is None else chooser())

    begin, times, sampler = 0, list[Fraction](), new_sampler()
    for frame, cut in _cuts(frames):
        if cut:
            yield sampler.to_shot(begin, times)
            begin, times, sampler = begin + len(times), [], new_sampler()
        sampler.add(frame)
        times.append(frame.time)
    if times:
        yield sampler.to_shot(begin, times)


class ShotSampler:
    """A sampler of frames spread evenly over a shot whose length is not known in advance.

    Args:
        height, width: size of the samples, px.
        chooser: chooses the shot's keyframes; None chooses none.
    """

    def __init__(self, height: int, width: int, chooser: KeyChooser | None = None) -> None:
        self.samples: list[Bytes] = []
        self._chooser = chooser
        self._size, self._count, self._stride = (height, width), 0, 1
        self._last_duration: Fraction | None = None
        self._transparent = self._translucent = False

    def add(self, frame: Frame) -> None:
        """Take the shot's next frame."""
        if self._count % self._stride == 0:
            self.samples.append(frame.picture(*self._size))
        if len(self.samples) > _SAMPLES:
            # For a shot twice as long, every other sample is enough.
            self.samples, self._stride = self.samples[::2], 2 * self._stride
        if self._chooser is not None:
            self._chooser.add(frame.picture(*self._chooser.size))
        self._count += 1
        self._last_duration = frame.duration
        if frame.alpha is not None and not self._translucent:
            alpha = frame.alpha(*self._size)
            self._transparent = self._transparent or bool((alpha < 255).any())
            self._translucent = bool(((alpha > 255 - _OPAQUE) & (alpha < _OPAQUE)).any())

    def to_shot(self, begin: int, times: list[Fraction]) -> Shot:
        """Return the shot, given the number of its first frame and the times of its frames, s."""
        keys = () if self._chooser is None else tuple(begin + number for number in self._chooser.chosen())
        samples, seen = tuple(self.samples), (self._transparent, self._translucent)
        return Shot(begin, tuple(times), samples, self._last_duration, *seen, keys)


def _cuts(frames: Iterable[Frame]) -> Iterator[tuple[Frame, bool]]:
    """Yield each frame, and whether a cut comes before it."""
    before: deque[float] = deque(maxlen=_NEIGHBORS)
    waiting: deque[tuple[Frame, float]] = deque()
    last: Bytes | None = None

    def next_decided() -> tuple[Frame, bool]:
        frame, difference = waiting.popleft()
        neighbors = [*before, *(later for _, later in waiting)]
        # Two frames alone are too few to tell a cut from fast motion.
        cut = bool(neighbors) and difference > max(
            _MIN_DIFFERENCE, _MIN_RATIO * float(np.mean(neighbors)), _MIN_RATIO_TO_LARGEST * max(neighbors)
        )
        if cut:
            before.clear()
        else:
            before.append(difference)
        return frame, cut

    for frame in frames:
        small = frame.picture(_HEIGHT, _WIDTH)
        if last is None:
            yield frame, False
        else:
            waiting.append((frame, _difference(last, small)))
        last = small
        if len(waiting) > _NEIGHBORS:
            yield next_decided()
    while waiting:
        yield next_decided()


def _difference(before: Bytes, after: Bytes) -> float:
    """Return the root mean square difference at the best shift, range [0, 1]."""
    middle = np.ascontiguousarray(before[_MAX_SHIFT_Y:-_MAX_SHIFT_Y, _MAX_SHIFT_X:-_MAX_SHIFT_X])
    errors = cv2.matchTemplate(after, middle, cv2.TM_SQDIFF)
    return float(np.sqrt(max(float(errors.min()), 0.0) / middle.size)) / 255
