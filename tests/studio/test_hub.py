"""Who comes back hears what was missed, or hears that something was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from pinxit.studio.hub import KEPT, Hub, Told


async def _some(stream: AsyncGenerator[Told], count: int) -> list[Told]:
    return [await asyncio.wait_for(anext(stream), 5) for _ in range(count)]


async def _told(hub: Hub, count: int) -> None:
    for number in range(count):
        hub.tell("job", str(number))
    await asyncio.sleep(0)


def test_who_comes_back_hears_all_that_was_missed_once() -> None:
    async def story() -> None:
        hub = Hub()
        hub.open()
        first = hub.listen(None)
        (hello,) = await _some(first, 1)
        assert hello.name == "hello"
        await _told(hub, 5)
        heard = await _some(first, 2)
        await first.aclose()
        again = hub.listen(hub.id_of(heard[-1].number))
        assert [one.data for one in await _some(again, 3)] == ["2", "3", "4"]
        await _told(hub, 1)
        assert [one.number for one in await _some(again, 1)] == [6]
        await again.aclose()
        assert len(hub) == 0

    asyncio.run(story())


@pytest.mark.parametrize(
    "last", ["other-3", "{era}-999999", "{era}--1", "{era}-", "nonsense", "{era}-" + "9" * 40, "{era}-²", "{era}-1"]
)
def test_ids_that_say_nothing_reset(last: str) -> None:
    async def story() -> None:
        hub = Hub()
        hub.open()
        await _told(hub, KEPT + 10)
        stream = hub.listen(last.replace("{era}", hub.era))
        (told,) = await _some(stream, 1)
        assert told.name == "reset"
        await stream.aclose()
        # And from there on it goes on as ever.
        after = hub.listen(hub.id_of(told.number))
        await _told(hub, 1)
        assert (await _some(after, 1))[0].number == told.number + 1
        await after.aclose()

    asyncio.run(story())


def test_who_does_not_listen_costs_little_and_hears_of_it() -> None:
    async def story() -> None:
        hub = Hub()
        hub.open()
        stream = hub.listen(None)
        await _some(stream, 1)
        await _told(hub, 5000)
        names = [one.name for one in await _some(stream, 2)]
        assert names[0] == "reset"
        hub.close()
        await asyncio.sleep(0)
        while True:
            try:
                await asyncio.wait_for(anext(stream), 5)
            except StopAsyncIteration:
                break
        assert len(hub) == 0

    asyncio.run(story())
