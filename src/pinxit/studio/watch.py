"""What is counted and told about each request: Prometheus metrics, and a line of JSON where that is wanted."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinxit.jobs.events import Event
from pinxit.jobs.record import State
from pinxit.studio.rate import client_of

_log = logging.getLogger("pinxit.studio.requests")
_ANSWER_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_PAINTING_SECONDS = (1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, 4 * 3600)


class Metrics:
    """All that `/metrics` tells.

    Args:
        count: job states and how many jobs are in each, asked when somebody looks.
        there: whether the queue's database answers, likewise.
    """

    def __init__(self, count: Callable[[], Mapping[str, int]], there: Callable[[], bool]) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "pinxit_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "pinxit_http_seconds",
            "How long the first byte of an answer took.",
            ["route"],
            buckets=_ANSWER_SECONDS,
            registry=self.registry,
        )
        self.streams = Gauge("pinxit_event_streams", "Event streams that are open.", registry=self.registry)
        self.received = Counter("pinxit_received_bytes", "Bytes of accepted files.", registry=self.registry)
        self.painting = Histogram(
            "pinxit_painting_seconds",
            "How long a result's painting took.",
            ["work"],
            buckets=_PAINTING_SECONDS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)
        self.registry.register(_Jobs(count, there))

    def heed(self, event: Event) -> None:
        """Count what the jobs tell."""
        if event.name == "result":
            self.painting.labels(event.data["work"]).observe(event.data["seconds"])

    def text(self) -> bytes:
        """In Prometheus's format."""
        return generate_latest(self.registry)


class _Jobs(Collector):
    def __init__(self, count: Callable[[], Mapping[str, int]], there: Callable[[], bool]) -> None:
        self._count, self._there = count, there

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not ask the queue, which has not started by then."""
        return []

    def collect(self) -> Iterable[Metric]:
        """The queue as it stands."""
        count = self._count()
        jobs = GaugeMetricFamily("pinxit_jobs", "Jobs by state.", labels=["state"])
        for state in get_args(State):
            jobs.add_metric([state], count.get(state, 0))
        yield jobs
        yield GaugeMetricFamily("pinxit_queue_length", "Jobs that wait.", value=count.get("queued", 0))
        yield GaugeMetricFamily(
            "pinxit_database_up", "Whether the queue's database answers.", value=float(self._there())
        )


class Watch:
    """ASGI middleware: counts every request, and tells it where that is wanted.

    Args:
        app: what answers.
        metrics: where it is counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and see how it ends."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begin, status, first = time.perf_counter(), 0, 0.0

        async def send_watched(message: Message) -> None:
            nonlocal status, first
            if message["type"] == "http.response.start":
                status, first = message["status"], time.perf_counter() - begin
            await send(message)

        try:
            await self._app(scope, receive, send_watched)
        finally:
            route = _route_of(scope)
            self._metrics.requests.labels(
                scope["method"] if scope["method"] in _METHODS else "other", route, status
            ).inc()
            self._metrics.seconds.labels(route).observe(first)
            if _log.isEnabledFor(logging.INFO):
                told = {
                    "client": client_of(scope),
                    "method": scope["method"],
                    "path": scope["path"],  # without the query, which may hold the token
                    "status": status,
                    "ms": round(1000 * (time.perf_counter() - begin), 1),
                }
                _log.info("request", extra={"told": told})


_METHODS = frozenset(("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"))


def _route_of(scope: Scope) -> str:
    """The pattern, not the address: addresses are without number."""
    return getattr(scope.get("route"), "path", None) or "unmatched"


class JsonLines(logging.Formatter):
    """Each record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line |= getattr(record, "told", None) or {"message": record.getMessage()}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def tell(as_json: bool) -> None:
    """Where the studio's log goes: warnings as sentences, or everything as JSON lines, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if as_json else logging.Formatter("%(levelname)s: %(message)s"))
    for name in ("pinxit", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO if as_json else logging.WARNING)
