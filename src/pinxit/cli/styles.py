"""`pinxit styles`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pinxit import inputs, styles
from pinxit import picture as pictures
from pinxit.cli.say import say

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(
    name="styles",
    help="Show the styles that pinxit draws itself.\n\n"
    "Without a name: lists them all and draws the sheet of them as one picture. With a name: draws that style, to look at "
    "or to use elsewhere. In a command they are called house:NAME.",
)
def show_styles(
    name: Annotated[str | None, typer.Argument(help="One style to draw.", show_default="the sheet of all")] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The picture to write.", show_default="pinxit-styles.png")
    ] = None,
    size: Annotated[int, typer.Option(help="Side of the style, px.", min=16, max=8192)] = 1024,
    seed: Annotated[int, typer.Option(help="Another seed, another composition.", min=0)] = 0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file that is there.")] = False,
) -> None:
    target = output or Path(f"pinxit-{name or 'styles'}.png")
    pictures.check_writable(target, overwrite=overwrite)
    if name is None:
        table = Table(box=None, show_header=False, pad_edge=False)
        for style in styles.names():
            table.add_row(f"[bold]{inputs.HOUSE}{style}[/bold]", styles.describe(style))
        Console().print(table)
        picture = styles.sheet()
    else:
        picture = styles.draw(name.removeprefix(inputs.HOUSE), size, seed)
    say(pictures.write(picture, target, overwrite=overwrite))
