"""`pinxit sweep photo.jpg --style a.jpg b.jpg --style-weight 1,10,100`."""

from __future__ import annotations

import contextlib
import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from pinxit import image as pictures
from pinxit import inputs
from pinxit.cli.arguments import ClusterOptions, EncoderWeights, Overwrite
from pinxit.cli.cluster_progress import ClusterProgress
from pinxit.cli.command_app import command_app
from pinxit.cli.display import Display
from pinxit.cli.main import FAILED, INTERRUPTED
from pinxit.cli.messages import say, warn
from pinxit.cli.options import with_settings
from pinxit.cli.progress import finish_with_progress
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart
from pinxit.image import Picture
from pinxit.job import Job
from pinxit.preparation import at_own_size, prepare
from pinxit.recipe.recipe import Settings

if TYPE_CHECKING:
    from pinxit.cluster.sweep import SweepWorkload
    from pinxit.cluster.tasks import Outcome

app = command_app()

# Settings whose single values contain commas.
_WITH_COMMAS = ("iterations", "content_layers", "style_layers")
_MAX_PICTURES = 100


class SeveralStyles(TyperCommand):
    """A command that reads `--style a.jpg b.jpg` as `--style a.jpg --style b.jpg`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Repeat the option's name before each of its values."""
        repeated: list[str] = []
        within = False
        for arg in args:
            if arg.startswith("-"):
                within = arg in ("--style", "-s")
                repeated += [] if within else [arg]
            else:
                repeated += ["--style", arg] if within else [arg]
        return super().parse_args(ctx, repeated)


