"""`pinxit watch folder/ --style painting.jpg -o painted/`."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import EncoderWeights, OutputOptions, StyleOptions, Without
from pinxit.cli.command_app import command_app
from pinxit.cli.drive import drive
from pinxit.cli.folders import check_goal
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import warn
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.errors import PinxitError
from pinxit.files.arrivals import Arrivals
from pinxit.files.lock import exclusive
from pinxit.files.paths import check_apart, expand_home, identity
from pinxit.image import discover
from pinxit.image.writer import target_name
from pinxit.preparation import StyleImage, prepare

app = command_app()

_PAUSE = 0.5  # s between two looks into the folder


@app.command(
    cls=OrderedCommand,
    help="Paint pictures as they arrive in a folder.\n\n"
    "Pictures that are there already are painted first. Each is painted once: a result by the same recipe is left as it is, "
    "also after a restart. A file that is still being written is waited for. Ctrl-C ends it.",
    epilog="[bold]pinxit watch inbox/ --style painting.jpg -o painted/ --preset instant[/bold]",
)
@with_settings
def watch(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(help="The folder to watch, with its subfolders.", show_default=False)],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The folder to write to; created if missing.", show_default=False)
    ],
    placing: StyleOptions,
    how: Annotated[OutputOptions, Without("preview", "plot")],
    settle: Annotated[
        float,
        typer.Option(help="How long a file must stay unchanged to count as complete, s.", min=0, max=3600),
    ] = 2.0,
    idle: Annotated[
        float | None,
        typer.Option(help="End when no file has arrived for this long, s.", min=0, show_default="never"),
    ] = None,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    folder, output = expand_home(folder), expand_home(output)
    styles = placed_styles(ctx, placing)
    if not styles:
        raise PinxitError("no style is given: add --style PICTURE; `pinxit styles` lists those that come with pinxit.")
    if not folder.is_dir():
        raise PinxitError(f"{folder} is not a folder: give one to watch.")
    if output.exists() and not output.is_dir():
        raise PinxitError(f"{output} is a file: give a folder for the results by -o.")
    check_goal(folder, output, [])
    inputs = [*files_of(styles), placing.keep, encoder_weights, settings["init"]]
    check_apart(reads=inputs, writes={"the folder of the results": output})
    # A mistake in the styles or settings holds for every picture: report it once, before the first.
    prepare("sample:coffee", [replace(one, region=None) for one in styles], encoder_weights=encoder_weights, **settings)
    options = {"keep": placing.keep, "encoder_weights": encoder_weights, "wide": True, **settings}
    own = {identity(path) for path in inputs if isinstance(path, str | Path) and expand_home(path).is_file()}
    watcher = _Watcher(folder, output, styles, options, how, own)
    with exclusive(output), _ended_by_terminate():
        try:
            watcher.run(Arrivals(folder, settle, left_out=output), idle)
        except KeyboardInterrupt:
            watcher.end()
    watcher.report()


@dataclass
class _Watcher:
    """The painting of a folder's pictures.

    Attributes:
        folder: where they arrive.
        output: where the results go, under the same names.
        styles: style images.
        options: settings, and further arguments of `prepare`.
        how: how to write the results.
        own: files that are style images or masks, which are not painted.
        painting: the picture that is painted now.
        painted: how many were.
        before: how many had been painted by the same recipe before.
        failed: files that could not be.
    """

    folder: Path
    output: Path
    styles: list[StyleImage]
    options: dict[str, Any]
    how: OutputOptions
    own: set[Any]
    painting: Path | None = None
    painted: int = 0
    before: int = 0
    failed: list[str] = field(default_factory=list)

    def run(self, arrivals: Arrivals, idle: float | None) -> None:
        """Paint what arrives.

        Args:
            arrivals: the folder's files.
            idle: end when nothing has arrived for so long, s; None for never.
        """
        warn(f"watches {self.folder}: Ctrl-C ends it.")
        last = time.monotonic()
        while True:
            for path in arrivals.ready():
                if not discover.reason_against(path) and identity(path) not in self.own:
                    self._paint(path)
                    last = time.monotonic()
            if arrivals.waiting:
                last = time.monotonic()
            if idle is not None and time.monotonic() - last >= idle:
                return
            time.sleep(_PAUSE)

    def _paint(self, source: Path) -> None:
        target = self.output / target_name(source.relative_to(self.folder).as_posix())
        self.painting = source
        try:
            job = prepare(str(source), self.styles, **self.options)
            if target.is_file() and job.matches(pictures.read_recipe(target)):
                self.before += 1
            else:
                pictures.check_writable(target, overwrite=self.how.overwrite, bits=self.how.bits)
                drive(job, target, self.how, keep_interrupted=False, layers=job.layers)
                self.painted += 1
        except PinxitError as error:
            if source.exists():  # otherwise it was taken away again, which is no failure
                self.failed.append(str(source))
                warn(f"{source}: {error} It is tried again when the file changes.")
        self.painting = None

    def end(self) -> NoReturn:
        """End by Ctrl-C, which is the usual end of it, and an interruption only while a picture is painted."""
        self.report()
        if self.painting is None:
            sys.exit(0)
        warn(f"{self.painting} was not finished: the same command paints it.")
        sys.exit(INTERRUPTED)

    def report(self) -> None:
        """Print how many pictures were painted."""
        warn(f"{self.painted} painted, {self.before} done before, {len(self.failed)} failed.")


@contextlib.contextmanager
def _ended_by_terminate() -> Iterator[None]:
    """Let SIGTERM, by which services are stopped, end the command as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
