"""Limits of a request body's size and duration, checked while it arrives."""

from __future__ import annotations

import asyncio
import contextlib
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinxit.studio.api_errors import ApiError
from pinxit.studio.config import API, MB, Limits

_SNAPSHOT_BYTES = 64 * MB
_DRAIN_SECONDS = 2.0


class BodyLimitMiddleware:
    """ASGI middleware that answers 413 to bodies that are too large and 408 to slow ones, and closes their connections.

    Args:
        app: the application behind it.
        limits: the sizes and the slowest rate.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app, self._limits = app, limits
        self._max_bytes = {
            f"{API}/files": limits.upload_bytes,
            f"{API}/snapshots": min(limits.upload_bytes, _SNAPSHOT_BYTES),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on while counting its body."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        max_bytes = self._max_bytes.get(scope["path"], self._limits.body_bytes)
        if int(Headers(scope=scope).get("content-length", "0")) > max_bytes:  # h11 lets only numbers through
            await _drain(receive)
            return await _too_large(max_bytes).response()(scope, receive, send)
        received, begin, complete = 0, time.monotonic(), False

        async def receive_limited() -> Message:
            nonlocal received, complete
            if complete:
                return await receive()  # waits for the client to disconnect, which has no deadline
            deadline = begin + self._limits.grace_seconds + received / self._limits.bytes_per_second
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                raise _closing(
                    ApiError(408, "too_slow", "the body came too slowly: try again over a faster connection.")
                ) from None
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > max_bytes:
                if not complete:
                    await _drain(receive)
                raise _too_large(max_bytes)
            return message

        return await self._app(scope, receive_limited, send)


async def _drain(receive: Receive) -> None:
    """Read on for a moment: a client that is still sending when the connection closes may never see the answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_SECONDS):
            while (await receive()).get("more_body", False):
                pass


def _too_large(max_bytes: int) -> ApiError:
    size = f"{max_bytes / MB:.0f} MB" if max_bytes >= MB else f"{max_bytes} bytes"
    return _closing(ApiError(413, "too_large", f"the body is too large: this address takes at most {size}."))


def _closing(error: ApiError) -> ApiError:
    """Have an error close its connection, so that nothing waits for the rest of the body."""
    error.headers = {"Connection": "close"}
    return error
