"""All events of the studio, as server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from pinxit.jobs.events import Event, EventBus
from pinxit.studio.api_errors import ApiError
from pinxit.studio.config import API
from pinxit.studio.rate_limit import client_address
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=API, tags=["events"])
# ms: how soon a browser reconnects after its stream was cut off.
_RETRY_MS = 1000


async def _count_stream(request: Request, studio: AppStateDep) -> AsyncIterator[AppState]:
    """Count a client's stream while it is open, and refuse one too many."""
    client = client_address(request.scope)
    if studio.open_streams[client] >= studio.config.limits.streams:
        raise ApiError(429, "too_many_streams", "too many event streams are open: close one first.", retry_after=10)
    studio.open_streams[client] += 1
    studio.metrics.streams.inc()
    try:
        yield studio
    finally:
        studio.metrics.streams.dec()
        studio.open_streams[client] -= 1
        if not studio.open_streams[client]:
            del studio.open_streams[client]


@routes.get("/events", response_class=EventSourceResponse)
async def events(
    studio: Annotated[AppState, Depends(_count_stream)],
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> AsyncIterator[ServerSentEvent]:
    """Stream all events: `job`, `progress`, `result`, `removed`; first `hello`, or `reset` where events were lost.

    A request with `Last-Event-ID`, as browsers send it when they reconnect, first gets the events that it missed.
    """
    bus = studio.jobs.events
    async for event in stream(bus, last_event_id):
        yield ServerSentEvent(raw_data=event.text, event=event.name, id=bus.id_of(event), retry=_RETRY_MS)


async def stream(bus: EventBus, last_id: str | None) -> AsyncGenerator[Event]:
    """Yield a bus's events as they come, until it is closed.

    Args:
        bus: the events.
        last_id: the id of the last event that the client received; None for a client without any.

    Yields:
        First what `EventBus.subscribe` begins with, then each event.
    """
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def notify() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(changed.set)

    with bus.subscribe(last_id, notify) as subscription:
        while True:
            changed.clear()
            for event in subscription.take():
                yield event
            if bus.closed:
                return
            await changed.wait()
