"""The plan of a film: its frames and shots, and the pieces in which they are painted."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from pinxit.video.auto_keys import KeyChooser
from pinxit.video.optical_flow import Bytes, Field, FlowMethod
from pinxit.video.recipe import FilmRecipe, seconds
from pinxit.video.shot_detection import Shot
from pinxit.video.source import Frame, FrameSource

# frames: painted before a piece of a shot begins. A quarter of the blend is fresh in each frame (`temporal_blend.KEPT`), so
# 0.75³² = 0.0001 of the first painting is left where the piece begins.
RUN_UP = 32
_RATE_TOLERANCE = 0.005  # share by which a rate may be off, where times are rounded
_UNEVEN = 1.5  # ratio of two steps between frames from which it is no rounding error


@dataclass(frozen=True)
class VideoStep:
    """A step in the painting of a film.

    Attributes:
        done: number of painted frames.
        content, painted: the latest of them and its painting, `(H, W, 3)`.
        facts: a line on the frame that is being painted.
    """

    done: int
    content: Bytes | None = None
    painted: Bytes | None = None
    facts: str = ""


@dataclass(frozen=True)
class KeyPainting:
    """The painting of a keyframe.

    Attributes:
        pixels: `(H, W, 3)`.
        mask: where it is followed, `(H, W)`, range [0, 1]; None is everywhere.
        worn: how far its strokes were stretched or squeezed since they were painted, `(H, W)`, log₂; None is not at all.
    """

    pixels: Bytes
    mask: Field | None = None
    worn: Field | None = None


@dataclass(frozen=True)
class Piece:
    """Frames that are painted one after the other, each depending on the one before.

    Attributes:
        begin, end: number of the first frame, and of the one after the last.
        run_up_begin: number of the frame where the painting starts. It lies before `begin`, so that the frame at `begin` looks
            as if the shot had been painted from its beginning.
    """

    begin: int
    end: int
    run_up_begin: int


class FrameSink(Protocol):
    """A destination of painted frames, in order.

    Attributes:
        done: number of the next frame; all before it are painted.
        folder: a folder for temporary files.
    """

    done: int
    folder: Path

    def last(self) -> Bytes:
        """Return the last painted frame."""

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """Add the next frame, shown from `time` s on."""


@dataclass(frozen=True)
class VideoPlan:
    """The plan of a film, or of a part of one.

    Attributes:
        recipe: the film's recipe.
        source: the clip.
        height, width: of the frames, px.
        flow: the optical flow method.
        begin: time of the film's first frame, s on the clip's clock.
        shots: the shots, in order.
        pieces: the pieces, in order.
        keyframes: frames painted by a person, by their number from 0.
        named_keys: numbers of the keyframes that pinxit paints because the user named them, from 0.
        key_masks: where they are followed, `(H, W)`, range [0, 1], by their number from 0.
        chooses_keys: whether pinxit chooses keyframes; they are then in the shots.
    """

    recipe: FilmRecipe
    source: FrameSource
    height: int
    width: int
    flow: FlowMethod
    begin: Fraction = Fraction(0)
    shots: tuple[Shot, ...] = ()
    pieces: tuple[Piece, ...] = ()
    keyframes: Mapping[int, KeyPainting] = field(default_factory=dict)
    key_masks: Mapping[int, Field] = field(default_factory=dict)
    named_keys: frozenset[int] = frozenset()
    chooses_keys: bool = False

    @property
    def count(self) -> int:
        """The number of frames."""
        return self.pieces[-1].end - self.first if self.pieces else 0

    @property
    def length(self) -> Fraction:
        """The duration, s, to the end of the last frame."""
        last = self.shots[-1]
        return last.times[-1] + (last.last_duration or 1 / self.source.rate) - self.begin

    @property
    def rate(self) -> Fraction:
        """Frames a second: the clip's rate where frames are evenly spaced, else the average."""
        times = self.times
        spread = len(times) > 1 and (times[-1] - times[0]) * self.source.rate / (len(times) - 1)
        even = not spread or abs(spread - 1) < _RATE_TOLERANCE
        return self.source.rate if even else (self.count / self.length).limit_denominator(1001)

    @property
    def is_evenly_spaced(self) -> bool:
        """Whether frames are evenly spaced, apart from the rounding of their times."""
        steps = [after - before for before, after in pairwise(self.times)]
        return not steps or max(steps) < _UNEVEN * min(steps)

    @property
    def transparent(self) -> bool:
        """Whether any frame is transparent in parts."""
        return any(shot.transparent for shot in self.shots)

    @property
    def first(self) -> int:
        """The number of the first frame: not 0 in a plan of a part."""
        return self.pieces[0].begin

    @property
    def times(self) -> list[Fraction]:
        """The time of each frame, s since the first."""
        return [time - self.begin for shot in self.shots for time in shot.times]

    def shot(self, number: int) -> Shot:
        """Return the shot that contains a frame."""
        return self.shots[bisect_right(self.shots, number, key=lambda shot: shot.begin) - 1]

    def starts_shot(self, number: int) -> bool:
        """Return whether a frame is the first of its shot."""
        return self.shot(number).begin == number

    @property
    def keys(self) -> frozenset[int]:
        """The numbers of all keyframes, painted by a person or by pinxit, from 0."""
        return frozenset(self.keyframes) | self.own_keys

    @property
    def own_keys(self) -> frozenset[int]:
        """The numbers of the keyframes that pinxit paints, from 0."""
        chosen = (number for shot in self.shots for number in shot.keys)
        return self.named_keys.union(chosen) - frozenset(self.keyframes)

    @property
    def chooser(self) -> Callable[[], KeyChooser] | None:
        """What makes the chooser of a shot's keyframes; None where all keyframes are named."""
        return functools.partial(KeyChooser, self.height, self.width) if self.chooses_keys else None

    def time(self, number: int) -> float:
        """Return a frame's time in the film, s."""
        shot = self.shot(number)
        return float(shot.times[number - shot.begin] - self.begin)

    def keys_in_shot(self, number: int) -> list[int]:
        """Return the numbers of the keyframes in the shot that contains a frame, in order."""
        shot = self.shot(number)
        return sorted(key for key in self.keys if shot.begin <= key < shot.end)

    def first_to_read(self, number: int) -> int:
        """Return the first frame that a frame's painting needs: the keyframe before it in its shot, or else itself."""
        return max((key for key in self.keys_in_shot(number) if key <= number), default=number)

    def with_shots(self, shots: tuple[Shot, ...]) -> VideoPlan:
        """Return the plan with its shots, and the pieces in which they are painted."""
        plan = replace(self, begin=shots[0].times[0] if shots else Fraction(0), shots=shots)
        return replace(plan, pieces=tuple(piece for shot in shots for piece in plan.pieces_of(shot)))

    def pieces_of(self, shot: Shot) -> Iterator[Piece]:
        """Yield a shot as one piece, or a long shot as pieces of the same length."""
        frames, count = self.recipe.piece, 1
        # Frames depend on keyframes that are too far away for a piece to contain them.
        if frames is not None and not self.keys_in_shot(shot.begin):
            count = -(-len(shot.times) // frames)
        run_up = RUN_UP if self.recipe.consistency == "on" else 0
        begins = [shot.begin + len(shot.times) * number // count for number in range(count + 1)]
        for begin, end in pairwise(begins):
            yield Piece(begin, end, max(shot.begin, begin - run_up))

    def alphas(self) -> Iterator[Bytes | None]:
        """Yield the opacity of each frame, `(H, W)`, or None where the format has none."""
        for _, frame in self.frames_between(self.first, self.first + self.count):
            yield None if frame.alpha is None else frame.alpha(self.height, self.width)

    def frames(self) -> Iterator[tuple[int, Frame]]:
        """Yield all frames between the recipe's start and end, with their numbers; their times are on the clip's clock."""
        start, end = seconds(self.recipe.start), self.recipe.end
        frames = (frame for frame in self.source.frames(start) if frame.time >= start)
        for number, frame in enumerate(frames):
            if end is not None and frame.time >= seconds(end):
                return
            yield number, frame

    def frames_between(self, first: int, end: int) -> Iterator[tuple[int, Frame]]:
        """Yield the frames from number `first` to before `end`, with their numbers."""
        shot = self.shot(first)
        start = shot.times[first - shot.begin]
        frames = (frame for frame in self.source.frames(start) if frame.time >= start)
        yield from zip(range(first, end), frames, strict=False)

    def pixels_between(self, first: int, end: int) -> Iterator[tuple[int, Fraction, Bytes]]:
        """Yield the frames from `first` to before `end`: number, time in the film, s, and pixels `(H, W, 3)`."""
        for number, frame in self.frames_between(first, end):
            yield number, frame.time - self.begin, frame.picture(self.height, self.width)
