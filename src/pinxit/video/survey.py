"""A look through the whole clip before the first stroke: how many frames there are, and where the cuts are.

It costs a fraction of the painting and finds out at once what else would stop it after hours.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np

from pinxit.video.flow import Bytes
from pinxit.video.source import Frame

# Frames are compared at this size, px, and shifted against each other by up to so much: a moving camera is no cut.
_HEIGHT, _WIDTH = 36, 64
_ACROSS, _DOWN = 8, 4
# A cut differs from the frame before it by so much, in shares of the range, and so many times as much as its neighbours do
# from theirs. In nine clips of animals, streets and animation no movement reaches both (a bird's jerk before the lens comes
# to 0.15 and 2.8), and a cut from one picture to another of the same meadow to 0.32 and 400.
_LEAST, _TIMES = 0.12, 3.0
# Frames on either side that are neighbours. None of them may differ nearly as much, or it is a flash.
_NEIGHBOURS = 3
_ALONE = 1.5
# Opacity, of 255, from which hardly anything shines through: codecs with loss miss all and nothing by a little.
_OPAQUE = 250
# A shot's frames that stand for all of it.
_SAMPLES = 6


@dataclass(frozen=True)
class Shot:
    """What lies between two cuts.

    Attributes:
        begin: its first frame's number.
        times: of its frames, s.
        samples: some of its frames, spread over it.
        last: how long its last frame is shown, s; None where nothing says it.
        clear: whether something in it is transparent.
        hazy: whether something in it is so in part.
    """

    begin: int
    times: tuple[Fraction, ...]
    samples: tuple[Bytes, ...]
    last: Fraction | None = None
    clear: bool = False
    hazy: bool = False

    @property
    def end(self) -> int:
        """The number of the frame after its last."""
        return self.begin + len(self.times)


def survey(frames: Iterable[Frame], height: int, width: int) -> Iterator[Shot]:
    """The shots of a clip, one after the other; no more than a few frames are held at a time.

    Args:
        frames: of the clip.
        height, width: of the samples, px.
    """
    begin, times, sampler = 0, list[Fraction](), Sampler(height, width)
    for frame, cut in _cuts(frames):
        if cut:
            yield sampler.shot(begin, times)
            begin, times, sampler = begin + len(times), [], Sampler(height, width)
        sampler.see(frame)
        times.append(frame.time)
    if times:
        yield sampler.shot(begin, times)


class Sampler:
    """Keeps some of a shot's frames, spread over it, however long it turns out to be.

    Args:
        height, width: of the samples, px.
    """

    def __init__(self, height: int, width: int) -> None:
        self.samples: list[Bytes] = []
        self._size, self._seen, self._stride = (height, width), 0, 1
        self._last: Fraction | None = None
        self._clear = self._hazy = False

    def see(self, frame: Frame) -> None:
        """The shot's next frame."""
        if self._seen % self._stride == 0:
            self.samples.append(frame.picture(*self._size))
        if len(self.samples) > _SAMPLES:
            # Every other one is enough for a shot twice as long.
            self.samples, self._stride = self.samples[::2], 2 * self._stride
        self._seen += 1
        self._last = frame.length
        if frame.alpha is not None and not self._hazy:
            alpha = frame.alpha(*self._size)
            self._clear = self._clear or bool((alpha < 255).any())
            self._hazy = bool(((alpha > 255 - _OPAQUE) & (alpha < _OPAQUE)).any())

    def shot(self, begin: int, times: list[Fraction]) -> Shot:
        """Return the shot that was seen, from its first frame's number on."""
        return Shot(begin, tuple(times), tuple(self.samples), self._last, self._clear, self._hazy)


def _cuts(frames: Iterable[Frame]) -> Iterator[tuple[Frame, bool]]:
    """Each frame, and whether a cut is before it."""
    before: deque[float] = deque(maxlen=_NEIGHBOURS)
    waiting: deque[tuple[Frame, float]] = deque()
    last: Bytes | None = None

    def judged() -> tuple[Frame, bool]:
        frame, difference = waiting.popleft()
        neighbours = [*before, *(later for _, later in waiting)]
        # Of two frames alone nobody can say whether they are two shots or a fast ride.
        cut = bool(neighbours) and difference > max(
            _LEAST, _TIMES * float(np.mean(neighbours)), _ALONE * max(neighbours)
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
        if len(waiting) > _NEIGHBOURS:
            yield judged()
    while waiting:
        yield judged()


def _difference(before: Bytes, after: Bytes) -> float:
    """Root mean square of what differs at the best shift, range [0, 1]."""
    middle = np.ascontiguousarray(before[_DOWN:-_DOWN, _ACROSS:-_ACROSS])
    errors = cv2.matchTemplate(after, middle, cv2.TM_SQDIFF)
    return float(np.sqrt(max(float(errors.min()), 0.0) / middle.size)) / 255
