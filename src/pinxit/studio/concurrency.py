"""A limit on calls that wait for workers: so many run at once, so many wait, further ones are refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from pinxit.studio.api_errors import ApiError

T = TypeVar("T")


class ConcurrencyLimiter:
    """A limiter for blocking calls, so that they never use up the threads that quick requests need.

    Args:
        at_once: calls that run at once.
        waiting: calls that may wait for one of those to end.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._limiter = anyio.CapacityLimiter(at_once)
        self._max_calls = at_once + waiting
        self._calls = 0

    async def run(
        self, call: Callable[..., T], *args: object, is_disconnected: Callable[[], Awaitable[bool]] | None = None
    ) -> T:
        """Run a call in a thread, when its turn comes, and return its result.

        Args:
            call: the blocking call.
            args: its arguments.
            is_disconnected: returns whether the client has disconnected; asked just before the call would begin.

        Raises:
            ApiError: 429 where too many calls wait already; 408 where the client has disconnected.
        """
        if self._calls >= self._max_calls:
            raise ApiError(429, "busy", "too many requests are waiting: try again in a few seconds.", retry_after=5)
        self._calls += 1
        try:
            async with self._limiter:
                if is_disconnected is not None and await is_disconnected():
                    raise ApiError(408, "left", "the client has disconnected.")
                return await anyio.to_thread.run_sync(call, *args)
        finally:
            self._calls -= 1
