"""`pinxit show out.png`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pinxit.cli.command_app import command_app
from pinxit.cli.messages import cell, say
from pinxit.cli.options import text
from pinxit.cli.recipes import recipe_in, text_in
from pinxit.recipe.recipe import Recipe, Settings, work_of

app = command_app()


@app.command(help="Print the recipe inside a picture that pinxit made.")
def show(
    picture: Annotated[Path, typer.Argument(help="A picture that pinxit made.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    found = text_in(picture)
    if work_of(found) != "stylize":
        # Recipes of other works are shown field by field, for only those works know what the fields mean.
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
    for name in ("keep", "finer", "broader", "detailed", "region_map"):
        if mask := getattr(recipe, name):
            table.add_row(name, cell(mask.name))
    own = recipe.model_fields_set - Recipe.model_fields.keys() - {"keyframes", "key_masks"}
    for name in (*Settings.model_fields, *sorted(own)):
        table.add_row(name, cell(text(getattr(recipe, name))))
    if recipe.done:
        table.add_row("done", cell(text(recipe.done)))
    if recipe.early_stop:
        table.add_row("early_stop", recipe.early_stop)
    Console().print(table)
