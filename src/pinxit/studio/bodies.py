"""How large and how slow a request's body may be, counted while it comes."""

from __future__ import annotations

import asyncio
import contextlib
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinxit.studio.problems import Problem
from pinxit.studio.settings import API, MB, Limits

_SNAPSHOT_BYTES = 64 * MB
_DRAIN_SECONDS = 2.0


class Bodies:
    """ASGI middleware: a body that is too long or too slow ends with 413 or 408, and its connection with it.

    Args:
        app: what reads the bodies.
        limits: how long and how slow they may be.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._most = {
            f"{API}/files": limits.upload_bytes,
            f"{API}/snapshots": min(limits.upload_bytes, _SNAPSHOT_BYTES),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, its body counted."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        most = self._most.get(scope["path"], self._limits.body_bytes)
        if int(Headers(scope=scope).get("content-length", "0")) > most:  # a number: h11 sees to that
            await _drain(receive)
            return await _too_large(most).response()(scope, receive, send)
        counted, begin, complete = 0, time.monotonic(), False

        async def receive_counted() -> Message:
            nonlocal counted, complete
            if complete:
                return await receive()  # the client leaves, whenever it does
            due = begin + self._limits.grace_seconds + counted / self._limits.slowest
            try:
                async with asyncio.timeout(due - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise _closing(
                    Problem(408, "too_slow", "the body came too slowly: try again over a faster line.")
                ) from None
            counted += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if counted > most:
                if not complete:
                    await _drain(receive)
                raise _too_large(most)
            return message

        return await self._app(scope, receive_counted, send)


async def _drain(receive: Receive) -> None:
    """Read on for a moment: who is still sending when the connection closes may never see the answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while (await receive()).get("more_body", False):
                pass


def _too_large(most: int) -> Problem:
    size = f"{most / MB:.0f} MB" if most >= MB else f"{most} bytes"
    return _closing(Problem(413, "too_large", f"the body is too large: {size} is the most that this address takes."))


def _closing(problem: Problem) -> Problem:
    """What is left of the body is not waited for."""
    problem.headers = {"Connection": "close"}
    return problem
