"""The event stream waits for a bus that other threads publish to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator

from pinxit.jobs.events import Event, EventBus
from pinxit.studio.routes.events import stream


async def _some(events: AsyncGenerator[Event], count: int) -> list[Event]:
    return [await asyncio.wait_for(anext(events), 5) for _ in range(count)]


def _publish(bus: EventBus, count: int) -> None:
    for number in range(count):
        bus.publish("job", {"n": number})


def test_a_stream_gets_what_other_threads_publish_and_ends_with_the_bus() -> None:
    async def run() -> None:
        bus = EventBus()
        events = stream(bus, None)
        (hello,) = await _some(events, 1)
        assert hello.name == "hello"
        waiting = asyncio.create_task(_some(events, 3))
        await asyncio.sleep(0.01)
        thread = threading.Thread(target=_publish, args=(bus, 3))
        thread.start()
        assert [event.data["n"] for event in await waiting] == [0, 1, 2]
        thread.join()
        threading.Timer(0.05, bus.close).start()
        assert [event async for event in events] == []
        assert len(bus) == 0

    asyncio.run(run())


def test_a_stream_that_is_left_is_forgotten() -> None:
    async def run() -> None:
        bus = EventBus()
        events = stream(bus, None)
        await _some(events, 1)
        assert len(bus) == 1
        await events.aclose()
        assert len(bus) == 0
        bus.publish("job", {})

    asyncio.run(run())
