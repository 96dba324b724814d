"""`pinxit weights list|pull|verify`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from pinxit.cli.command_app import command_app
from pinxit.cli.main import FAILED
from pinxit.cli.messages import cell, say, warn
from pinxit.encoder import dino_weights, weights
from pinxit.errors import PinxitError

app = command_app(help="List, fetch and verify the encoders' weights.", no_args_is_help=True)


@app.command(name="list")
def list_() -> None:
    """List the encoders, and DINOv2 (dino), which matches and judges, with the state of their weights."""
    table = Table(box=None, pad_edge=False)
    for column in ("encoder", "state", "where", "credit"):
        table.add_column(column, overflow="fold")
    for name, entry in weights.SOURCES.items():
        cached = weights.cached_file(name)
        missing = "its package is missing" if weights.is_embedded(name) else "to be fetched"
        state = "here" if cached.exists() else "embedded" if weights.is_here(name) else missing
        table.add_row(name, state, cell(str(cached)) if cached.exists() else entry.origin, entry.credit)
    cached = dino_weights.cached_file()
    state, where = ("here", cell(str(cached))) if cached.exists() else ("to be fetched", dino_weights.ORIGIN)
    table.add_row(dino_weights.NAME, state, where, dino_weights.CREDIT)
    Console().print(table)


@app.command()
def pull(name: Annotated[str, typer.Argument(help="The encoder; see pinxit weights list.")] = "vgg19") -> None:
    """Fetch an encoder's weights; an interrupted download is continued."""
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

        def report(received: int, total: int) -> None:
            bar.update(task, completed=received, total=total or None)

        if name == dino_weights.NAME:
            dino_weights.pull(report)
            path = dino_weights.cached_file()
        elif name in weights.SOURCES:
            weights.pull(name, report)
            path = weights.cached_file(name)
        else:
            raise PinxitError(
                f"there is no encoder {name!r}: choose one of {', '.join([*weights.SOURCES, dino_weights.NAME])}."
            )
    say(path)


@app.command()
def verify() -> None:
    """Check every cached weights file against its checksum."""
    readers: dict[str, tuple[Path, Callable[[], object]]] = {
        name: (weights.cached_file(name), partial(weights.read_cached, weights.cached_file(name), entry.architecture))
        for name, entry in weights.SOURCES.items()
    }
    readers[dino_weights.NAME] = (dino_weights.cached_file(), dino_weights.load)
    damaged = False
    for name, (path, read) in readers.items():
        if not path.exists():
            continue
        try:
            read()
            say(f"{name}: whole ({path})")
        except PinxitError as error:
            damaged = True
            warn(str(error))
    if damaged:
        sys.exit(FAILED)
