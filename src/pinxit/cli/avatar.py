"""`pinxit avatar portrait.jpg --style painting.jpg -o avatar.png`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pinxit import image as pictures
from pinxit.cli.arguments import Blend, EncoderWeights, OutputOptions, Styles, Without
from pinxit.cli.command_app import command_app
from pinxit.cli.drive import check_output, drive
from pinxit.cli.main import INTERRUPTED
from pinxit.cli.messages import say_written
from pinxit.cli.options import with_settings_but
from pinxit.cli.placing import mixed
from pinxit.errors import PinxitError

app = command_app()


@app.command(
    help="Cut a person out of a photograph and paint an avatar.\n\n"
    "The head and shoulders of the largest face are painted, square, with transparency around them. [bold]--sides[/bold] "
    "writes several sizes at once, NAME-SIDE.png. A camera is painted as an avatar by [bold]pinxit live --avatar[/bold].",
    epilog="[bold]pinxit avatar portrait.jpg --style painting.jpg --sides 512,128,64 -o avatar.png[/bold]",
)
@with_settings_but("wrap", "init")
def avatar(
    photo: Annotated[str, typer.Argument(help="A photograph of a person.", show_default=False)],
    how: Annotated[OutputOptions, Without("bits", "preview", "plot")],
    style: Styles = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.", show_default="PHOTO-avatar.png here"),
    ] = None,
    sides: Annotated[str, typer.Option(help="Sides of the avatars, px.", metavar="N,N,…")] = "512",
    blend: Blend = None,
    encoder_weights: EncoderWeights = None,
    **settings: Any,
) -> None:
    from pinxit.design.avatar import prepare_avatar

    target = output or Path(f"{Path(photo).stem.split(':')[-1]}-avatar.png")
    if target.suffix.lower() in (".jpg", ".jpeg"):
        raise PinxitError(f"{target} cannot hold transparency: end its name in .png, .webp or .avif.")
    wanted = _read_sides(sides)
    targets = {
        side: target if len(wanted) == 1 else target.with_name(f"{target.stem}-{side}{target.suffix}")
        for side in wanted
    }
    check_output(how, *targets.values(), reads=[photo, *(style or []), encoder_weights])
    styles = mixed(style or [], blend)
    job = prepare_avatar(photo, styles, wanted[0], encoder_weights=encoder_weights, **settings)
    ending = drive(job, targets[wanted[0]], how)
    for side in wanted[1:]:
        picture, recipe = job.of(side).result(ending.last)
        pictures.write(picture, targets[side], recipe=recipe.to_json(), overwrite=how.overwrite, quality=how.quality)
        say_written(targets[side])
    if ending.interrupted:
        sys.exit(INTERRUPTED)


def redo(text: str, target: Path, how: OutputOptions, folders: list[Path], settings: dict[str, Any]) -> None:
    """Follow a recipe that this command wrote; see `pinxit.cli.redo`."""
    from pinxit.design.avatar import AvatarRecipe, avatar_from_recipe

    if drive(avatar_from_recipe(AvatarRecipe.from_json(text), look_in=folders, **settings), target, how).interrupted:
        sys.exit(INTERRUPTED)


def _read_sides(text: str) -> list[int]:
    """Return the sides, px, the largest first."""
    from pinxit.design.avatar import LEAST_SIDE
    from pinxit.recipe.recipe import MAX_SIZE

    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and LEAST_SIDE <= int(part) <= MAX_SIZE for part in parts):
        raise PinxitError(f"--sides takes {LEAST_SIDE} to {MAX_SIZE} px each, as in 512,128,64, not {text!r}.")
    return sorted({int(part) for part in parts}, reverse=True)
