"""`pinxit sweep photo.jpg --style a.jpg b.jpg --style-weight 1,10,100`."""

from __future__ import annotations

import contextlib
import itertools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.cli.arguments import Cluster, Cpus, EncoderWeights, Gpus, Overwrite
from pinxit.cli.crew import Tally, check_alone
from pinxit.cli.display import Display
from pinxit.cli.main import FAILED, INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.cli.say import say
from pinxit.errors import PinxitError
from pinxit.job import Job, at_own_size, prepare
from pinxit.picture import Picture
from pinxit.picture.paths import check_apart
from pinxit.picture.recipe import Settings

if TYPE_CHECKING:
    from pinxit.cluster.sweep import Sweep
    from pinxit.cluster.units import Outcome

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

# Settings whose single values have commas in them already.
_WHOLE = ("iterations", "content_layers", "style_layers")
_MOST = 100


class SeveralStyles(TyperCommand):
    """Reads `--style a.jpg b.jpg` as `--style a.jpg --style b.jpg`."""

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
    "Any setting may have several values, separated by commas; every combination is painted. The first things that vary "
    "make the rows, the last one the columns.",
    epilog="[bold]pinxit sweep photo.jpg --style a.jpg b.jpg --style-weight 1,10,100 -o sheet.png[/bold]",
)
@with_settings
def sweep(
    content: Annotated[str, typer.Argument(help="The content image.", show_default=False)],
    style: Annotated[
        list[str], typer.Option("--style", "-s", help="Style images, one after another.", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The sheet to write.")] = Path("sweep.png"),
    cell: Annotated[int, typer.Option(help="Side of each picture on the sheet, px.", min=64, max=2048)] = 320,
    overwrite: Overwrite = False,
    encoder_weights: EncoderWeights = None,
    cluster: Cluster = None,
    gpus: Gpus = 0.0,
    cpus: Cpus = None,
    **settings: Any,
) -> None:
    from pinxit.styles.contact import sheet

    check_alone(cluster, gpus, cpus)
    starts = (settings["init"] or "").split(",")
    check_apart(reads=[content, *style, *starts, encoder_weights], writes={"the sheet": output})
    pictures.check_writable(output, overwrite=overwrite)
    settings["preset"] = settings["preset"] or "draft"
    varied: dict[str, list[str]] = {"style": style}
    for name, value in settings.items():
        if value is not None and name not in _WHOLE and "," in value:
            varied[name] = value.split(",")
    if len(varied["style"]) == 1 and len(varied) > 1:
        settings["style"] = varied.pop("style")[0]
    runs = [dict(zip(varied, values, strict=True)) for values in itertools.product(*varied.values())]
    if len(runs) > _MOST:
        raise PinxitError(f"these are {len(runs)} pictures, a sheet holds {_MOST}: vary less.")
    every = [{**settings, **run} for run in runs]
    labels = [_label(run) for run in runs]
    cells: list[tuple[str, Picture]] = []
    interrupted, failed = False, False
    if cluster is not None:
        from pinxit.cluster.sweep import Sweep

        weights = None if encoder_weights is None else str(encoder_weights)
        order = Sweep(content, style, size_of(cell, every), cell, weights)
        tally, painted = _on_cluster(cluster, order, output, labels, every, gpus, cpus)
        cells = [(label, picture) for label, picture in zip(labels, painted, strict=True) if picture is not None]
        interrupted, failed = tally.interrupted, bool(tally.failures)
    else:
        interrupted = _paint(labels, prepare_runs(content, style, cell, every, encoder_weights), cells)
    if not cells:
        if failed:
            sys.exit(FAILED)
        raise KeyboardInterrupt
    cells = [(label.replace("_", "-"), picture) for label, picture in cells]
    columns = len(list(varied.values())[-1])
    pictures.write(sheet(cells, cell, columns if columns > 1 else 5), output, overwrite=overwrite)
    say(f"{output} ({len(cells)} pictures)")
    if interrupted:
        complain(f"interrupted after {len(cells)} of {len(runs)} pictures.")
        sys.exit(INTERRUPTED)
    if failed:
        sys.exit(FAILED)


def _label(run: dict[str, str]) -> str:
    return "  ".join(Path(value).stem if name == "style" else f"{name} {value}" for name, value in run.items())


def _paint(labels: list[str], jobs: list[Job], cells: list[tuple[str, Picture]]) -> bool:
    """One cell after the other, to the end or to Ctrl-C, which is answered by True."""
    try:
        for number, (label, job) in enumerate(zip(labels, jobs, strict=True), start=1):
            with Display(f"{number}/{len(jobs)} {label}") as display:
                for progress in job.paint():
                    display.show(progress)
            cells.append((label, progress.picture()))
    except KeyboardInterrupt:
        return True
    return False


def _on_cluster(
    address: str,
    sweep: Sweep,
    output: Path,
    labels: list[str],
    runs: list[dict[str, Any]],
    gpus: float,
    cpus: int | None,
) -> tuple[Tally, list[Picture | None]]:
    """What came of the cells, and those that were painted, in their order."""
    from pinxit.cluster.connection import connected
    from pinxit.cluster.crew import Crew
    from pinxit.cluster.needs import most_of, needs_of, planned
    from pinxit.cluster.sweep import Cell, Cells
    from pinxit.cluster.units import driver_bench

    with contextlib.closing(driver_bench(sweep)) as bench:
        here = [{**run, "style": bench.path(run["style"])} for run in runs]
        styles = [bench.path(name) for name in sweep.styles]
        weights = None if sweep.encoder_weights is None else Path(bench.path(sweep.encoder_weights))
        jobs = prepare_runs(bench.path(sweep.content), styles, sweep.cell, here, weights)
    kept = Cells(output, sweep.cell)
    painted = [kept.find(job) for job in jobs]
    recipes = [planned(job.recipe, gpus) for job in jobs]
    units = [
        Cell(number, label, {**run, "memory": recipe.memory})
        for number, (label, run, recipe) in enumerate(zip(labels, runs, recipes, strict=True))
        if painted[number] is None
    ]
    tally = Tally(len(jobs), "pictures", before=len(jobs) - len(units))

    def take(outcome: Outcome) -> None:
        number, picture = outcome.report["number"], outcome.report["picture"]
        kept.keep(jobs[number], picture)
        painted[number] = picture

    if units:
        with connected(address):
            crew = Crew(sweep, most_of([needs_of(recipe, cpus, gpus) for recipe in recipes]))
            tally.follow(crew.paint(units), str(output), take)
    tally.tell_failures()
    if not tally.interrupted and not tally.failures:
        kept.clear()
    return tally, painted


def size_of(least: int, runs: list[dict[str, Any]]) -> int:
    """The longer side at which what pinxit draws itself is large enough for every run, px."""
    size = least
    for run in runs:
        chosen = Settings.choose({name: value for name, value in run.items() if name not in ("style", "init")})
        size = max(size, round(chosen.size * max(1.0, chosen.style_scale)))
    return size


def prepare_runs(
    content: str, styles: list[str], size: int, runs: list[dict[str, Any]], encoder_weights: Path | None
) -> list[Job]:
    """Read every picture once and check every run, before the first is painted.

    Args:
        content: the content image.
        styles: the style images.
        size: the least longer side to draw at what pinxit draws itself, px; some run may need more.
        runs: the settings of each, with its `style`.
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
