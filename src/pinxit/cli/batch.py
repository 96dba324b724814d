"""`pinxit batch photos/ --style painting.jpg -o painted/`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit import picture as pictures
from pinxit.cli.arguments import (
    Bits,
    Blend,
    Cluster,
    Cpus,
    EncoderWeights,
    Gpus,
    Json,
    Keep,
    Overwrite,
    Quality,
    Regions,
    StyleMasks,
    Styles,
)
from pinxit.cli.crew import Tally, check_alone
from pinxit.cli.display import duration
from pinxit.cli.drive import Output, drive
from pinxit.cli.folders import check_goal, pictures_in, tell, tell_left_out
from pinxit.cli.main import FAILED, INTERRUPTED, complain
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.cli.say import say
from pinxit.cli.stylize import check_bits
from pinxit.errors import PinxitError
from pinxit.job import prepare
from pinxit.picture.paths import check_apart
from pinxit.picture.writer import target_name

if TYPE_CHECKING:
    from pinxit.cluster.batch import Batch

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    cls=OrderedCommand,
    help="Paint all the pictures in a folder, and in the folders within it.\n\n"
    "The results have the same names in the same tree. What is there already, painted by the same recipe, is not painted "
    "again: after Ctrl-C, or when pictures were added, the same command goes on.",
    epilog="[bold]pinxit batch photos/ --style painting.jpg -o painted/ --preset draft[/bold]",
)
@with_settings
def batch(
    ctx: typer.Context,
    folder: Annotated[str, typer.Argument(help="The folder of content images.", show_default=False)],
    output: Annotated[
        str, typer.Option("--output", "-o", help="The folder to write to; made if need be.", show_default=False)
    ],
    style: Styles = None,
    blend: Blend = None,
    region: Regions = None,
    style_mask: StyleMasks = None,
    keep: Keep = None,
    overwrite: Overwrite = False,
    bits: Bits = 8,
    quality: Quality = 95,
    as_json: Json = False,
    encoder_weights: EncoderWeights = None,
    cluster: Cluster = None,
    gpus: Gpus = 0.0,
    cpus: Cpus = None,
    **settings: Any,
) -> None:
    styles = placed_styles(ctx, style or [], region or [], style_mask or [], blend)
    how = Output(overwrite, check_bits(bits), quality, as_json=as_json)
    check_alone(cluster, gpus, cpus)
    if cluster is not None:
        from pinxit.cluster.batch import Batch

        weights = None if encoder_weights is None else str(encoder_weights)
        order = Batch(folder, output, styles, keep, weights, settings, overwrite, how.bits, quality)
        _on_cluster(cluster, order.absolute(), gpus, cpus, as_json=as_json)
        return
    if "://" in folder or "://" in output:
        raise PinxitError("addresses are for --cluster: name folders, or a cluster.")
    # What is wrong with the styles or settings is wrong for every picture: told once, before the first.
    prepare("sample:coffee", [replace(one, region=None) for one in styles], encoder_weights=encoder_weights, **settings)
    root, out = Path(folder), Path(output)
    found = pictures_in(root, deep=True, results=out)
    tell_left_out(found)
    if not found.pictures:
        raise PinxitError(f"there is nothing to paint in {folder}: what is there was made by pinxit.")
    sources = found.pictures
    targets = [out / target_name(source.relative_to(root).as_posix()) for source in sources]
    check_goal(root, out, targets)
    check_apart(
        reads=[*sources, *files_of(styles), keep, encoder_weights, settings["init"]], writes={"the result": targets}
    )
    painted, before, failures = 0, 0, list[str]()
    try:
        for source, target in zip(sources, targets, strict=True):
            try:
                job = prepare(str(source), styles, keep=keep, encoder_weights=encoder_weights, **settings)
                if not overwrite and target.is_file() and job.made(pictures.read_recipe(target)):
                    before += 1
                    continue
                pictures.check_writable(target, overwrite=overwrite, bits=how.bits)
                drive(job, target, how, keep_interrupted=False)
                painted += 1
            except PinxitError as error:
                failures.append(str(source))
                complain(f"{source}: {error}")
    except KeyboardInterrupt:
        _interrupted(painted + before, len(sources))
    _count(painted, before, len(failures))
    if failures:
        complain(f"these failed: {', '.join(failures)}.")
        sys.exit(FAILED)


def _on_cluster(address: str, batch: Batch, gpus: float, cpus: int | None, *, as_json: bool) -> None:
    """Paint on many machines; see `docs/cluster.md`."""
    from pinxit.cluster.connection import connected
    from pinxit.cluster.crew import Crew
    from pinxit.cluster.needs import needs_of, planned

    settings = planned(batch.recipe(), gpus)
    batch = replace(batch, settings={**batch.settings, "memory": settings.memory})
    units, left_out = batch.survey()
    tell(batch.folder, left_out)
    tally = Tally(len(units), "pictures")
    with connected(address):
        crew = Crew(batch, needs_of(settings, cpus, gpus))
        tally.follow(crew.paint(units), batch.output, lambda outcome: _tell(outcome.report, as_json=as_json))
    if tally.interrupted:
        _interrupted(tally.done, tally.total)
    _count(tally.painted, tally.before, len(tally.failures))
    tally.tell_failures()
    if tally.failures:
        sys.exit(FAILED)


def _tell(report: Mapping[str, Any], *, as_json: bool) -> None:
    line = f"{report['output']} ({report['width']}×{report['height']} px, {duration(report['seconds'])})"
    say(json.dumps(dict(report)) if as_json else line)


def _interrupted(done: int, total: int) -> None:
    complain(f"interrupted with {done} of {total} pictures done: the same command goes on.")
    sys.exit(INTERRUPTED)


def _count(painted: int, before: int, failed: int) -> None:
    complain(f"{painted} painted, {before} done before, {failed} failed.")
