"""What is to be painted: the frames of a film, its shots, and how one gets from one frame to the next."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from pinxit.video.clip import Frame, Source
from pinxit.video.flow import Bytes, FlowMethod
from pinxit.video.recipe import FilmRecipe
from pinxit.video.survey import Shot


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
        shots: what lies between the cuts.
        keyframes: frames that somebody painted, by their number from 0, `(H, W, 3)`.
    """

    recipe: FilmRecipe
    source: Source
    height: int
    width: int
    flow: FlowMethod
    shots: tuple[Shot, ...] = ()
    keyframes: Mapping[int, Bytes] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Frames in all."""
        return self.shots[-1].end

    @property
    def times(self) -> list[Fraction]:
        """When each frame is shown, s since the first."""
        begin = self.shots[0].times[0]
        return [time - begin for shot in self.shots for time in shot.times]

    def shot(self, number: int) -> Shot:
        """The one that a frame is in."""
        return self.shots[bisect_right(self.shots, number, key=lambda shot: shot.begin) - 1]

    def begins(self, number: int) -> bool:
        """Whether a shot begins with a frame."""
        return self.shot(number).begin == number

    def follows(self, number: int) -> bool:
        """Whether there is a keyframe before a frame in its shot."""
        return any(self.shot(number).begin <= key < number for key in self.keyframes)

    def frames(self, first: int = 0) -> Iterator[tuple[int, Frame]]:
        """The frames from a number on, their times on the clip's clock."""
        start, end = Fraction(self.recipe.start), self.recipe.end
        number = 0
        for frame in self.source.frames(start):
            if frame.time < start:
                continue
            if end is not None and frame.time >= Fraction(end):
                return
            if number >= first:
                yield number, frame
            number += 1

    def contents(self, first: int = 0) -> Iterator[tuple[int, Fraction, Bytes]]:
        """The same as numbers, times in the film and pixels `(H, W, 3)`."""
        begin = self.shots[0].times[0]
        for number, frame in self.frames(first):
            yield number, frame.time - begin, frame.picture(self.height, self.width)
