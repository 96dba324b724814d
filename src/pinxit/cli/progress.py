"""Run a work to its end, or to Ctrl-C, with its progress on the screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from rich.console import Console
from rich.progress import track

from pinxit import image as pictures
from pinxit.cli.display import Display, Displayed

if TYPE_CHECKING:
    from pinxit.design.taste import RatedPicture
    from pinxit.image import Picture

P = TypeVar("P", bound=Displayed)


class Painted(Protocol):
    """Progress that has a picture."""

    def picture(self) -> Picture:
        """Return the best picture so far."""


class Preview:
    """A picture file that is refreshed while the work goes on.

    Args:
        path: the file; None for no preview.
        interval: the shortest time between two refreshes, s. A refresh costs a resize and a PNG, some tens of ms.
        delay: the time before the first one, s.
    """

    def __init__(self, path: Path | None, interval: float = 2.0, delay: float = 0.0) -> None:
        self._path = path
        self._interval = interval
        self._due = time.monotonic() + delay

    def offer(self, progress: Painted) -> None:
        """Refresh the picture if it is time to."""
        if self._path is not None and time.monotonic() > self._due:
            self.write(progress.picture())
            self._due = time.monotonic() + self._interval

    def write(self, picture: Picture) -> None:
        """Refresh the picture now."""
        if self._path is not None:
            pictures.write(picture, self._path, overwrite=True)


def run_with_progress(steps: Iterable[P], display: Display, *watchers: Callable[[P], object]) -> tuple[P | None, bool]:
    """Run a work and show every step.

    Args:
        steps: the work's iterator of progress.
        display: where to show it.
        *watchers: functions that are given every step too.

    Returns:
        The last step, None where there was none, and whether Ctrl-C ended the work.
    """
    last: P | None = None
    try:
        for last in steps:
            display.show(last)
            for watch in watchers:
                watch(last)
    except KeyboardInterrupt:
        return last, True
    return last, False


def finish_with_progress(steps: Iterable[P], display: Display) -> P:
    """Run a work that is worth nothing unless it is finished, show every step and return the last one.

    Args:
        steps: the work's iterator of progress.
        display: where to show it.

    Raises:
        KeyboardInterrupt: on Ctrl-C.
    """
    last, interrupted = run_with_progress(steps, display)
    if last is None or interrupted:
        raise KeyboardInterrupt
    return last


def look_at(names: list[str], keep: int | None = None) -> list[tuple[RatedPicture, Picture]]:
    """Return pictures' statistics for `pinxit taste`, and the pictures themselves, reduced.

    Args:
        names: the pictures' files.
        keep: the longer side at which the pictures are kept, px.
    """
    from pinxit.design.taste import measure

    watched = track(measure(names), "looking", total=len(names), console=Console(stderr=True), transient=True)
    return [(statistics, pictures.fit(picture, keep or 16)) for statistics, picture in watched]
