"""`pinxit redo out.png`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pinxit.cli.arguments import OutputOptions, check_bits
from pinxit.cli.command_app import command_app
from pinxit.cli.drive import check_output, drive
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.options import with_settings
from pinxit.cli.recipes import MODELS, is_result_film, recipe_in, text_in
from pinxit.errors import PinxitError
from pinxit.files.hashing import file_sha256
from pinxit.files.paths import check_apart
from pinxit.living.recipe import is_living
from pinxit.preparation import job_from_recipe
from pinxit.recipe.recipe import work_of
from pinxit.works import WORKS

app = command_app()


@app.command(
    help="Make a picture again from the recipe inside it.\n\n"
    "Without further options the result is the same picture, on the same kind of machine. With them it is a variation: "
    "[bold]pinxit redo out.png --size 1024 --style-weight 30[/bold]\n\n"
    "The pictures that went in are found by their content: where they were last seen on this machine, in the folders of "
    "--look-in, beside the picture, or in the current folder."
)
@with_settings
def redo(
    picture: Annotated[Path, typer.Argument(help="A picture that pinxit made.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="NAME-redo beside it")
    ] = None,
    look_in: Annotated[list[Path] | None, typer.Option(help="A folder with the pictures that went in.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
    bits: Annotated[int, typer.Option(help="Bits per channel, 8 or 16 (PNG, TIFF).")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    encoder_weights: Annotated[
        Path | None,
        typer.Option(help="The weights file it was painted with, if it had one of its own.", metavar="FILE"),
    ] = None,
    **settings: Any,
) -> None:
    target = output or picture.with_name(f"{picture.stem}-redo{picture.suffix}")
    how = OutputOptions(overwrite=overwrite, bits=check_bits(bits), as_json=as_json)
    folders = [*(look_in or []), picture.resolve().parent, Path.cwd()]
    text = text_in(picture)
    work = work_of(text)
    _check_not_an_input(target, text)
    is_film = work == "video" or (work == "grade" and is_result_film(target))
    if (
        is_film or is_living(text) or picture.suffix.lower() in MODELS
    ):  # not pictures; these works check their own targets
        check_apart(reads=[picture, encoder_weights], writes={"the result": target})
    else:
        check_output(how, target, reads=[picture, settings["init"], encoder_weights])
    if work in WORKS and WORKS[work].recipe:
        own = {} if encoder_weights is None else {"encoder_weights": encoder_weights}
        importlib.import_module(f"pinxit.cli.{work}").redo(text, target, how, folders, {**settings, **own})
        return
    job = job_from_recipe(recipe_in(picture), look_in=folders, encoder_weights=encoder_weights, **settings)
    if drive(job, target, how, layers=job.layers).interrupted:
        sys.exit(INTERRUPTED)


def _check_not_an_input(target: Path, recipe: str) -> None:
    """Refuse a target that holds one of the pictures that the recipe names by their content."""
    if target.is_file() and file_sha256(target) in recipe:
        raise PinxitError(f"{target} is one of the pictures that went in: choose another name for the result.")
