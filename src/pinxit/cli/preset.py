"""`pinxit preset save NAME …`, `list`, `show`, `add`, `remove`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from pinxit import image as pictures
from pinxit import inputs
from pinxit.cli.arguments import Overwrite
from pinxit.cli.command_app import command_app
from pinxit.cli.messages import say
from pinxit.cli.options import as_typed, with_settings
from pinxit.cli.recipes import recipe_in
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart
from pinxit.image.writer import check_place
from pinxit.recipe import saved_presets
from pinxit.recipe.preset_file import PresetFile
from pinxit.recipe.presets import PRESETS

app = command_app(
    no_args_is_help=True,
    help="Save settings under a name, and share them as a file.\n\n"
    "A preset decides settings, not pictures. Every command takes it by [bold]--preset NAME[/bold] or "
    "[bold]--preset FILE.json[/bold]; options beside it take precedence. Saved presets are files in your data folder "
    "(PINXIT_PRESETS names another), where the studio finds and saves them as well.",
    epilog="[bold]pinxit preset save gentle --strength 0.6 --color keep[/bold]   "
    "[bold]pinxit stylize photo.jpg -s painting.jpg --preset gentle -o out.png[/bold]",
)

Name = Annotated[str, typer.Argument(help="The preset's name, or its file.", show_default=False)]


@app.command(
    help="Save settings: those given as options, and those of a picture that pinxit made, if one is given by --like."
)
@with_settings
def save(
    name: Annotated[str, typer.Argument(help="What to call it.", show_default=False)],
    like: Annotated[
        Path | None,
        typer.Option("--like", help="Take the settings and the thumbnail from this result.", metavar="FILE"),
    ] = None,
    thumbnail: Annotated[
        str | None, typer.Option("--thumbnail", help="A picture that was painted with the settings.", metavar="PICTURE")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to write.", show_default="among your presets")
    ] = None,
    overwrite: Overwrite = False,
    **settings: Any,
) -> None:
    if output is not None and output.suffix.lower() != saved_presets.ENDING:
        raise PinxitError(f"{output} is not a name for a preset: end it in {saved_presets.ENDING}.")
    source = thumbnail if thumbnail is not None else like
    picture = None if source is None else inputs.load(source, saved_presets.THUMBNAIL)[0]
    recipe = None if like is None else recipe_in(like)
    preset = saved_presets.make_preset(name, settings, recipe, picture)
    target = output or saved_presets.preset_file(preset.name)
    check_apart(reads=[like, thumbnail], writes={"the preset": target})
    check_place(target, overwrite=overwrite)
    saved_presets.write_preset(preset, target, overwrite=overwrite)
    say(target)


@app.command(name="list")
def list_() -> None:
    """List the presets that come with pinxit, and yours."""
    for name, preset in PRESETS.items():
        say(f"{name}: {preset.summary}")
    for name in saved_presets.saved_names():
        try:
            say(f"{name}: {_summary(saved_presets.read_saved(name))}")
        except PinxitError as error:
            say(f"{name}: {error}")


@app.command(help="Print what a preset decides.")
def show(
    name: Name,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON.")] = False,
    thumbnail: Annotated[
        Path | None, typer.Option("--thumbnail", help="Also write its thumbnail.", metavar="FILE")
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    preset = saved_presets.read_preset(name)
    picture = preset.picture()
    if thumbnail is not None:
        if picture is None:
            raise PinxitError(f"the preset {preset.name} has no thumbnail: leave out --thumbnail.")
        pictures.write(picture, thumbnail, overwrite=overwrite)
    if as_json:
        say(json.dumps({"name": preset.name, "settings": preset.settings, "thumbnail": picture is not None}))
        return
    say(f"{preset.name}: {_summary(preset)}")


@app.command(help="Save a preset that you were given as a file among yours.")
def add(
    file: Annotated[Path, typer.Argument(help="The preset's file.", show_default=False)], overwrite: Overwrite = False
) -> None:
    preset = saved_presets.read_preset_file(file)
    target = saved_presets.preset_file(preset.name)
    check_place(target, overwrite=overwrite)
    saved_presets.write_preset(preset, target, overwrite=overwrite)
    say(f"{target}: --preset {preset.name!r}")


@app.command(help="Delete one of your presets.")
def remove(name: Annotated[str, typer.Argument(help="Its name.", show_default=False)]) -> None:
    if name not in saved_presets.saved_names():
        raise PinxitError(f"you have no preset {name!r}: pinxit preset list names yours.")
    path = saved_presets.preset_file(name)
    path.unlink()
    say(f"{path}: deleted")


def _summary(preset: PresetFile) -> str:
    return "  ".join(f"--{key.replace('_', '-')} {as_typed(value)}" for key, value in preset.settings.items())
