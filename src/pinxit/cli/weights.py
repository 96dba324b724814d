"""`pinxit weights list|pull|verify`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from pinxit.cli.main import FAILED, complain
from pinxit.cli.say import cell, say
from pinxit.encoder import weights
from pinxit.errors import PinxitError

app = typer.Typer(
    help="The encoders' weights: what there is, fetch them, check them.",
    rich_markup_mode="rich",
    add_completion=False,
    no_args_is_help=True,
)


@app.command(name="list")
def list_() -> None:
    """List the encoders and where their weights are."""
    table = Table(box=None, pad_edge=False)
    for column in ("encoder", "state", "where", "credit"):
        table.add_column(column, overflow="fold")
    for name, entry in weights.SOURCES.items():
        cached = weights.cached_file(name)
        state = "here" if cached.exists() else "embedded" if weights.is_embedded(name) else "to be fetched"
        table.add_row(name, state, cell(str(cached)) if cached.exists() else entry.origin, entry.credit)
    Console().print(table)


@app.command()
def pull(name: Annotated[str, typer.Argument(help="The encoder, see the list.")] = "vgg19") -> None:
    """Fetch an encoder's weights once; what was interrupted is continued."""
    bar = Progress(
        TextColumn(cell(name)),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(name, total=None)
        weights.pull(name, lambda there, total: bar.update(task, completed=there, total=total or None))
    say(weights.cached_file(name))


@app.command()
def verify() -> None:
    """Check every cached weights file against its checksum."""
    damaged = False
    for name, entry in weights.SOURCES.items():
        path = weights.cached_file(name)
        if not path.exists():
            continue
        try:
            weights.read_cached(path, entry.architecture)
            say(f"{name}: whole ({path})")
        except PinxitError as error:
            damaged = True
            complain(str(error))
    if damaged:
        sys.exit(FAILED)
