"""A studio's run, from its start to its end."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from pinxit.client import RUNNING_FILE
from pinxit.files.atomic import write_atomic
from pinxit.studio.app import GRACE_SECONDS, create_api, create_app, open_studio
from pinxit.studio.config import StudioConfig
from pinxit.studio.logs import set_up_logging
from pinxit.studio.peer_account import can_identify_accounts
from pinxit.studio.protocol import StudioServer, listen
from pinxit.studio.security import is_loopback
from pinxit.version import __version__


def serve(config: StudioConfig, on_ready: Callable[[str], None]) -> None:
    """Run a studio until a signal stops it.

    Args:
        config: where and how it runs.
        on_ready: called with the page's address, including the token where one is needed, when the studio answers.

    Raises:
        PinxitError: when it cannot be started.
    """
    # Other accounts must not read pictures, jobs or results; workers inherit this.
    os.umask(0o077)
    set_up_logging(config.log_json)
    with listen(config.host, config.port) as listener:
        chosen = bool(config.token)
        config = replace(
            config,
            port=listener.getsockname()[1],
            token=config.token or secrets.token_urlsafe(24),
            # With a token or a public name given, every client must present the token.
            trusts_account=(
                is_loopback(config.host) and not config.token and not config.names and can_identify_accounts()
            ),
        )
        # Before the worker processes start, which would compete for the processor.
        api = create_api()
        with open_studio(config) as studio:

            def ready() -> None:
                # A token that its owner chose may be used elsewhere, so it is never written.
                _announce(studio.store.home, config, "" if chosen or config.trusts_account else config.token)
                on_ready(page_address(config))

            def stop() -> None:
                studio.jobs.events.close()
                # In a thread, because a signal's handler must not wait. Workers save while open requests are answered.
                threading.Thread(target=studio.jobs.leave, args=(GRACE_SECONDS,), daemon=True).start()

            server = StudioServer(
                create_app(studio, api),
                config.limits.grace_seconds,
                ready,
                stop,
                identify_account=config.trusts_account,
            )
            try:
                server.run(sockets=[listener])
            finally:
                (studio.store.home / RUNNING_FILE).unlink(missing_ok=True)


def _announce(home: Path, config: StudioConfig, token: str) -> None:
    """Write where the studio listens to its folder, for programs of this account; see `pinxit.client.find_studio`.

    Args:
        home: the folder, which other accounts cannot read.
        config: the address.
        token: a token that programs may take from the file; empty where they need none, or must be given it.
    """
    address = page_address(config).partition("/?")[0].rstrip("/")
    content = {"address": address, "token": token, "version": __version__}
    write_atomic(json.dumps(content).encode(), home / RUNNING_FILE, overwrite=True)


def page_address(config: StudioConfig) -> str:
    """Return the page's address for a browser on this machine, including the token where one is needed."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(config.host, config.host)  # noqa: S104 - never listened to
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{config.port}/" + ("" if config.trusts_account else f"?{urlencode({'token': config.token})}")
