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

from pinxit.cli.command_app import command_app
from pinxit.cli.messages import say
from pinxit.errors import PinxitError

app = command_app()

_NEEDED = ("dbos", "fastapi", "pebble", "prometheus_client", "uvicorn")
# The loopback address shown for one that stands for all of a machine's.
_ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - compared with, never bound to
_NAME = re.compile(
    r"(?=.{1,253}(:|$))[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:[1-9][0-9]{0,4})?"
)
_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


@app.command(
    help="Paint in the browser, watch it happen, lose nothing.\n\n"
    "The command prints the studio's address and opens it. After a restart jobs continue where they were. Only programs of "
    "your own account on this machine have access; with another --host or a --name, other clients must present the token "
    "that is printed.",
    epilog="[bold]pinxit studio[/bold]",
)
def studio(
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all of them.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 8420,
    home: Annotated[
        Path | None,
        typer.Option(help="The folder for pictures, jobs and results.", show_default="the user's data folder"),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            help="The token that other clients must present.",
            envvar="PINXIT_TOKEN",
            show_default="a random one if needed",
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="A public name, as in studio.example.org, under which a TLS proxy serves the studio; repeatable.",
            show_default="none",
        ),
    ] = None,
    database: Annotated[
        str, typer.Option(help="The job queue's database, postgresql://…", show_default="a file in --home")
    ] = "",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    jobs: Annotated[
        int | None,
        typer.Option(help="Number of jobs that paint at once.", min=1, max=64, show_default="a quarter of the cores"),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            help="Paint on a Ray cluster, auto or ray://HOST:10001, whose machines see --home under the same path.",
            metavar="ADDRESS",
        ),
    ] = None,
    gpus: Annotated[float, typer.Option(help="GPUs per job on the cluster; may be a fraction.", min=0)] = 0.0,
    quota: Annotated[str, typer.Option(help="Most disk space to use, as in 20GB.")] = "20GB",
    webhook: Annotated[
        list[str] | None,
        typer.Option(
            help="An address on this machine, as in http://127.0.0.1:9000/done, to notify of each job that ends; repeatable.",
            metavar="ADDRESS",
            show_default="none",
        ),
    ] = None,
    log_json: Annotated[bool, typer.Option("--log-json", help="Log every request as one line of JSON.")] = False,
) -> None:
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        raise PinxitError("the studio needs more packages: pip install 'pinxit[studio]'.")
    import platformdirs

    from pinxit.jobs.worker_process import RayPlacement
    from pinxit.studio.config import StudioConfig
    from pinxit.studio.serving import serve
    from pinxit.studio.webhooks import MOST_WEBHOOKS, Webhook

    def ready(address: str) -> None:
        say(f"pinxit studio: {address}")
        if host in _ALL_ADDRESSES:
            say(f"from elsewhere: {address.replace(_ALL_ADDRESSES[host], socket.gethostname(), 1)}")
        for public in names:
            say(f"from elsewhere: https://{public}/?{address.partition('?')[2]}")
        print("Ctrl-C stops it; running jobs continue at the next start.", flush=True)  # noqa: T201
        if not no_browser and _has_screen():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    if database and not database.startswith(("postgresql://", "postgres://")):
        raise PinxitError("--database takes an address as in postgresql://…: leave it out to keep the queue in a file.")
    names = tuple(_public(one) for one in name or ())
    webhooks = tuple(Webhook.parse(one) for one in webhook or ())
    if len(webhooks) > MOST_WEBHOOKS:
        raise PinxitError(f"{len(webhooks)} webhooks are too many: give at most {MOST_WEBHOOKS}.")
    placement = None
    if cluster is not None:
        from pinxit.cluster.connection import connected

        with connected(cluster):  # fails now if no cluster answers
            placement = RayPlacement(cluster, gpus)
    serve(
        StudioConfig(
            home=home or platformdirs.user_data_path("pinxit") / "studio",
            host=host,
            port=port,
            token=token or "",
            names=names,
            database=database,
            jobs=jobs,
            placement=placement,
            quota=_bytes(quota),
            webhooks=webhooks,
            log_json=log_json,
        ),
        ready,
    )


def _public(name: str) -> str:
    """Check a public name, which may have a port, and return it in lower case."""
    if not _NAME.fullmatch(name.lower()):
        raise PinxitError(
            f"--name takes a name as in studio.example.org or studio.example.org:8443, not {name[:100]!r}."
        )
    return name.lower()


def _bytes(text: str) -> int:
    """Read `20GB` as 20,000,000,000 bytes."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(|[KMGT]B)", text.strip().upper())
    if match is None or float(match[1]) <= 0:
        raise PinxitError(f"--quota takes a size as in 20GB or 500MB, not {text!r}.")
    return round(float(match[1]) * _UNITS[match[2]])


def _has_screen() -> bool:
    # On Linux without a screen a text browser might open in this very terminal.
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
