"""The door to the workers: so many calls at once, so many waiting, the rest are told to come back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from pinxit.studio.problems import Problem

T = TypeVar("T")


class Gate:
    """Lets calls that wait for a worker through, so few at once that they never use up the threads of quick requests.

    Args:
        at_once: calls that run.
        waiting: calls that may wait for one of those to end.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._limiter = anyio.CapacityLimiter(at_once)
        self._most = at_once + waiting
        self._inside = 0

    async def run(self, call: Callable[..., T], *args: object, left: Callable[[], Awaitable[bool]] | None = None) -> T:
        """What `call` returns.

        Args:
            call: runs in a thread.
            args: for it.
            left: says whether nobody waits for the answer any more; asked before it begins.

        Raises:
            Problem: 429 when too many wait already.
        """
        if self._inside >= self._most:
            raise Problem(429, "busy", "too much is asked for at once: try again in a few seconds.", retry_after=5)
        self._inside += 1
        try:
            async with self._limiter:
                if left is not None and await left():
                    raise Problem(408, "left", "whoever asked for this has left.")
                return await anyio.to_thread.run_sync(call, *args)
        finally:
            self._inside -= 1
