"""`pinxit redo out.png`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pinxit.cli.drive import Output, drive
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.options import with_settings
from pinxit.cli.show import recipe_in, text_in
from pinxit.cli.stylize import check_bits
from pinxit.digest import file_sha256
from pinxit.errors import PinxitError
from pinxit.job import prepare_again
from pinxit.picture.paths import check_apart
from pinxit.picture.recipe import work_of

# Commands whose results have recipes of their own, and a function `again` that follows them.
WORKS: tuple[str, ...] = ("panorama", "pattern", "sprites", "texture", "theme", "video", "wear")

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    help="Make a picture again from the recipe inside it.\n\n"
    "Without further options the same picture comes out (on the same kind of machine); with them, a variation: "
    "[bold]pinxit redo out.png --size 1024 --style-weight 30[/bold]\n\n"
    "The pictures that went in are found by their content: where they were last seen on this machine, in the folders of "
    "--look-in, beside the picture, or here."
)
@with_settings
def redo(
    picture: Annotated[Path, typer.Argument(help="A picture that pinxit made.", show_default=False)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="NAME-redo beside it")
    ] = None,
    look_in: Annotated[list[Path] | None, typer.Option(help="A folder with the pictures that went in.")] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
    bits: Annotated[int, typer.Option(help="Bits a channel, 8 or 16 (PNG and TIFF).")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    encoder_weights: Annotated[
        Path | None, typer.Option(help="The weights file it was made with, if it had one of its own.", metavar="FILE")
    ] = None,
    **settings: Any,
) -> None:
    target = output or picture.with_name(f"{picture.stem}-redo{picture.suffix}")
    how = Output(overwrite=overwrite, bits=check_bits(bits), as_json=as_json)
    folders = [*(look_in or []), picture.resolve().parent, Path.cwd()]
    text = text_in(picture)
    work = work_of(text)
    _check_not_an_input(target, text)
    if work == "video":  # which is no picture, and checked by whoever paints it
        check_apart(reads=[picture, encoder_weights], writes={"the result": target})
    else:
        how.check(target, reads=[picture, settings["init"], encoder_weights])
    if work in WORKS:
        own = {} if encoder_weights is None else {"encoder_weights": encoder_weights}
        importlib.import_module(f"pinxit.cli.{work}").again(text, target, how, folders, {**settings, **own})
        return
    job = prepare_again(recipe_in(picture), look_in=folders, encoder_weights=encoder_weights, **settings)
    if drive(job, target, how):
        sys.exit(INTERRUPTED)


def _check_not_an_input(target: Path, recipe: str) -> None:
    """Refuse a target that holds one of the pictures that the recipe names: they are known by their content alone."""
    if target.is_file() and file_sha256(target) in recipe:
        raise PinxitError(f"{target} is one of the pictures that went in: choose another name for the result.")
