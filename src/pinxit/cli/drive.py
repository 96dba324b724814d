"""Drive a job to its file: progress, preview, Ctrl-C that keeps the best so far, the loss curves."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from pinxit import picture as pictures
from pinxit.cli.display import Display, duration
from pinxit.cli.main import complain
from pinxit.cli.plot import Point, check_plot, plot
from pinxit.cli.say import say
from pinxit.errors import PinxitError
from pinxit.job import report
from pinxit.lock import alone
from pinxit.picture.paths import at_home, check_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pinxit.picture import Picture
    from pinxit.picture.progress import Progress

PIPE = Path("-")
"""Standard input as the content, standard output as the result."""
# A preview costs a resize and a PNG, some tens of milliseconds.
_SECONDS_BETWEEN_PREVIEWS = 2.0


@dataclass(frozen=True)
class Output:
    """What to write, besides the picture itself.

    Attributes:
        overwrite: replace files that are there.
        bits: 8 or 16 bits a channel.
        quality: of JPEG, WebP and AVIF, 1 to 100.
        preview: a picture to refresh while the work goes on.
        plot: a picture of the loss curves.
        as_json: print the report as one line of JSON.
    """

    overwrite: bool = False
    bits: Literal[8, 16] = 8
    quality: int = 95
    preview: Path | None = None
    plot: Path | None = None
    as_json: bool = False

    def check(self, *targets: Path, reads: Iterable[object], besides: Iterable[Path] = (), piped: bool = False) -> None:
        """Raise PinxitError now for what would fail, or replace an input, after minutes of painting.

        Args:
            targets: the results to write.
            reads: every file and folder that goes in, in any order; what is no path is passed over.
            besides: files to write beside the results, such as maps.
            piped: whether the result may go to standard output, by the name -.
        """
        if piped and targets == (PIPE,):
            if sys.stdout.isatty():
                raise PinxitError(
                    "-o - writes a picture to standard output, which is a terminal: name a file, or a pipe."
                )
            targets = ()
        writes = {"the result": targets, "a file beside it": besides, "--preview": self.preview, "--plot": self.plot}
        check_apart(reads=reads, writes=writes)
        for target in targets:
            pictures.check_writable(target, overwrite=self.overwrite, bits=self.bits)
        for path in (*besides, *([self.preview] if self.preview else [])):
            pictures.check_writable(path, overwrite=self.overwrite)
        if self.plot:
            check_plot(self.plot, self.overwrite)


class Recorded(Protocol):
    """A recipe of any kind."""

    def to_json(self) -> str:
        """Its text."""


class Work(Protocol):
    """What can be driven: a `pinxit.job.Job`, or what makes more of one."""

    @property
    def engine(self) -> str: ...  # noqa: D102 - told by Settings
    @property
    def notes(self) -> list[str]: ...  # noqa: D102 - told by Job

    def paint(self) -> Iterator[Progress]:
        """Run the engine."""

    def result(self, progress: Progress) -> tuple[Picture, Recorded]:
        """The picture as it stands, and the recipe that makes it again."""


class Kept:
    """A work that remembers where it stood when its result was taken, for what else is made of that.

    Args:
        work: what is driven.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self.engine, self.notes, self.paint = work.engine, work.notes, work.paint
        self.last: Progress | None = None

    def result(self, progress: Progress) -> tuple[Picture, Recorded]:
        """The work's own."""
        self.last = progress
        return self._work.result(progress)


def drive(job: Work, target: Path, output: Output, *, keep_interrupted: bool = True) -> bool:
    """Paint, write, report.

    Args:
        job: what to paint.
        target: the file to write.
        output: what else to write, and how.
        keep_interrupted: write the best picture so far on Ctrl-C.

    Returns:
        True when the work was interrupted and the best picture so far was written.

    Raises:
        KeyboardInterrupt: when there was no picture yet, or none is to be kept.
    """
    with alone(at_home(target)):
        return _drive(job, target, output, keep_interrupted=keep_interrupted)


def _drive(job: Work, target: Path, output: Output, *, keep_interrupted: bool) -> bool:
    if output.plot and job.engine == "network":
        raise PinxitError("--plot draws what the optimiser minimises; a network has nothing to draw.")
    for note in job.notes:
        complain(note)
    curve: list[Point] = []
    last: Progress | None = None
    interrupted = False
    previewed = 0.0
    try:
        with Display(target.name) as display:
            for progress in job.paint():
                if last is None and sum(progress.done) > 1:
                    display.say(f"goes on where it was cut off, at {progress.size} px, iteration {progress.done[-1]}.")
                if last is not None and progress.memory < last.memory:
                    display.say(f"memory ran out: goes on with {progress.memory:.2g} GB.")
                last = progress
                if output.plot:
                    curve.append(Point(progress.size, progress.done[-1], **progress.losses))
                display.show(progress)
                if output.preview and time.monotonic() - previewed > _SECONDS_BETWEEN_PREVIEWS:
                    pictures.write(progress.picture(), output.preview, overwrite=True)
                    previewed = time.monotonic()
    except KeyboardInterrupt:
        interrupted = True
    if last is None or (interrupted and not keep_interrupted):
        raise KeyboardInterrupt
    picture, recipe = job.result(last)
    if target == PIPE:
        sys.stdout.buffer.write(pictures.to_bytes(picture, recipe=recipe.to_json(), bits=output.bits))
        sys.stdout.buffer.flush()
        written = "standard output"
    else:
        written = str(_written(picture, target, recipe, output))
    tell: Callable[[str], None] = complain if target == PIPE else say
    if output.preview:
        pictures.write(picture, output.preview, overwrite=True)
    if output.plot:
        plot(curve, output.plot, output.overwrite)
    if output.as_json:
        tell(json.dumps(report(written, picture, last, interrupted=interrupted)))
    else:
        how = f"interrupted at {last.size} px, the best so far: " if interrupted else ""
        tell(f"{how}{written} ({picture.width}×{picture.height} px, {duration(last.seconds)})")
    return interrupted


def _written(picture: Picture, target: Path, recipe: Recorded, output: Output) -> Path:
    return pictures.write(
        picture, target, recipe=recipe.to_json(), overwrite=output.overwrite, bits=output.bits, quality=output.quality
    )
