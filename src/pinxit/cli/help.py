"""`pinxit help`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from pinxit.cli.command_app import command_app
from pinxit.cli.how_to_pages import names, read, subject

app = command_app()


@app.command(
    name="help",
    help="Show a page of the documentation, which is installed with pinxit.\n\n"
    "Without a name, list the pages: there is one for each command, with the lines that most people need and what to do "
    "when something goes wrong.",
)
def show_page(
    page: Annotated[
        str | None, typer.Argument(help="The page, often a command's name.", show_default="the list of pages")
    ] = None,
) -> None:
    if page is None:
        for name in names():
            print(f"{name:18}{subject(name)}")  # noqa: T201
        print("\n`pinxit help PAGE` shows one.")  # noqa: T201
    elif (console := Console()).is_terminal:
        console.print(Markdown(read(page), code_theme="ansi_dark", hyperlinks=False))
    else:
        print(read(page))  # noqa: T201
