"""The door to the workers: so many calls at once, so many waiting, the rest are told to come back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread

from pinxit.studio.problems import Problem

P = ParamSpec("P")
T = TypeVar("T")


class Gate:
    """Runs calls that wait for a worker in threads of their own, so that they never use up those of quick requests.

    Args:
        at_once: calls that run.
        waiting: calls that may wait for one of those to end.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._limiter = anyio.CapacityLimiter(at_once)
        self._most = at_once + waiting
        self.inside = 0

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `call` returns; Problem 429 when too many wait already."""
        if self.inside >= self._most:
            raise Problem(429, "busy", "too much is asked for at once: try again in a few seconds.", retry_after=5)
        self.inside += 1
        try:
            return await anyio.to_thread.run_sync(partial(call, *args, **kwargs), limiter=self._limiter)
        finally:
            self.inside -= 1
