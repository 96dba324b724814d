"""What is to be painted: the frames of a film, its shots, and how one gets from one frame to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Protocol

from pinxit.video.flow import Bytes, FlowMethod
from pinxit.video.recipe import FilmRecipe, seconds
from pinxit.video.source import Frame, Source
from pinxit.video.survey import Shot

# Frames that a piece of a shot is painted before it begins. What is carried along is renewed by a quarter with each frame
# (`steady.STAYS`): of the piece's own beginning 0.75³² = 0.0001 is left.
RUN_UP = 32
# What a rate may be off by, where times are rounded.
_EVEN = 0.005
# A step between two frames that is so many times as long as another is no rounding.
_UNEVEN = 1.5


@dataclass(frozen=True)
class Step:
    """Where the painting of a film stands.

    Attributes:
        done: frames that are painted.
        content, painted: the latest of them and its painting, `(H, W, 3)`.
        facts: what there is to say of the one that is being painted.
    """

    done: int
    content: Bytes | None = None
    painted: Bytes | None = None
    facts: str = ""


@dataclass(frozen=True)
class Stretch:
    """Frames that are painted each from the one before it.

    Attributes:
        begin, end: numbers of the first and of the one after the last.
        first: where the painting starts, so that at `begin` it is as if it had come from the shot's beginning.
    """

    begin: int
    end: int
    first: int


class Sink(Protocol):
    """Where the frames of a film go, one after the other.

    Attributes:
        done: how many are there.
    """

    done: int

    def last(self) -> Bytes:
        """The last of them."""

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """The next, shown from `time` s on."""


@dataclass(frozen=True)
class Plan:
    """A film before it is painted.

    Attributes:
        recipe: the film's.
        source: the clip.
        height, width: of the frames, px.
        flow: finds the optical flow.
        begin: when its first frame is shown, s on the clip's clock.
        shots: what lies between the cuts.
        stretches: what is painted in one go, in order.
        keyframes: frames that somebody painted, by their number from 0, `(H, W, 3)`.
    """

    recipe: FilmRecipe
    source: Source
    height: int
    width: int
    flow: FlowMethod
    begin: Fraction = Fraction(0)
    shots: tuple[Shot, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    keyframes: Mapping[int, Bytes] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Frames in all."""
        return self.stretches[-1].end - self.first if self.stretches else 0

    @property
    def length(self) -> Fraction:
        """How long the film is, s: to the end of its last frame."""
        last = self.shots[-1]
        return last.times[-1] + (last.last or 1 / self.source.rate) - self.begin

    @property
    def rate(self) -> Fraction:
        """Frames a second: the clip's where they come evenly, or on average."""
        times = self.times
        spread = len(times) > 1 and (times[-1] - times[0]) * self.source.rate / (len(times) - 1)
        even = not spread or abs(spread - 1) < _EVEN
        return self.source.rate if even else (self.count / self.length).limit_denominator(1001)

    @property
    def even(self) -> bool:
        """Whether its frames come at equal distances, but for the rounding of their times."""
        steps = [after - before for before, after in pairwise(self.times)]
        return not steps or max(steps) < _UNEVEN * min(steps)

    @property
    def clear(self) -> bool:
        """Whether something in it is transparent."""
        return any(shot.clear for shot in self.shots)

    @property
    def first(self) -> int:
        """The number of its first frame: not 0 in a plan that is a part of another."""
        return self.stretches[0].begin

    @property
    def times(self) -> list[Fraction]:
        """When each frame is shown, s since the first."""
        return [time - self.begin for shot in self.shots for time in shot.times]

    def shot(self, number: int) -> Shot:
        """The one that a frame is in."""
        return self.shots[bisect_right(self.shots, number, key=lambda shot: shot.begin) - 1]

    def begins(self, number: int) -> bool:
        """Whether a shot begins with a frame."""
        return self.shot(number).begin == number

    def follows(self, number: int) -> bool:
        """Whether there is a keyframe before a frame in its shot."""
        return any(self.shot(number).begin <= key < number for key in self.keyframes)

    def cut(self, shots: tuple[Shot, ...]) -> Plan:
        """The plan with its shots, and in what stretches they are painted."""
        plan = replace(self, begin=shots[0].times[0] if shots else Fraction(0), shots=shots)
        return replace(plan, stretches=tuple(stretch for shot in shots for stretch in plan.stretches_of(shot)))

    def stretches_of(self, shot: Shot) -> Iterator[Stretch]:
        """A shot whole, or a long one in pieces of the same length."""
        piece, count = self.recipe.piece, 1
        # What follows a keyframe remembers it for long.
        if piece is not None and not any(shot.begin <= key < shot.end for key in self.keyframes):
            count = -(-len(shot.times) // piece)
        run_up = RUN_UP if self.recipe.consistency == "on" else 0
        begins = [shot.begin + len(shot.times) * number // count for number in range(count + 1)]
        for begin, end in pairwise(begins):
            yield Stretch(begin, end, max(shot.begin, begin - run_up))

    def alphas(self) -> Iterator[Bytes | None]:
        """The opacity of each frame `(H, W)`; None of those whose format has none."""
        for _, frame in self.between(self.first, self.first + self.count):
            yield None if frame.alpha is None else frame.alpha(self.height, self.width)

    def frames(self) -> Iterator[tuple[int, Frame]]:
        """The frames with their numbers, their times on the clip's clock."""
        start, end = seconds(self.recipe.start), self.recipe.end
        frames = (frame for frame in self.source.frames(start) if frame.time >= start)
        for number, frame in enumerate(frames):
            if end is not None and frame.time >= seconds(end):
                return
            yield number, frame

    def between(self, first: int, end: int) -> Iterator[tuple[int, Frame]]:
        """The frames from one number to before another."""
        shot = self.shot(first)
        start = shot.times[first - shot.begin]
        frames = (frame for frame in self.source.frames(start) if frame.time >= start)
        yield from zip(range(first, end), frames, strict=False)

    def contents(self, first: int, end: int) -> Iterator[tuple[int, Fraction, Bytes]]:
        """The same as numbers, times in the film and pixels `(H, W, 3)`."""
        for number, frame in self.between(first, end):
            yield number, frame.time - self.begin, frame.picture(self.height, self.width)
