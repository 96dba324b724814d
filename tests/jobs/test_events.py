"""Subscribers that come again get the events that they missed, or learn that events were lost."""

from __future__ import annotations

import threading

import pytest

from pinxit.jobs.events import HISTORY_LENGTH, EventBus


def _publish(bus: EventBus, count: int) -> None:
    for number in range(count):
        bus.publish("job", {"n": number})


def test_a_subscriber_that_comes_again_gets_each_missed_event_once() -> None:
    bus = EventBus()
    with bus.subscribe() as first:
        assert [event.name for event in first.take()] == ["hello"]
        _publish(bus, 5)
        received = first.take()[:2]
    _publish(bus, 1)
    with bus.subscribe(bus.id_of(received[-1])) as again:
        assert [event.number for event in again.take()] == [3, 4, 5, 6]
        _publish(bus, 1)
        assert [event.text for event in again.take()] == ['{"n": 0}']
    assert len(bus) == 0


def test_all_that_is_remembered_can_be_missed() -> None:
    bus = EventBus()
    _publish(bus, HISTORY_LENGTH + 5)
    with bus.subscribe(f"{bus.id}-5") as again:
        _publish(bus, 1)
        assert [event.number for event in again.take()] == list(range(6, HISTORY_LENGTH + 7))


@pytest.mark.parametrize(
    "last",
    [
        "other-3",
        "{bus}-999999",
        "{bus}--1",
        "{bus}-",
        "nonsense",
        "{bus}-" + "9" * 40,
        "{bus}-²",
        "{bus}-1",
    ],
)
def test_ids_that_are_unknown_reset_the_subscriber(last: str) -> None:
    bus = EventBus()
    _publish(bus, HISTORY_LENGTH + 10)
    with bus.subscribe(last.replace("{bus}", bus.id)) as subscription:
        (reset,) = subscription.take()
    assert reset.name == "reset"
    # From there on events come as usual.
    with bus.subscribe(bus.id_of(reset)) as subscription:
        _publish(bus, 1)
        assert [event.number for event in subscription.take()] == [reset.number + 1]


def test_a_slow_subscriber_takes_little_memory_and_is_reset() -> None:
    bus = EventBus()
    with bus.subscribe() as slow:
        _publish(bus, 5000)
        events = slow.take()
        assert events[0].name == "reset"
        assert len(events) < 600
        assert events[-1].number == 5000


def test_subscribers_in_other_threads_get_every_event_in_order() -> None:
    bus = EventBus()
    with bus.subscribe() as subscription:
        threads = [threading.Thread(target=_publish, args=(bus, 50)) for _ in range(4)]
        for thread in threads:
            thread.start()
        received = [subscription.get(10) for _ in range(201)]
        for thread in threads:
            thread.join()
        assert [event and event.number for event in received] == list(range(201))
        assert subscription.get(0.01) is None


def test_closing_ends_the_wait() -> None:
    bus = EventBus()
    with bus.subscribe() as subscription:
        subscription.take()
        threading.Timer(0.05, bus.close).start()
        assert subscription.get(30) is None
    assert bus.closed
