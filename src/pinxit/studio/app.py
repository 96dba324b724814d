"""The studio put together: its parts, and the application that answers for them."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp

from pinxit import __version__
from pinxit.jobs.engine import AT_ONCE
from pinxit.jobs.jobs import Jobs
from pinxit.jobs.quick import Quick
from pinxit.jobs.store import Store
from pinxit.studio import page, problems
from pinxit.studio.bodies import Bodies
from pinxit.studio.gate import Gate
from pinxit.studio.guard import Guard
from pinxit.studio.hub import Hub
from pinxit.studio.parts import Parts
from pinxit.studio.problems import ErrorBody
from pinxit.studio.rate import Rate
from pinxit.studio.routes import about, events, files, jobs, live, results, styles
from pinxit.studio.settings import Studio
from pinxit.studio.turns import Turns
from pinxit.studio.watch import Metrics, Watch

# All styles and samples, in some sizes; each takes some tens of kilobytes, and up to a second to be drawn.
_MOST_DRAWN = 256
# So long workers may take to save what they stand at, when the studio stops; what they saved last is ten seconds old at most.
GRACE_SECONDS = 2.0
# Every answer that any address may give; the rest stands at the addresses themselves.
_ANSWERS: dict[int | str, dict[str, object]] = {
    400: {"model": ErrorBody, "description": "The request cannot be read."},
    401: {"model": ErrorBody, "description": "The token is missing."},
    403: {"model": ErrorBody, "description": "A page of another origin asked."},
    404: {"model": ErrorBody, "description": "There is no such thing."},
    408: {"model": ErrorBody, "description": "The body came too slowly."},
    409: {"model": ErrorBody, "description": "It does not go together with what there is."},
    413: {"model": ErrorBody, "description": "It is too large."},
    416: {"model": ErrorBody, "description": "The file does not have these bytes."},
    422: {"model": ErrorBody, "description": "It is not allowed; the sentence says what and why."},
    429: {"model": ErrorBody, "description": "Too much at once: `Retry-After` says when to come back."},
    503: {"model": ErrorBody, "description": "The queue's database did not answer: try again."},
    507: {"model": ErrorBody, "description": "The disk, or the part of it that may be used, is full."},
}


@contextlib.contextmanager
def opened(studio: Studio) -> Iterator[Parts]:
    """A studio's parts, at work within the context.

    Raises:
        PinxitError: when the folder or the database cannot be used.
    """
    limits = studio.limits
    with contextlib.ExitStack() as stack:
        store = Store(studio.home, studio.quota)
        stack.callback(store.close)
        quick = Quick(store.files)
        stack.callback(quick.close)
        jobs = Jobs(store, studio.database or None, studio.painters, limits.queued, seat=studio.seat)
        metrics, hub = Metrics(jobs.counts, lambda: not jobs.database_is_away), Hub()
        hub.follow(jobs.subscribe(), metrics.heed)
        stack.callback(hub.close)
        stack.callback(jobs.close, GRACE_SECONDS)
        jobs.start()
        # Who waits for a preview waits no longer than for the painting of some others.
        looking, painting = Gate(2, limits.waiting), Gate(1, limits.waiting // 4)
        turns = Turns(jobs, limits.queued_by_one)
        draw = functools.lru_cache(_MOST_DRAWN)(quick.draw)
        # Who asks the queue's database waits in threads of its own: whoever asks for what is in memory needs the others.
        queueing = Gate(AT_ONCE, limits.queued)
        yield Parts(studio, store, jobs, quick, hub, metrics, looking, queueing, painting, draw, turns)


class _Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """As FastAPI writes it, but for failures, which are problems whatever a success would have been."""
        document: dict[str, Any] = super().openapi()
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if status >= "4":
                        answer["content"] = {problems.MEDIA: {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
        return document


def create(parts: Parts) -> ASGIApp:
    """The application.

    Args:
        parts: at work already.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        parts.hub.open()
        yield

    app = _Api(
        title="pinxit studio",
        version=__version__,
        description="Paint pictures in the manner of others, watch it happen, lose nothing.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses=_ANSWERS,
        lifespan=lifespan,
    )
    app.state.parts = parts
    problems.install(app)
    for one in (about, events, files, jobs, live, results, styles):
        app.include_router(one.routes)
    app.include_router(about.root)
    app.include_router(page.router())
    guarded: ASGIApp = app
    for layer in (
        problems.Uniform,
        lambda inner: Bodies(inner, parts.studio.limits),
        lambda inner: Rate(inner, parts.studio.limits),
        lambda inner: Guard(inner, parts.studio),
        lambda inner: Watch(inner, parts.metrics),
    ):
        guarded = layer(guarded)
    return guarded
