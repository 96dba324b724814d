"""`pinxit show out.png`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pinxit import picture as pictures
from pinxit.cli.options import text
from pinxit.cli.say import cell, say
from pinxit.errors import PinxitError
from pinxit.picture.recipe import Recipe, Settings, work_of

# What holds frames rather than a picture, as a folder does.
_FILMS = (".mp4", ".mov", ".mkv", ".webm", ".gif")

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(help="Print the recipe inside a picture that pinxit made.")
def show(
    picture: Annotated[Path, typer.Argument(help="A picture that pinxit made.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    found = text_in(picture)
    if work_of(found) != "stylize":
        # Of the recipes of other works only they themselves know what is in them: each field as it stands.
        if as_json:
            say(json.dumps(json.loads(found)))
            return
        for name, value in json.loads(found).items():
            table.add_row(cell(name), cell(value if isinstance(value, str) else json.dumps(value)))
        Console().print(table)
        return
    recipe = recipe_in(picture)
    if as_json:
        say(recipe.to_json())
        return
    table.add_row("pinxit", cell(recipe.pinxit))
    table.add_row("content", cell(recipe.content.name))
    for style in recipe.styles:
        share = f"  ×{style.share:g}" if len(recipe.styles) > 1 else ""
        region = f"  in {style.region.name}" if style.region else ""
        mask = f"  of which {style.mask.name}" if style.mask else ""
        table.add_row("style", cell(style.name + share + region + mask))
    if recipe.keep:
        table.add_row("keep", cell(recipe.keep.name))
    of_its_own = recipe.model_fields_set - Recipe.model_fields.keys() - {"keyframes"}
    for name in (*Settings.model_fields, *sorted(of_its_own)):
        table.add_row(name, cell(text(getattr(recipe, name))))
    if recipe.done:
        table.add_row("done", cell(text(recipe.done)))
    Console().print(table)


def recipe_in(path: Path) -> Recipe:
    """The recipe inside a picture's file.

    Raises:
        PinxitError: when there is no such file, or no recipe that can be read in it.
    """
    text = text_in(path)
    if work_of(text) == "video":
        from pinxit.video.recipe import FilmRecipe

        return FilmRecipe.from_json(text)
    return Recipe.from_json(text)


def text_in(path: Path) -> str:
    """The same as its JSON text, of whatever work."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise PinxitError(f"{path} is no ordinary file: give a picture or a film that pinxit made.")
    if path.is_dir() or path.suffix.lower() in _FILMS:
        from pinxit.video.inside import read_recipe

        found = read_recipe(path)
    else:
        found = pictures.read_recipe(path)
    if found is None:
        raise PinxitError(f"{path} has no recipe inside: pinxit did not make it, or its metadata was stripped.")
    return found
