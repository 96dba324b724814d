"""`pinxit styles`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pinxit import image as pictures
from pinxit import inputs, styles
from pinxit.cli.command_app import command_app
from pinxit.cli.messages import say

app = command_app()


@app.command(
    name="styles",
    help="Show the styles that pinxit draws itself.\n\n"
    "Without a name, list them all and draw them on one sheet. With a name, draw that style, to look at or to use elsewhere. "
    "Other commands know them as house:NAME.",
)
def show_styles(
    name: Annotated[str | None, typer.Argument(help="One style to draw.", show_default="the sheet of all")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The picture to write.", show_default="pinxit-styles.png")
    ] = None,
    size: Annotated[int, typer.Option(help="Side of the style, px.", min=16, max=8192)] = 1024,
    seed: Annotated[int, typer.Option(help="Another seed gives another composition.", min=0)] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that exists.")] = False,
) -> None:
    target = output or Path(f"pinxit-{name or 'styles'}.png")
    pictures.check_writable(target, overwrite=overwrite)
    if name is None:
        Console().print(style_table())
        picture = styles.sheet()
    else:
        picture = styles.draw(name.removeprefix(inputs.HOUSE), size, seed)
    say(pictures.write(picture, target, overwrite=overwrite))


def style_table() -> Table:
    """Return the names and descriptions of the styles that pinxit draws itself, for a terminal."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for style in styles.names():
        table.add_row(f"[bold]{inputs.HOUSE}{style}[/bold]", styles.describe(style))
    return table