@app.command(
    cls=SeveralStyles,
    help="Try styles and settings side by side, on one labelled sheet.\n\n"
    "Any setting may have several values, separated by commas; every combination is painted. The last setting that varies "
    "makes the columns, all others the rows.",
    epilog="[bold]pinxit sweep photo.jpg --style a.jpg b.jpg --style-weight 1,10,100 -o sheet.png[/bold]",
)
@with_settings
def sweep(
    content: Annotated[str, typer.Argument(help="The content image.", show_default=False)],
    style: Annotated[
        list[str], typer.Option("--style", "-s", help="Style images, one after another.", show_default=False)
    ],
    cluster: ClusterOptions,
    output: Annotated[Path, typer.Option("--output", "-o", help="The sheet to write.")] = Path("sweep.png"),
    cell: Annotated[int, typer.Option(help="Side of each picture on the sheet, px.", min=64, max=2048)] = 320,
    overwrite: Overwrite = False,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.image.contact_sheet import contact_sheet

    starts = (settings["init"] or "").split(",")
    check_apart(reads=[content, *style, *starts, encoder_weights], writes={"the sheet": output})
    pictures.check_writable(output, overwrite=overwrite)
    settings["preset"] = settings["preset"] or "draft"
    varied: dict[str, list[str]] = {"style": style}
    for name, value in settings.items():
        if value is not None and name not in _WITH_COMMAS and "," in value:
            varied[name] = value.split(",")
    if len(varied["style"]) == 1 and len(varied) > 1:
        settings["style"] = varied.pop("style")[0]
    runs = [dict(zip(varied, values, strict=True)) for values in itertools.product(*varied.values())]
    if len(runs) > _MAX_PICTURES:
        raise PinxitError(f"these are {len(runs)} pictures, a sheet holds {_MAX_PICTURES}: vary less.")
    every = [{**settings, **run} for run in runs]
    labels = [_label(run) for run in runs]
    cells: list[tuple[str, Picture]] = []
    interrupted, failed = False, False
    if cluster.address is not None:
        from pinxit.cluster.sweep import SweepWorkload

        weights = None if encoder_weights is None else str(encoder_weights)
        order = SweepWorkload(content, style, starts, size_of(cell, every), cell, weights)
        progress, painted = _paint_on_cluster(cluster.address, order, output, labels, every, cluster)
        cells = [(label, picture) for label, picture in zip(labels, painted, strict=True) if picture is not None]
        interrupted, failed = progress.interrupted, bool(progress.failures)
    else:
        interrupted = _paint(labels, prepare_runs(content, style, cell, every, encoder_weights), cells)
    if not cells:
        if failed:
            sys.exit(FAILED)
        raise KeyboardInterrupt
    cells = [(label.replace("_", "-"), picture) for label, picture in cells]
    columns = len(list(varied.values())[-1])
    pictures.write(contact_sheet(cells, cell, columns if columns > 1 else 5), output, overwrite=overwrite)
    say(f"{output} ({len(cells)} pictures)")
    if interrupted:
        warn(f"interrupted after {len(cells)} of {len(runs)} pictures.")
        sys.exit(INTERRUPTED)
    if failed:
        sys.exit(FAILED)


def _label(run: dict[str, str]) -> str:
    return "  ".join(Path(value).stem if name == "style" else f"{name} {value}" for name, value in run.items())


def _paint(labels: list[str], jobs: list[Job], cells: list[tuple[str, Picture]]) -> bool:
    """Paint one cell after the other, and return whether Ctrl-C ended it."""
    try:
        for number, (label, job) in enumerate(zip(labels, jobs, strict=True), start=1):
            with Display(f"{number}/{len(jobs)} {label}") as display:
                last = finish_with_progress(job.paint(), display)
            cells.append((label, last.picture()))
    except KeyboardInterrupt:
        return True
    return False


def _paint_on_cluster(
    address: str,
    sweep: SweepWorkload,
    output: Path,
    labels: list[str],
    runs: list[dict[str, Any]],
    options: ClusterOptions,
) -> tuple[ClusterProgress, list[Picture | None]]:
    """Paint on many machines; return the counts, and the cells in their order, None for those without a picture."""
    from pinxit.cluster.connection import connected
    from pinxit.cluster.resources import largest, resources_of, with_memory
    from pinxit.cluster.scheduler import Scheduler
    from pinxit.cluster.sweep import CellStore, SweepTask
    from pinxit.cluster.tasks import driver_workspace

    with contextlib.closing(driver_workspace(sweep)) as workspace:
        here = [{**run, "style": workspace.path(run["style"])} for run in runs]
        styles = [workspace.path(name) for name in sweep.styles]
        weights = None if sweep.encoder_weights is None else Path(workspace.path(sweep.encoder_weights))
        jobs = prepare_runs(workspace.path(sweep.content), styles, sweep.cell, here, weights)
    store = CellStore(output, sweep.cell)
    painted = [store.find(job) for job in jobs]
    recipes = [with_memory(job.recipe, options.gpus) for job in jobs]
    tasks = [
        SweepTask(number, label, {**run, "memory": recipe.memory})
        for number, (label, run, recipe) in enumerate(zip(labels, runs, recipes, strict=True))
        if painted[number] is None
    ]
    progress = ClusterProgress(len(jobs), "pictures", before=len(jobs) - len(tasks))

    def take(outcome: Outcome) -> None:
        number, picture = outcome.report["number"], outcome.report["picture"]
        store.save(jobs[number], picture)
        painted[number] = picture

    if tasks:
        with connected(address):
            needs = largest([resources_of(recipe, options.cpus, options.gpus) for recipe in recipes])
            progress.follow(Scheduler(sweep, needs).run(tasks), str(output), take)
    progress.warn_failures()
    if not progress.interrupted and not progress.failures:
        store.clear()
    return progress, painted


def size_of(least: int, runs: list[dict[str, Any]]) -> int:
    """Return the longer side at which house styles and samples are large enough for every run, px.

    Args:
        least: the least it may be, px.
        runs: the settings of each run.
    """
    size = least
    for run in runs:
        chosen = Settings.choose({name: value for name, value in run.items() if name not in ("style", "init")})
        size = max(size, round(chosen.size * max(1.0, chosen.style_scale)))
    return size


def prepare_runs(
    content: str, styles: list[str], size: int, runs: list[dict[str, Any]], encoder_weights: Path | None
) -> list[Job]:
    """Read every picture once and check every run before the first is painted.

    Args:
        content: the content image.
        styles: the style images.
        size: the least longer side at which house styles and samples are drawn, px; a run may need more.
        runs: the settings of each run, with its `style`.
        encoder_weights: a local checkpoint of the encoder.
    """
    runs = [at_own_size(run, content) for run in runs]
    size = size_of(size, runs)
    photograph, _ = inputs.load(content, size)
    read = {source: inputs.load(source, size)[0] for source in styles}
    jobs = []
    for run in runs:
        options = dict(run)
        jobs.append(prepare(photograph, read[options.pop("style")], encoder_weights=encoder_weights, **options))
    return jobs
