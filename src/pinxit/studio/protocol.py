"""uvicorn as the studio runs it: heads of requests have a time limit too, and stopping ends the event streams first."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from pinxit.errors import PinxitError
from pinxit.studio.peers import is_own
from pinxit.studio.problems import MEDIA, body_of

# What is being answered may take so long to end; painting goes on elsewhere and is not waited for here.
_GRACE_SECONDS = 2


class PatientProtocol(H11Protocol):
    """HTTP/1.1 whose patience with the head of a request ends: who sends none holds a connection for nothing.

    Args:
        patience: seconds that a head may take.
        knows_account: whether to find out whose program each client is; requests have it as `own_account` in their state.
        uvicorn: see there.
    """

    def __init__(self, patience: float, knows_account: bool, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._patience, self._knows_account = patience, knows_account
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come."""
        super().connection_made(transport)
        # asyncio does so itself, but not for the sockets of a listener whose protocol was left to the system. Without
        # it an answer's second part waits until the client has acknowledged the first, which takes 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._knows_account:
            # Now, while whoever connected holds the connection, and once: it stays what it is.
            own = is_own(transport.get_extra_info("peername")[:2], transport.get_extra_info("sockname")[:2])
            self.app_state = {**self.app_state, "own_account": own}
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client has left."""
        super().connection_lost(exc)
        if self._head_timer is not None:
            self._head_timer.cancel()

    def on_response_complete(self) -> None:
        """A request is answered: its connection may bring another one."""
        super().on_response_complete()
        self._await_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, as a problem like all others."""
        body = json.dumps(body_of(400, "bad_request", "the request could not be read.")).encode()
        headers = [
            (b"content-type", MEDIA.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _await_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
        self._head_timer = self.loop.call_later(self._patience, self._head_is_due, self.cycle)

    def _head_is_due(self, last: object) -> None:
        if self.cycle is last:
            self.timeout_keep_alive_handler()


class StudioServer(uvicorn.Server):
    """A server that tells whoever streams to end before it waits for them.

    Args:
        app: the studio's application.
        patience: seconds that the head of a request may take.
        ready: called when it answers.
        leaving: called when it is asked to stop.
        knows_account: see `PatientProtocol`.
    """

    def __init__(
        self,
        app: ASGIApp,
        patience: float,
        ready: Callable[[], None],
        leaving: Callable[[], None],
        *,
        knows_account: bool = False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(PatientProtocol, patience, knows_account),  # type: ignore[arg-type]  # it is called, no more
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._ready, self._leaving = ready, leaving

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer from now on."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: the first asks, the second insists. It has served its purpose then, and ends nothing else."""
        self.force_exit = self.should_exit
        self.should_exit = True
        self._leaving()


def listen(host: str, port: int) -> socket.socket:
    """Take an address before anything is started.

    Raises:
        PinxitError: when it cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PinxitError(
                f"port {port} is taken, perhaps by another studio: choose one by --port, 0 takes a free one."
            ) from error
        raise PinxitError(
            f"cannot listen on {host} port {port} ({error.strerror or error}): choose another."
        ) from error
