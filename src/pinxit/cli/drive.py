"""Drive a job to its file: progress, preview, loss curves, and Ctrl-C that keeps the best picture so far."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pinxit import image as pictures
from pinxit.cli.arguments import OutputOptions
from pinxit.cli.display import Display, duration
from pinxit.cli.messages import say, warn
from pinxit.cli.plot import Point, check_plot, plot
from pinxit.cli.progress import Preview, run_with_progress
from pinxit.errors import PinxitError
from pinxit.files.lock import exclusive
from pinxit.files.paths import check_apart, expand_home
from pinxit.image.writer import holds_layers
from pinxit.job import report

if TYPE_CHECKING:
    from pinxit.image import Picture
    from pinxit.image.layers import Layer
    from pinxit.recipe.progress import Progress

PIPE = Path("-")
"""Standard input as the content, standard output as the result."""


class JsonRecipe(Protocol):
    """A recipe of any kind of work."""

    def to_json(self) -> str:
        """Return its JSON text."""


class Drivable(Protocol):
    """A `pinxit.job.Job`, or a work that makes more of one."""

    @property
    def engine(self) -> str: ...  # noqa: D102 - see Settings
    @property
    def notes(self) -> list[str]: ...  # noqa: D102 - see Job

    def paint(self) -> Iterator[Progress]:
        """Run the engine."""

    def stopped(self, progress: Progress) -> Progress:
        """Return the progress of a run that is stopped at `progress`, with a picture of the size asked for."""

    def result(self, progress: Progress) -> tuple[Picture, JsonRecipe]:
        """Return the picture at `progress`, and the recipe that reproduces it."""


@dataclass(frozen=True)
class Ending:
    """How a work ended.

    Attributes:
        last: its last step.
        interrupted: whether Ctrl-C ended it.
    """

    last: Progress
    interrupted: bool


def check_output(
    output: OutputOptions,
    *targets: Path,
    reads: Iterable[object],
    besides: Iterable[Path] = (),
    piped: bool = False,
) -> None:
    """Raise PinxitError now for what would fail, or replace an input, after minutes of painting.

    Args:
        output: what else to write.
        *targets: the results to write.
        reads: every file and folder that goes in, in any order; anything that is not a path is ignored.
        besides: files to write beside the results, such as maps.
        piped: whether the result may go to standard output, by the name -.
    """
    if piped and targets == (PIPE,):
        if sys.stdout.isatty():
            raise PinxitError("-o - writes a picture to standard output, which is a terminal: name a file, or a pipe.")
        targets = ()
    writes = {"the result": targets, "a file beside it": besides, "--preview": output.preview, "--plot": output.plot}
    check_apart(reads=reads, writes=writes)
    for target in targets:
        pictures.check_writable(target, overwrite=output.overwrite, bits=output.bits)
    for path in (*besides, *([output.preview] if output.preview else [])):
        pictures.check_writable(path, overwrite=output.overwrite)
    if output.plot:
        check_plot(output.plot, output.overwrite)


def drive(
    job: Drivable,
    target: Path,
    output: OutputOptions,
    *,
    keep_interrupted: bool = True,
    layers: Callable[[Picture], Sequence[Layer]] | None = None,
) -> Ending:
    """Paint, write and report.

    Args:
        job: the work.
        target: the file to write.
        output: what else to write, and how.
        keep_interrupted: write the best picture so far on Ctrl-C.
        layers: returns the layers of a result, for a file that holds them; without it the result is one layer.

    Returns:
        How it ended; if it was interrupted, the best picture so far has been written.

    Raises:
        KeyboardInterrupt: when there was no picture yet, or none is to be kept.
    """
    with exclusive(expand_home(target)):
        return _drive(job, target, output, keep_interrupted, layers)


def paint_with_progress(job: Drivable, title: str) -> Ending:
    """Paint a job that does not end in one file; Ctrl-C keeps the best so far.

    Args:
        job: the work.
        title: what to call it on the screen.

    Raises:
        KeyboardInterrupt: when there was no picture yet.
    """
    for note in job.notes:
        warn(note)
    with Display(title) as display:
        last, interrupted = run_with_progress(job.paint(), display)
    if last is None:
        raise KeyboardInterrupt
    return Ending(job.stopped(last) if interrupted else last, interrupted)


def _drive(
    job: Drivable,
    target: Path,
    output: OutputOptions,
    keep_interrupted: bool,
    layers: Callable[[Picture], Sequence[Layer]] | None,
) -> Ending:
    if output.plot and job.engine == "network":
        raise PinxitError("--plot draws what the optimiser minimises; a network has nothing to draw.")
    for note in job.notes:
        warn(note)
    curve: list[Point] = []

    def add_to_curve(progress: Progress) -> None:
        if output.plot:
            curve.append(Point(progress.size, progress.done[-1], **progress.losses))

    preview = Preview(output.preview)
    with Display(target.name) as display:
        last, interrupted = run_with_progress(job.paint(), display, _say_changes(display), add_to_curve, preview.offer)
    if last is None or (interrupted and not keep_interrupted):
        raise KeyboardInterrupt
    if interrupted:
        last = job.stopped(last)
    picture, recipe = job.result(last)
    made = layers(picture) if layers is not None and holds_layers(target) else ()
    written = _write(picture, target, recipe, output, made)
    print_line = warn if target == PIPE else say
    preview.write(picture)
    if output.plot:
        plot(curve, output.plot, output.overwrite)
    if output.as_json:
        print_line(json.dumps(report(written, picture, last, interrupted=interrupted)))
    else:
        how = f"interrupted at {last.size} px: " if interrupted else ""
        print_line(f"{how}{written} ({picture.width}×{picture.height} px, {duration(last.seconds)})")
    return Ending(last, interrupted)


def _say_changes(display: Display) -> Callable[[Progress], None]:
    """Return a watcher that says when a run continues an interrupted one, and when memory ran out."""
    before: Progress | None = None

    def watch(progress: Progress) -> None:
        nonlocal before
        if before is None and sum(progress.done) > 1:
            display.say(f"continues an interrupted run at {progress.size} px, iteration {progress.done[-1]}.")
        if before is not None and progress.memory < before.memory:
            display.say(f"memory ran out: continues with {progress.memory:.2g} GB.")
        before = progress

    return watch


def _write(picture: Picture, target: Path, recipe: JsonRecipe, output: OutputOptions, layers: Sequence[Layer]) -> str:
    """Write the result to its file or to standard output, and return which."""
    if target == PIPE:
        sys.stdout.buffer.write(pictures.to_bytes(picture, recipe=recipe.to_json(), bits=output.bits))
        sys.stdout.buffer.flush()
        return "standard output"
    path = pictures.write(
        picture,
        target,
        recipe=recipe.to_json(),
        overwrite=output.overwrite,
        bits=output.bits,
        quality=output.quality,
        layers=layers,
    )
    return str(path)
