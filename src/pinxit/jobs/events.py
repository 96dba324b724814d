"""The bus on which the job service publishes what happens, and from which a subscriber that was away gets what it missed."""

from __future__ import annotations

import functools
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

# Events kept for subscribers that come again.
HISTORY_LENGTH = 1024
# Events that may wait for one subscriber; one further behind gets a `reset` in place of them.
_MOST_WAITING = 512


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        number: each event's is one larger than the one before.
        name: `job`, `progress`, `result` or `removed`; `hello` for a new subscriber, or `reset` where events were lost and the
            subscriber must load everything again.
        data: JSON data.
    """

    number: int
    name: str
    data: dict[str, Any]

    @functools.cached_property
    def text(self) -> str:
        """The data as JSON text, made once for all subscribers."""
        return json.dumps(self.data)


class Subscription:
    """One subscriber's waiting events, made by `EventBus.subscribe`; use it as a context.

    Attributes:
        notify: called, from any thread, whenever events wait or the bus is closed.
    """

    def __init__(self, bus: EventBus, notify: Callable[[], None], first: Sequence[Event]) -> None:
        self._bus, self.notify = bus, notify
        self._waiting = deque(first)
        # What was missed does not count as being behind.
        self._room = _MOST_WAITING + len(first)
        self.notify()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bus.unsubscribe(self)

    def take(self) -> list[Event]:
        """Return the events that wait, without waiting for any."""
        with self._bus.changed:
            events = list(self._waiting)
            self._waiting.clear()
            self._room = _MOST_WAITING
            return events

    def get(self, seconds: float) -> Event | None:
        """Wait for the next event; return None when there is none within `seconds`, or the bus is closed."""
        until = time.monotonic() + seconds
        with self._bus.changed:
            while not self._waiting and not self._bus.closed and time.monotonic() < until:
                self._bus.changed.wait(until - time.monotonic())
            return self._waiting.popleft() if self._waiting else None

    def offer(self, event: Event) -> None:
        """Add an event, for the bus; replace all by one `reset` where too many wait."""
        self._waiting.append(event)
        if len(self._waiting) > self._room:
            self._waiting.clear()
            self._waiting.append(Event(event.number, "reset", {}))
        self.notify()


class EventBus:
    """All events of one job service. Every method may be called from any thread.

    Attributes:
        id: tells buses apart: each numbers its events from 1.
        closed: whether no more events will come.
        changed: notified at every change.
    """

    def __init__(self) -> None:
        self.id, self.closed = secrets.token_hex(4), False
        # Its lock is reentrant, because a signal's handler closes the bus.
        self.changed = threading.Condition(threading.RLock())
        self._number = 0
        self._history: deque[Event] = deque(maxlen=HISTORY_LENGTH)
        self._subscriptions: list[Subscription] = []

    def __len__(self) -> int:
        return len(self._subscriptions)

    def publish(self, name: str, data: dict[str, Any]) -> None:
        """Send an event to all subscribers."""
        with self.changed:
            self._number += 1
            event = Event(self._number, name, data)
            self._history.append(event)
            for subscription in self._subscriptions:
                subscription.offer(event)
            self.changed.notify_all()

    def subscribe(self, last_id: str | None = None, notify: Callable[[], None] = lambda: None) -> Subscription:
        """Subscribe to all events from now on, and to those that were missed.

        Args:
            last_id: the id of the last event that the subscriber received; None for a new one.
            notify: called, from any thread, whenever events wait or the bus is closed.

        Returns:
            The subscription, which begins with the missed events, or with `hello` or `reset`.
        """
        with self.changed:
            subscription = Subscription(self, notify, self._since(last_id))
            self._subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Send no more events to a subscriber."""
        with self.changed:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def close(self) -> None:
        """End all subscriptions, also from a signal's handler."""
        self.closed = True
        with self.changed:
            for subscription in self._subscriptions:
                subscription.notify()
            self.changed.notify_all()

    def id_of(self, event: Event) -> str:
        """Return the id by which subscribers name an event."""
        return f"{self.id}-{event.number}"

    def _since(self, last_id: str | None) -> list[Event]:
        if not last_id:
            return [Event(self._number, "hello", {})]
        bus_id, _, text = last_id.partition("-")
        # The length is bounded because reading very long numbers takes long.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
        oldest = self._number - len(self._history)
        if bus_id != self.id or not oldest <= number <= self._number:
            return [Event(self._number, "reset", {})]
        return [event for event in self._history if event.number > number]
