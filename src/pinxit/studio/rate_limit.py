"""Rate limits: each client has a bucket of tokens that is refilled at a steady rate, and a request takes one."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from pinxit.studio.api_errors import ApiError
from pinxit.studio.config import Limits

# Buckets kept, those used last. By the time that so many other clients came, a client's bucket is full again anyway.
_MAX_CLIENTS = 4096


class TokenBuckets:
    """One token bucket for each client.

    Args:
        rate: tokens added a second.
        burst: tokens that a bucket holds.
        now: the clock, in seconds.
    """

    def __init__(self, rate: float, burst: int, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._now = rate, burst, now
        # Client → tokens left, and the time at which they were counted.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float:
        """Take a token and return 0, or return the seconds until there is one to take."""
        now = self._now()
        left, counted = self._buckets.pop(client, (float(self._burst), now))
        left = min(self._burst, left + (now - counted) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._buckets[client] = (left if wait else left - 1, now)
        if len(self._buckets) > _MAX_CLIENTS:
            self._buckets.popitem(last=False)
        return wait


class RateLimitMiddleware:
    """ASGI middleware that answers 429 to clients that send too many requests; expensive requests have a lower limit.

    Args:
        app: the application behind it.
        limits: the rates.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._all = TokenBuckets(limits.requests, limits.requests_burst)
        self._heavy = TokenBuckets(limits.heavy, limits.heavy_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 429."""
        if scope["type"] == "http":
            client = client_address(scope)
            wait = self._all.take(client)
            if not wait and is_heavy(scope):
                wait = self._heavy.take(client)
            if wait:
                error = ApiError(429, "too_many_requests", "too many requests: try again in a moment.", wait)
                return await error.response()(scope, receive, send)
        return await self._app(scope, receive, send)


def client_address(scope: Scope) -> str:
    """Return the address that a request comes from."""
    return scope["client"][0] if scope.get("client") else ""


def is_heavy(scope: Scope) -> bool:
    """Return whether a request makes pinxit decode or paint: one that sends data, not a command to a job; or an export."""
    path: str = scope["path"]
    return (scope["method"] in ("POST", "PUT") and path.count("/") <= 4) or path.endswith("/export")
