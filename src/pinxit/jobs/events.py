"""What happens, numbered, for whoever watches."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass
from typing import Any, Self

# Who lags so far behind has to load anew.
_MOST_WAITING = 2048


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        number: grows from event to event.
        name: `job`, `progress`, `result`, `removed` or `reset`.
        data: as JSON data.
    """

    number: int
    name: str
    data: dict[str, Any]


class Subscription:
    """Somebody who watches; used as a context."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._waiting: queue.Queue[Event] = queue.Queue(_MOST_WAITING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._events.leave(self)

    def get(self, seconds: float | None = None) -> Event | None:
        """The next event; None when there is none for so long."""
        try:
            return self._waiting.get(timeout=seconds)
        except queue.Empty:
            return None

    def offer(self, event: Event) -> None:
        """One more event; who has not fetched thousands of them is told to load anew instead."""
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            with self._waiting.mutex:
                self._waiting.queue.clear()
            self._waiting.put_nowait(Event(event.number, "reset", {}))


class Events:
    """All that happens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = 0
        self._watching: list[Subscription] = []

    def tell(self, name: str, data: dict[str, Any]) -> None:
        """Something happened."""
        with self._lock:
            self._number += 1
            event = Event(self._number, name, data)
            for one in self._watching:
                one.offer(event)

    def subscribe(self) -> Subscription:
        """Watch from now on."""
        subscription = Subscription(self)
        with self._lock:
            self._watching.append(subscription)
        return subscription

    def leave(self, subscription: Subscription) -> None:
        """Stop watching."""
        with self._lock:
            if subscription in self._watching:
                self._watching.remove(subscription)
