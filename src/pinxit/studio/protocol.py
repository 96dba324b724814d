"""uvicorn as the studio runs it: a request's head has a time limit too, and stopping ends the event streams first."""

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
from pinxit.studio.api_errors import MEDIA_TYPE, error_body
from pinxit.studio.peer_account import is_own_account

# s: time for responses that are being sent when the studio stops. Painting goes on in workers and is not waited for here.
_SHUTDOWN_SECONDS = 2


class HeadTimeoutProtocol(H11Protocol):
    """HTTP/1.1 with a time limit on the head of a request, so that silent clients cannot hold connections.

    Args:
        head_seconds: time for a request's head.
        identify_account: whether to find out whether each client is a program of the studio's own account; requests
            have the answer as `own_account` in their state.
        uvicorn: arguments of uvicorn's protocol.
    """

    def __init__(self, head_seconds: float, identify_account: bool, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._head_seconds, self._identify_account = head_seconds, identify_account
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Set up a client's connection."""
        super().connection_made(transport)
        # asyncio sets TCP_NODELAY itself, but not for sockets of a listener whose protocol was left to the system. Without
        # it the second part of a response waits until the client has acknowledged the first, which takes 40 ms.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._identify_account:
            # Once, and now, while the program that connected certainly holds the connection: its account does not change.
            own = is_own_account(transport.get_extra_info("peername")[:2], transport.get_extra_info("sockname")[:2])
            self.app_state = {**self.app_state, "own_account": own}
        self._start_head_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Clean up after a client's connection."""
        super().connection_lost(exc)
        if self._head_timer is not None:
            self._head_timer.cancel()

    def on_response_complete(self) -> None:
        """Wait for the connection's next request."""
        super().on_response_complete()
        self._start_head_timer()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, with the same kind of body as every other error."""
        body = json.dumps(error_body(400, "bad_request", "the request could not be read.")).encode()
        headers = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        for event in (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def _start_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
        self._head_timer = self.loop.call_later(self._head_seconds, self._head_timed_out, self.cycle)

    def _head_timed_out(self, last_cycle: object) -> None:
        if self.cycle is last_cycle:
            self.timeout_keep_alive_handler()


class StudioServer(uvicorn.Server):
    """A uvicorn server that ends event streams before it waits for open connections.

    Args:
        app: the studio's application.
        head_seconds: time for a request's head.
        on_ready: called when the server answers.
        on_stop: called when a signal asks it to stop.
        identify_account: see `HeadTimeoutProtocol`.
    """

    def __init__(
        self,
        app: ASGIApp,
        head_seconds: float,
        on_ready: Callable[[], None],
        on_stop: Callable[[], None],
        *,
        identify_account: bool = False,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=partial(HeadTimeoutProtocol, head_seconds, identify_account),  # type: ignore[arg-type]  # only called
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
            )
        )
        self._on_ready, self._on_stop = on_ready, on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to answer."""
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at the first signal, and force it at the second.

        Unlike uvicorn's own, this handler does not raise the signal again after the server has stopped.
        """
        self.force_exit = self.should_exit
        self.should_exit = True
        self._on_stop()


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address, so that a taken one is found before anything is started.

    Raises:
        PinxitError: when the address cannot be used.
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
