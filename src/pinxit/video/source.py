"""Sources of frames: what clips and folders of frames have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pinxit.video.optical_flow import Bytes

DEFAULT_RATE = Fraction(24)  # frames a second, where neither a clip nor the user says how many


@dataclass(frozen=True)
class Frame:
    """One frame of a clip.

    Attributes:
        time: time since the first frame, s.
        picture: returns the upright pixels `(height, width, 3)` at the requested size; most frames are needed small, or not
            at all. Transparent places have the colour of the nearest visible ones.
        alpha: returns the opacity `(height, width)` at the requested size; None where the format has none.
        duration: how long the frame is shown, s; None where unknown.
    """

    time: Fraction
    picture: Callable[[int, int], Bytes]
    alpha: Callable[[int, int], Bytes] | None = None
    duration: Fraction | None = None


class FrameSource(Protocol):
    """A clip or a folder of frames.

    Attributes:
        path: the clip's or the folder's path.
        width, height: size of upright frames, px.
        rate: average frames a second.
        count: number of frames, as far as it is known.
        pixel_aspect: a pixel's width divided by its height.
        begin: time of the first frame on the clip's own clock, s.
        alpha: whether the format has transparency, which frames may use.
        notes: what to tell the user about the reading; complete once all frames are read.
    """

    path: Path
    width: int
    height: int
    rate: Fraction
    count: int
    pixel_aspect: Fraction
    begin: Fraction
    alpha: bool
    notes: list[str]

    def frames(self, start: Fraction = ...) -> Iterator[Frame]:
        """Yield all frames, or those from some time at or before `start`, s."""
