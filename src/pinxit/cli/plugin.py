"""`pinxit plugin install|remove|list`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from pinxit.cli.command_app import command_app
from pinxit.cli.messages import cell, say

app = command_app(help="Paint from within Krita, GIMP, Blender and ComfyUI.", no_args_is_help=True)

_Host = Annotated[str, typer.Argument(help="krita, gimp (2.10), gimp3, blender or comfyui.")]
_Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder",
        help="The program's own folder, in which it keeps its plug-ins; ComfyUI's has no usual place.",
        show_default="where the program keeps it",
    ),
]


@app.command()
def install(host: _Host, folder: _Folder = None) -> None:
    """Put a plug-in where its program finds it, and say where that is."""
    from pinxit import host_programs

    for placed in host_programs.install(host, folder):
        say(placed)
    say(host_programs.HOSTS[host].next_step)


@app.command()
def remove(host: _Host, folder: _Folder = None) -> None:
    """Take a plug-in away again."""
    from pinxit import host_programs

    for placed in host_programs.remove(host, folder):
        say(f"removed: {placed}")


@app.command(name="list")
def list_() -> None:
    """List the programs that have a plug-in, and where it is installed."""
    from pinxit import host_programs

    table = Table(box=None, pad_edge=False)
    for column in ("program", "version", "where"):
        table.add_column(column, overflow="fold")
    for name in host_programs.HOSTS:
        found = host_programs.installations(name)
        for one in found:
            table.add_row(name, cell(one.version), cell(str(one.folder)))
        if not found:
            table.add_row(name, "", "not installed in its usual folder")
    Console().print(table)
