"""All that happens, as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from pinxit.studio.parts import Here, Parts
from pinxit.studio.problems import Problem
from pinxit.studio.rate import client_of
from pinxit.studio.settings import API

routes = APIRouter(prefix=API, tags=["events"])
# How soon a browser comes back whose stream was cut off.
_RETRY_MS = 1000


async def _admitted(request: Request, here: Here) -> AsyncIterator[Parts]:
    """One stream more of this client; counted as long as it is open."""
    client = client_of(request.scope)
    if here.streams[client] >= here.studio.limits.streams:
        raise Problem(429, "too_many_streams", "too many event streams are open: close one first.", retry_after=10)
    here.streams[client] += 1
    here.metrics.streams.inc()
    try:
        yield here
    finally:
        here.metrics.streams.dec()
        here.streams[client] -= 1
        if not here.streams[client]:
            del here.streams[client]


@routes.get("/events", response_class=EventSourceResponse)
async def events(
    here: Annotated[Parts, Depends(_admitted)],
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Everything that happens: `job`, `progress`, `result`, `removed`; first `hello`, or `reset` where events were lost.

    With `Last-Event-ID`, as browsers send it when they come back, first what was missed.
    """
    async for told in here.hub.listen(last_event_id):
        yield ServerSentEvent(raw_data=told.data, event=told.name, id=here.hub.id_of(told.number), retry=_RETRY_MS)
