"""The progress bar: scale, iteration, losses and time left."""

from __future__ import annotations

import contextlib
import math
import sys
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from pinxit.errors import printable

# Without a terminal (a log, a pipe) a line is printed now and then instead.
_SECONDS_BETWEEN_LINES = 10.0


def duration(seconds: float) -> str:
    """Return a duration in seconds as `8 s`, `1 min 40 s` or `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class Displayed(Protocol):
    """Progress that can be shown; see `pinxit.recipe.progress`."""

    @property
    def facts(self) -> str: ...  # noqa: D102 - see there
    @property
    def seconds(self) -> float: ...  # noqa: D102
    @property
    def seconds_left(self) -> float: ...  # noqa: D102


class Display:
    """A progress bar on standard error.

    Args:
        title: what is being painted.
    """

    def __init__(self, title: str) -> None:
        self._title = title = printable(title)
        self._console = Console(stderr=True)
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", style="bold", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[facts]}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task(title, total=1.0, facts="looking at the pictures", left="")
        self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Hide the bar within the context, in which lines are printed on standard output."""
        self._bar.stop()
        yield
        self._bar.start()

    def say(self, sentence: str) -> None:
        """Print a sentence above the bar."""
        self._console.print(f"pinxit: {printable(sentence)}", highlight=False, markup=False, soft_wrap=True)

    def show(self, progress: Displayed) -> None:
        """Show the next step of a work."""
        left = f"{duration(progress.seconds_left)} left" if math.isfinite(progress.seconds_left) else ""
        share = progress.seconds / max(progress.seconds + progress.seconds_left, 1e-9)
        self._bar.update(self._task, completed=share, facts=progress.facts, left=left)
        if self._bar.disable and time.monotonic() - self._last_line > _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            print(f"{self._title}: {progress.facts}  {left}", file=sys.stderr)  # noqa: T201
