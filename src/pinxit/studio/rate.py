"""How often one client may come: a bucket of tokens each, refilled at a steady rate."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from pinxit.studio.problems import Problem
from pinxit.studio.settings import Limits

# Whoever has not come for as many other clients as this has a full bucket again by then.
_MOST_CLIENTS = 4096


class Buckets:
    """One bucket for each client.

    Args:
        rate: tokens that come back a second.
        burst: tokens that a bucket holds.
        now: the clock, in seconds.
    """

    def __init__(self, rate: float, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take a token: 0 where there was one, else the seconds until there is."""
        now = self._now()
        left, since = self._left.pop(client, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._left[client] = (left if wait else left - 1, now)
        if len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return wait


class Rate:
    """ASGI middleware: 429 for clients that come too often, sooner where each request is dear.

    Args:
        app: what it shelters.
        limits: how often is too often.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._all = Buckets(limits.requests, limits.requests_burst)
        self._heavy = Buckets(limits.heavy, limits.heavy_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what does not come too often."""
        if scope["type"] == "http":
            client = client_of(scope)
            wait = self._all.take(client)
            if not wait and is_heavy(scope):
                wait = self._heavy.take(client)
            if wait:
                problem = Problem(429, "too_many_requests", "that was too many requests: try again in a moment.", wait)
                return await problem.response()(scope, receive, send)
        return await self._app(scope, receive, send)


def client_of(scope: Scope) -> str:
    """The address that a request comes from."""
    return scope["client"][0] if scope.get("client") else ""


def is_heavy(scope: Scope) -> bool:
    """Whether a request makes pinxit decode or paint: those that hand something over, but for changes to what is there."""
    return scope["method"] in ("POST", "PUT") and scope["path"].count("/") <= 4
