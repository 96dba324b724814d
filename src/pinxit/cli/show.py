"""`pinxit show out.png`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pinxit import picture as pictures
from pinxit.cli.options import text
from pinxit.errors import PinxitError
from pinxit.picture.recipe import Recipe, Settings, work_of

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(help="Print the recipe inside a picture that pinxit made.")
def show(
    picture: Annotated[Path, typer.Argument(help="A picture that pinxit made.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    found = text_in(picture)
    if work_of(found) != "stylize":
        # Recipes of other works are of many kinds; their JSON says it all.
        print(found if as_json else json.dumps(json.loads(found), indent=2, ensure_ascii=False))  # noqa: T201
        return
    recipe = Recipe.from_json(found)
    if as_json:
        print(recipe.to_json())  # noqa: T201
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_row("pinxit", escape(recipe.pinxit))
    table.add_row("content", escape(recipe.content.name))
    for style in recipe.styles:
        share = f"  ×{style.share:g}" if len(recipe.styles) > 1 else ""
        region = f"  in {style.region.name}" if style.region else ""
        mask = f"  of which {style.mask.name}" if style.mask else ""
        table.add_row("style", escape(style.name + share + region + mask))
    if recipe.keep:
        table.add_row("keep", escape(recipe.keep.name))
    for name in Settings.model_fields:
        table.add_row(name, escape(text(getattr(recipe, name))))
    if recipe.done:
        table.add_row("done", escape(text(recipe.done)))
    Console().print(table)


def recipe_in(path: Path) -> Recipe:
    """The recipe inside a picture's file.

    Raises:
        PinxitError: when there is no such file, or no recipe that can be read in it.
    """
    return Recipe.from_json(text_in(path))


def text_in(path: Path) -> str:
    """The same as its JSON text, of whatever work."""
    found = pictures.read_recipe(path)
    if found is None:
        raise PinxitError(f"{path} has no recipe inside: pinxit did not make it, or its metadata was stripped.")
    return found
