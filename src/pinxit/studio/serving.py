"""A studio from its start to its end."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode

from pinxit.studio.app import GRACE_SECONDS, create, opened
from pinxit.studio.guard import is_loopback
from pinxit.studio.peers import are_known
from pinxit.studio.protocol import StudioServer, listen
from pinxit.studio.settings import Studio
from pinxit.studio.watch import tell


def serve(studio: Studio, ready: Callable[[str], None]) -> None:
    """Answer until a signal asks to stop.

    Args:
        studio: how it is to be started.
        ready: told the page's address, with the token where one is asked for, when the studio answers.

    Raises:
        PinxitError: when it cannot be started.
    """
    # Pictures, jobs and results are nobody else's on this machine; workers inherit it.
    os.umask(0o077)
    tell(studio.log_json)
    with listen(studio.host, studio.port) as listener:
        studio = replace(
            studio,
            port=listener.getsockname()[1],
            token=studio.token or secrets.token_urlsafe(24),
            # Whoever gave a token, or has a proxy let people in, means to be asked for it.
            trusts_account=is_loopback(studio.host) and not studio.token and not studio.names and are_known(),
        )
        with opened(studio) as parts:
            patience = studio.limits.grace_seconds

            def leave() -> None:
                parts.hub.close()
                # In a thread: a signal's handler waits for nothing. Workers save while requests are answered to their end.
                threading.Thread(target=parts.jobs.leave, args=(GRACE_SECONDS,), daemon=True).start()

            server = StudioServer(
                create(parts),
                patience,
                lambda: ready(address_of(studio)),
                leave,
                knows_account=studio.trusts_account,
            )
            server.run(sockets=[listener])


def address_of(studio: Studio) -> str:
    """Where the page is to be found from this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(studio.host, studio.host)  # noqa: S104 - what is asked, not listened to
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{studio.port}/" + ("" if studio.trusts_account else f"?{urlencode({'token': studio.token})}")
