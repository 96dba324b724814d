"""`pinxit assets scene.glb --style painting.jpg -o painted/`."""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pinxit.cli.arguments import EncoderWeights, OutputOptions, StyleOptions, Without
from pinxit.cli.cluster_progress import Status
from pinxit.cli.command_app import command_app
from pinxit.cli.display import Display, duration
from pinxit.cli.drive import drive, paint_with_progress
from pinxit.cli.folders import warn_names_left_out
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import counted, say, say_written, warn
from pinxit.cli.options import with_settings
from pinxit.cli.placing import OrderedCommand, files_of, placed_styles
from pinxit.errors import PinxitError
from pinxit.files.atomic import atomic_file, write_atomic
from pinxit.files.paths import check_apart, expand_home, identity
from pinxit.image.writer import check_place

if TYPE_CHECKING:
    from pinxit.image import Picture
    from pinxit.recipe.progress import Progress
    from pinxit.scene.assets import AssetsJob, SeamReport
    from pinxit.scene.sources import SourceFiles

app = command_app()


@app.command(
    cls=OrderedCommand,
    help="Restyle the base colours of glTF models as one set.\n\n"
    "The islands of all textures are painted together, so that a scene or a folder of models has one palette and style, and "
    "colours agree across UV seams. Names, sizes, formats and transparency stay; normal, roughness, metal and occlusion maps, "
    "and every other file, are copied byte for byte.\n\n"
    "A network paints, in seconds; [bold]--preset standard[/bold] has the optimiser paint. [bold]--size[/bold] is the longer "
    "side at which the largest texture is painted.",
    epilog="[bold]pinxit assets models/ --style painting.jpg -o painted/[/bold]\n\n"
    "[bold]pinxit assets scene.glb --style house:watercolour -o painted.glb[/bold]",
)
@with_settings
def assets(
    ctx: typer.Context,
    source: Annotated[
        Path, typer.Argument(help="A folder with glTF models, or one .gltf or .glb.", show_default=False)
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="The folder to write to; created if missing. A .glb for a .glb.", show_default=False
        ),
    ],
    placing: Annotated[StyleOptions, Without("region", "keep")],
    how: Annotated[OutputOptions, Without("bits", "preview", "plot")],
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.scene.assets import prepare_assets
    from pinxit.scene.model import sources_of

    styles = placed_styles(ctx, placing)
    _check_outside(expand_home(source), output)
    sources = sources_of(expand_home(source))
    if sources.left_out:
        warn_names_left_out(str(source), {"hidden, or not a regular file": list(sources.left_out)})
    targets = _targets(sources, output)
    reads = [*sources.paths.values(), *files_of(styles), encoder_weights, settings["init"]]
    check_apart(reads=reads, writes={"the result": targets.values()})
    for target in targets.values():
        check_place(target, overwrite=how.overwrite)
    job = prepare_assets(sources, styles, encoder_weights=encoder_weights, **settings)
    for model in job.models:
        for address in model.missing:
            warn(f"{model.name} refers to {address!r}, which is missing: the result is painted, and lacks it as well.")
    _write(job, source.name, sources, targets, output, how)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    from pinxit.scene.assets import AssetsRecipe, assets_from_recipe
    from pinxit.scene.sources import ENDINGS

    job = assets_from_recipe(AssetsRecipe.from_json(text), look_in=folders, **settings)
    if not job.recipe.result.lower().endswith(ENDINGS):
        bits = next(texture.source.bits for texture in job.textures if texture.key == job.recipe.result)
        if drive(job, target, replace(how, bits=bits)).interrupted:
            sys.exit(INTERRUPTED)
        return
    if target.suffix.lower() != Path(job.recipe.result).suffix.lower():
        raise PinxitError(f"{target} would be a model: end its name in {Path(job.recipe.result).suffix}.")
    check_place(target, overwrite=how.overwrite)
    ending = paint_with_progress(job, target.name)
    pictures, _ = _restyled(job, ending.last, target.name)
    made = dict(job.files(pictures, ending.last, quality=how.quality))
    write_atomic(made[job.recipe.result], target, overwrite=how.overwrite)
    say_written(target)
    if ending.interrupted:
        sys.exit(INTERRUPTED)


def _restyled(job: AssetsJob, progress: Progress, title: str) -> tuple[list[Picture], SeamReport]:
    """Return the textures and how far they agree across seams, with the progress of evening these on the screen."""
    begin = time.monotonic()
    with Display(title) as display:

        def show(done: float) -> None:
            took = time.monotonic() - begin
            display.show(Status(f"evens colours across seams: {done:.0%}", took, took / done * (1 - done)))

        return job.restyled(progress, show)


def _check_outside(source: Path, output: Path) -> None:
    if source.is_dir() and identity(source) in (identity(output), *map(identity, output.resolve().parents)):
        raise PinxitError(f"{output} lies in {source}, which is copied: give another folder for the results by -o.")


def _targets(sources: SourceFiles, output: Path) -> dict[str, Path]:
    """Return the file to write for each file of the set."""
    if output.suffix.lower() not in (".glb", ".gltf"):
        return {name: output / name for name in sources.paths}
    if len(sources.paths) != 1 or Path(sources.models[0]).suffix.lower() != output.suffix.lower():
        raise PinxitError(f"{output} holds one {output.suffix} alone: give a folder for a set of files by -o.")
    return {sources.models[0]: output}


def _write(
    job: AssetsJob, title: str, sources: SourceFiles, targets: dict[str, Path], output: Path, how: OutputOptions
) -> None:
    """Paint, write what changes and copy the rest."""
    ending = paint_with_progress(job, title)
    if ending.interrupted:
        warn("interrupted before the set was done: the same command continues.")
        sys.exit(INTERRUPTED)
    pictures, seams = _restyled(job, ending.last, title)
    made = dict(job.files(pictures, ending.last, quality=how.quality))
    for name, target in targets.items():
        if name in made:
            write_atomic(made[name], target, overwrite=how.overwrite)
            continue
        with atomic_file(target, overwrite=how.overwrite) as temporary:
            shutil.copyfile(sources.paths[name], temporary)
    steps = {"original": seams.original, "painted": seams.painted, "evened": seams.evened}
    if how.as_json:
        report = {"output": str(output), "textures": len(job.textures), "files": len(targets)}
        say(json.dumps({**report, "seconds": round(ending.last.seconds, 3), "seams": steps}))
        return
    copied = len(targets) - len(made)
    levels = {name: f"{255 * value:.1f}" for name, value in steps.items()}
    counts = f"{counted(len(job.textures), 'texture')} painted, {counted(copied, 'file')} copied"
    say(f"{output} ({counts}, {duration(ending.last.seconds)})")
    if len(job.seams[0].texture):
        say(
            f"mean step across UV seams, of 255: {levels['evened']}; {levels['painted']} before evening, "
            f"{levels['original']} in the original."
        )
