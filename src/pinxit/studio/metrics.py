"""Prometheus metrics of requests, jobs and the queue's database, and the middleware that counts requests."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pinxit.jobs.record import State
from pinxit.jobs.results import Result
from pinxit.studio.logs import log_request

# s: bounds of the histograms' buckets.
_RESPONSE_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_PAINTING_SECONDS = (1, 2, 5, 10, 20, 60, 120, 300, 600, 1800, 3600, 4 * 3600)
_METHODS = frozenset(("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"))


class Metrics:
    """The metrics that `/metrics` shows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "pinxit_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
        )
        self.response_seconds = Histogram(
            "pinxit_http_seconds",
            "Seconds until the first byte of a response.",
            ["route"],
            buckets=_RESPONSE_SECONDS,
            registry=self.registry,
        )
        self.streams = Gauge("pinxit_event_streams", "Open event streams.", registry=self.registry)
        self.received_bytes = Counter("pinxit_received_bytes", "Bytes of accepted files.", registry=self.registry)
        self.painting_seconds = Histogram(
            "pinxit_painting_seconds",
            "Seconds that a result's painting took.",
            ["work"],
            buckets=_PAINTING_SECONDS,
            registry=self.registry,
        )
        ProcessCollector(registry=self.registry)

    def watch_queue(self, count_jobs: Callable[[], Mapping[str, int]], database_answers: Callable[[], bool]) -> None:
        """Show the queue's numbers as well.

        Args:
            count_jobs: returns the number of jobs in each state; called whenever the metrics are read.
            database_answers: returns whether the queue's database answers; called whenever the metrics are read.
        """
        self.registry.register(_QueueCollector(count_jobs, database_answers))

    def observe(self, result: Result) -> None:
        """Count a job's result and its painting time."""
        self.painting_seconds.labels(result.work).observe(result.seconds)

    def text(self) -> bytes:
        """Return all metrics in Prometheus's text format."""
        return generate_latest(self.registry)


class _QueueCollector(Collector):
    def __init__(self, count_jobs: Callable[[], Mapping[str, int]], database_answers: Callable[[], bool]) -> None:
        self._count_jobs, self._database_answers = count_jobs, database_answers

    def describe(self) -> Iterable[Metric]:
        """Return nothing: registering must not ask the queue, which has not started yet."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Yield the queue's current numbers."""
        count = self._count_jobs()
        jobs = GaugeMetricFamily("pinxit_jobs", "Jobs by state.", labels=["state"])
        for state in get_args(State):
            jobs.add_metric([state], count.get(state, 0))
        yield jobs
        yield GaugeMetricFamily("pinxit_queue_length", "Jobs that wait.", value=count.get("queued", 0))
        yield GaugeMetricFamily(
            "pinxit_database_up", "Whether the queue's database answers.", value=float(self._database_answers())
        )


class MetricsMiddleware:
    """ASGI middleware that counts, times and logs every request.

    Args:
        app: the application behind it.
        metrics: where requests are counted.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; count, time and log its response."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begin, status, first = time.perf_counter(), 0, 0.0

        async def send_timed(message: Message) -> None:
            nonlocal status, first
            if message["type"] == "http.response.start":
                status, first = message["status"], time.perf_counter() - begin
            await send(message)

        try:
            await self._app(scope, receive, send_timed)
        finally:
            route = _route_of(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, status).inc()
            self._metrics.response_seconds.labels(route).observe(first)
            log_request(scope, status, time.perf_counter() - begin)


def _route_of(scope: Scope) -> str:
    """Return the route's pattern instead of the address, because the number of addresses has no bound."""
    return getattr(scope.get("route"), "path", None) or "unmatched"
