"""The studio put together: its shared objects, and the ASGI application that answers for them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from pinxit.jobs.queue import AT_ONCE
from pinxit.jobs.saved_presets import SavedPresets
from pinxit.jobs.service import JobService
from pinxit.jobs.shelf import Shelf
from pinxit.jobs.store import Store
from pinxit.jobs.task_pool import TaskPool
from pinxit.jobs.taste_store import TasteStore
from pinxit.studio import api_errors, static_page
from pinxit.studio.api_errors import ErrorBody
from pinxit.studio.body_limit import BodyLimitMiddleware
from pinxit.studio.client_quota import ClientQuota
from pinxit.studio.concurrency import ConcurrencyLimiter
from pinxit.studio.config import StudioConfig
from pinxit.studio.metrics import Metrics, MetricsMiddleware
from pinxit.studio.rate_limit import RateLimitMiddleware
from pinxit.studio.routes import (
    about,
    blind,
    events,
    files,
    films,
    grade,
    jobs,
    live,
    presets,
    results,
    shelf,
    styles,
    taste,
    wear,
)
from pinxit.studio.security import SecurityMiddleware
from pinxit.studio.state import AppState
from pinxit.studio.webhooks import send_to_webhooks
from pinxit.version import __version__

# Drawn pictures kept in memory: all styles and samples in several sizes. Each has some tens of kilobytes and takes up to a
# second to draw.
_DRAWN_PICTURES = 256
# s: time for workers to save their progress when the studio stops. What they saved before is at most ten seconds old.
GRACE_SECONDS = 2.0
# Errors that every address may answer with. The addresses themselves describe their other responses.
_ERROR_RESPONSES: dict[int | str, dict[str, object]] = {
    400: {"model": ErrorBody, "description": "The request cannot be read."},
    401: {"model": ErrorBody, "description": "The token is missing or wrong."},
    403: {"model": ErrorBody, "description": "The request comes from a page of another origin."},
    404: {"model": ErrorBody, "description": "There is no such thing."},
    408: {"model": ErrorBody, "description": "The body came too slowly."},
    409: {"model": ErrorBody, "description": "The request conflicts with the current state."},
    413: {"model": ErrorBody, "description": "The body or file is too large."},
    416: {"model": ErrorBody, "description": "The file does not have these bytes."},
    422: {"model": ErrorBody, "description": "The request is not valid; the message says what and why."},
    429: {
        "model": ErrorBody,
        "description": "There are too many requests or jobs: `Retry-After` says when to try again.",
    },
    503: {"model": ErrorBody, "description": "The queue's database did not answer: try again."},
    507: {"model": ErrorBody, "description": "The disk, or the part of it that may be used, is full."},
}


@contextlib.contextmanager
def open_studio(config: StudioConfig) -> Iterator[AppState]:
    """Start a studio's queue and workers, and stop them at the end of the context.

    Raises:
        PinxitError: when the folder or the database cannot be used.
    """
    limits = config.limits
    with contextlib.ExitStack() as stack:
        store = Store(config.home, config.quota)
        stack.callback(store.close)
        task_pool = TaskPool(store.files)
        stack.callback(task_pool.close)
        metrics = Metrics()
        jobs = JobService(
            store,
            config.database or None,
            config.jobs,
            limits.queued,
            placement=config.placement,
            observe=metrics.observe,
        )
        metrics.watch_queue(jobs.counts, lambda: not jobs.database_is_away)
        stack.callback(jobs.events.close)
        stack.callback(jobs.close, GRACE_SECONDS)
        jobs.start()
        stack.enter_context(send_to_webhooks(config.webhooks, jobs.events, store))
        taste_store, shelf_store = TasteStore(store.home, task_pool.measure), Shelf(store.home)
        store.protect(taste_store.files)
        store.protect(shelf_store.files)
        yield AppState(
            config,
            store,
            jobs,
            task_pool,
            metrics,
            decode_limiter=ConcurrencyLimiter(2, limits.waiting),
            # Calls of the queue's database wait in threads of their own: requests for what is in memory need the others.
            queue_limiter=ConcurrencyLimiter(AT_ONCE, limits.queued),
            # Painting takes longer than decoding, so fewer may wait.
            paint_limiter=ConcurrencyLimiter(1, limits.waiting // 4),
            draw=functools.lru_cache(_DRAWN_PICTURES)(task_pool.draw),
            taste=taste_store,
            shelf=shelf_store,
            presets=SavedPresets(store.home),
            client_quota=ClientQuota(jobs, limits.queued_by_client),
        )


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """Return FastAPI's document, in which every error is `application/problem+json` whatever a success would be."""
        document: dict[str, Any] = super().openapi()
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if status >= "4":
                        response["content"] = {
                            api_errors.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ErrorBody"}}
                        }
        return document


def create_api() -> FastAPI:
    """Return the API alone, without a studio behind it: enough for its OpenAPI document."""
    api = _Api(
        title="pinxit studio",
        version=__version__,
        description="Paint pictures in the style of others, watch it happen, lose nothing.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=_ERROR_RESPONSES,
    )
    api_errors.install_error_handlers(api)
    for module in (about, blind, events, files, films, grade, jobs, live, presets, results, shelf, styles, taste, wear):
        api.include_router(module.routes)
    api.include_router(jobs.estimates)
    api.include_router(about.root)
    api.include_router(static_page.router())
    _build_routes(api)
    return api


def _build_routes(api: FastAPI) -> None:
    """Build the validators of all routes, which FastAPI leaves to the first request: it would take a second longer."""
    scope = {"type": "http", "method": "GET", "path": "/", "root_path": "", "headers": []}
    for route in api.routes:
        route.matches(scope)


def create_app(studio: AppState, api: FastAPI) -> ASGIApp:
    """Return the application of a running studio, with all its middleware.

    Args:
        studio: what it works with.
        api: from `create_api`, used by no other studio.
    """
    api.state.studio = studio
    # From the inside out: the last one sees a request first.
    app: ASGIApp = api_errors.UniformErrorMiddleware(api)
    app = BodyLimitMiddleware(app, studio.config.limits)
    app = RateLimitMiddleware(app, studio.config.limits)
    app = SecurityMiddleware(app, studio.config)
    return MetricsMiddleware(app, studio.metrics)
