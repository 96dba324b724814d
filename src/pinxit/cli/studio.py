"""`pinxit studio`."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import sys
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from pinxit.cli.say import say
from pinxit.errors import PinxitError

app = typer.Typer(rich_markup_mode="rich", add_completion=False)

_NEEDED = ("dbos", "fastapi", "pebble", "prometheus_client", "uvicorn")
# How an address that stands for all of a machine's is shown.
_ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - what is asked for, not what is taken
_NAME = re.compile(
    r"(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?"
)
_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@app.command(
    help="Paint in the browser, watch it happen, lose nothing.\n\n"
    "It prints its address and opens it. Jobs go on where they were when it is started again. Only programs of your own "
    "account on this machine can come in; with another --host or a --name, whoever comes must show the token that is printed.",
    epilog="[bold]pinxit studio[/bold]",
)
def studio(
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all of them.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Likewise; 0 takes a free one.", min=0, max=65535)] = 8420,
    home: Annotated[
        Path | None,
        typer.Option(help="The folder for pictures, jobs and results.", show_default="the user's data folder"),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            help="What strangers must show.", envvar="PINXIT_TOKEN", show_default="made up where one is needed"
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="A public name under which a proxy with TLS answers for it, as studio.example.org; repeatable.",
            show_default="none",
        ),
    ] = None,
    database: Annotated[
        str, typer.Option(help="Where the queue is kept, as postgresql://…", show_default="a file in --home")
    ] = "",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option(help="How many jobs paint at once.", min=1, max=64, show_default="a quarter of the cores"),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Paint on a Ray cluster, auto or ray://HOST:10001, whose machines see --home under the same name.",
            metavar="ADDRESS",
        ),
    ] = None,
    gpus: Annotated[float, typer.Option(help="GPUs of each job on the cluster, or a part of one.", min=0)] = 0.0,
    quota: Annotated[str, typer.Option(help="How much of the disk may be used, as 20GB.")] = "20GB",
    log_json: Annotated[bool, typer.Option("--log-json", help="Tell every request, one line of JSON each.")] = False,
) -> None:
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise PinxitError("the studio needs a few packages more: pip install 'pinxit[studio]'.")
    import platformdirs

    from pinxit.jobs.painter import Seat
    from pinxit.studio.serving import serve
    from pinxit.studio.settings import Studio

    def ready(address: str) -> None:
        say(f"pinxit studio: {address}")
        if host in _ALL_ADDRESSES:
            say(f"from elsewhere: {address.replace(_ALL_ADDRESSES[host], socket.gethostname(), 1)}")
        for public in names:
            say(f"from elsewhere: https://{public}/?{address.partition('?')[2]}")
        print("Ctrl-C stops it; what is painting goes on at the next start.", flush=True)  # noqa: T201
        if not no_browser and _has_screen():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    if database and not database.startswith(("postgresql://", "postgres://")):
        raise PinxitError("a database is given as postgresql://…; without one the queue is kept in a file.")
    names = tuple(_public(one) for one in name or ())
    seat = None
    if cluster is not None:
        from pinxit.cluster.connection import connected

        with connected(cluster):  # or say now that none answers
            seat = Seat(cluster, gpus)
    serve(
        Studio(
            home=home or platformdirs.user_data_path("pinxit") / "studio",
            host=host,
            port=port,
            token=token or "",
            names=names,
            database=database,
            painters=jobs,
            seat=seat,
            quota=_bytes(quota),
            log_json=log_json,
        ),
        ready,
    )


def _public(name: str) -> str:
    """`Studio.Example.org` → `studio.example.org`; a port may follow."""
    if not _NAME.fullmatch(name.lower()):
        raise PinxitError(f"a name is given as studio.example.org or studio.example.org:8443, not {name[:100]!r}.")
    return name.lower()


def _bytes(text: str) -> int:
    """`20GB` → 20 000 000 000."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(|[KMGT]B)", text.strip().upper())
    if match is None or float(match[1]) <= 0:
        raise PinxitError(f"a quota is given as 20GB or 500MB, not {text!r}.")
    return round(float(match[1]) * _UNITS[match[2]])


def _has_screen() -> bool:
    # Elsewhere a browser always has one; here one might otherwise open in this very terminal.
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
