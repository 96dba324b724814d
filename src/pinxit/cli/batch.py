"""`pinxit batch photos/ --style painting.jpg -o painted/`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import ClusterOptions, EncoderWeights, OutputOptions, StyleOptions, Without
from pinxit.cli.cluster_progress import ClusterProgress
from pinxit.cli.command_app import command_app
from pinxit.cli.display import duration
from pinxit.cli.drive import drive
from pinxit.cli.folders import check_goal, pictures_in, warn_left_out, warn_names_left_out
from pinxit.cli.main import FAILED, INTERRUPTED
from pinxit.cli.messages import say, warn
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart
from pinxit.image.writer import target_name
from pinxit.preparation import StyleImage, prepare

if TYPE_CHECKING:
    from pinxit.cluster.batch import BatchWorkload

app = command_app()


@app.command(
    cls=OrderedCommand,
    help="Paint all the pictures in a folder and its subfolders.\n\n"
    "The results have the same names in the same tree. A picture that has been painted by the same recipe is not painted "
    "again: after Ctrl-C, or when pictures were added, the same command continues.",
    epilog="[bold]pinxit batch photos/ --style painting.jpg -o painted/ --preset draft[/bold]",
)
@with_settings
def batch(
    ctx: typer.Context,
    folder: Annotated[str, typer.Argument(help="The folder of content images.", show_default=False)],
    output: Annotated[
        str, typer.Option("--output", "-o", help="The folder to write to; created if missing.", show_default=False)
    ],
    placing: StyleOptions,
    how: Annotated[OutputOptions, Without("preview", "plot")],
    cluster: ClusterOptions,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    styles = placed_styles(ctx, placing)
    if cluster.address is not None:
        from pinxit.cluster.batch import BatchWorkload

        weights = None if encoder_weights is None else str(encoder_weights)
        order = BatchWorkload(
            folder, output, styles, placing.keep, weights, settings, how.overwrite, how.bits, how.quality
        )
        _paint_on_cluster(cluster.address, order.absolute(), cluster, as_json=how.as_json)
        return
    if "://" in folder or "://" in output:
        raise PinxitError("addresses are for --cluster: name folders, or a cluster.")
    # A mistake in the styles or settings holds for every picture: report it once, before the first.
    prepare("sample:coffee", [replace(one, region=None) for one in styles], encoder_weights=encoder_weights, **settings)
    options = {"keep": placing.keep, "encoder_weights": encoder_weights, **settings}
    _paint_here(Path(folder), Path(output), styles, options, how)


@dataclass
class _Counts:
    """How many pictures have been painted, and what failed.

    Attributes:
        painted: by this command.
        before: by an earlier one.
        failures: the pictures' files.
    """

    painted: int = 0
    before: int = 0
    failures: list[str] = field(default_factory=list)


def _paint_here(
    folder: Path, output: Path, styles: list[StyleImage], options: dict[str, Any], how: OutputOptions
) -> None:
    """Paint on this machine, one picture after the other."""
    found = pictures_in(folder, deep=True, results=output)
    warn_left_out(found)
    if not found.pictures:
        raise PinxitError(f"there is nothing to paint in {folder}: all pictures in it were made by pinxit.")
    sources = found.pictures
    targets = [output / target_name(source.relative_to(folder).as_posix()) for source in sources]
    check_goal(folder, output, targets)
    reads = [*sources, *files_of(styles), *(options[name] for name in ("keep", "encoder_weights", "init"))]
    check_apart(reads=reads, writes={"the result": targets})
    counts = _Counts()
    try:
        for source, target in zip(sources, targets, strict=True):
            _paint_one(source, target, styles, options, how, counts)
    except KeyboardInterrupt:
        _exit_interrupted(counts.painted + counts.before, len(sources))
    _warn_counts(counts.painted, counts.before, len(counts.failures))
    if counts.failures:
        warn(f"these failed: {', '.join(counts.failures)}.")
        sys.exit(FAILED)


def _paint_one(
    source: Path, target: Path, styles: list[StyleImage], options: dict[str, Any], how: OutputOptions, counts: _Counts
) -> None:
    try:
        job = prepare(str(source), styles, wide=True, **options)
        if not how.overwrite and target.is_file() and job.matches(pictures.read_recipe(target)):
            counts.before += 1
            return
        pictures.check_writable(target, overwrite=how.overwrite, bits=how.bits)
        drive(job, target, how, keep_interrupted=False, layers=job.layers)
        counts.painted += 1
    except PinxitError as error:
        counts.failures.append(str(source))
        warn(f"{source}: {error}")


def _paint_on_cluster(address: str, batch: BatchWorkload, options: ClusterOptions, *, as_json: bool) -> None:
    """Paint on many machines; see `docs/how-to/cluster.md`."""
    from pinxit.cluster.connection import connected
    from pinxit.cluster.resources import resources_of, with_memory
    from pinxit.cluster.scheduler import Scheduler

    settings = with_memory(batch.recipe(), options.gpus)
    batch = replace(batch, settings={**batch.settings, "memory": settings.memory})
    tasks, left_out = batch.find_tasks()
    warn_names_left_out(batch.folder, left_out)
    progress = ClusterProgress(len(tasks), "pictures")
    with connected(address):
        scheduler = Scheduler(batch, resources_of(settings, options.cpus, options.gpus))
        progress.follow(
            scheduler.run(tasks), batch.output, lambda outcome: _say_report(outcome.report, as_json=as_json)
        )
    if progress.interrupted:
        _exit_interrupted(progress.done, progress.total)
    _warn_counts(progress.painted, progress.before, len(progress.failures))
    progress.warn_failures()
    if progress.failures:
        sys.exit(FAILED)


def _say_report(report: Mapping[str, Any], *, as_json: bool) -> None:
    line = f"{report['output']} ({report['width']}×{report['height']} px, {duration(report['seconds'])})"
    say(json.dumps(dict(report)) if as_json else line)


def _exit_interrupted(done: int, total: int) -> NoReturn:
    warn(f"interrupted with {done} of {total} pictures done: the same command continues.")
    sys.exit(INTERRUPTED)


def _warn_counts(painted: int, before: int, failed: int) -> None:
    warn(f"{painted} painted, {before} done before, {failed} failed.")
