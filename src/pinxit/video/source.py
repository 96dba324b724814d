"""Where the frames of a film come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from pinxit.video.flow import Bytes

# Frames a second, where nobody says how many.
FILM_RATE = Fraction(24)


@dataclass(frozen=True)
class Frame:
    """One picture of a clip.

    Attributes:
        time: since the first frame, s.
        picture: gives its pixels `(height, width, 3)`, upright, at the size that is asked for: most frames are wanted
            small, or not at all. Where it is transparent, it has the colour of what is seen beside.
        alpha: gives its opacity `(height, width)`, likewise; None where its format has none.
        length: how long it is shown, s; None where nothing says it.
    """

    time: Fraction
    picture: Callable[[int, int], Bytes]
    alpha: Callable[[int, int], Bytes] | None = None
    length: Fraction | None = None


class Source(Protocol):
    """Where frames come from.

    Attributes:
        path: the clip's or the folder's.
        width, height: px, of upright frames.
        rate: frames a second, on average.
        count: how many frames there are, as far as is known.
        pixel_aspect: width of a pixel by its height.
        begin: where its first frame lies on its own clock, s.
        alpha: whether its format has transparency, which its frames may use.
        notes: what reading had to decide, known in full when all is read.
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
        """From the beginning, or from somewhere before `start`, s."""
