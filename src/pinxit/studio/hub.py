"""Events to all who listen: what was told lately is kept, so that who comes back hears what was missed."""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from pinxit.jobs.events import Event, Subscription

# What a stream that was cut off is told again.
KEPT = 1024
# A listener that is so far behind hears that it missed something rather than everything.
_MOST_UNHEARD = 512


@dataclass(frozen=True)
class Told:
    """One event, written out once for all who hear it.

    Attributes:
        number: grows by one from event to event.
        name: what kind of event it is.
        data: JSON text.
    """

    number: int
    name: str
    data: str


class Hub:
    """All streams of one server; for its event loop only, but for `tell` and `close`.

    Event ids are `era-number`: numbers start anew with every server, and the era says which one's they are.
    """

    def __init__(self) -> None:
        self.era = secrets.token_hex(4)
        self._number = 0
        self._lately: deque[Told] = deque(maxlen=KEPT)
        self._listeners: set[asyncio.Queue[Told | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def open(self) -> None:
        """From now on events are heard: to be called in the event loop."""
        self._loop = asyncio.get_running_loop()

    def follow(self, subscription: Subscription, heed: Callable[[Event], None]) -> None:
        """Tell all that a subscription brings, in a thread of its own, until the hub is closed.

        Args:
            subscription: to the jobs' events.
            heed: called with each of them.
        """

        def pass_on() -> None:
            with subscription:
                while not self._closed:
                    event = subscription.get(seconds=0.5)
                    if event is not None:
                        heed(event)
                        self.tell(event.name, json.dumps(event.data))

        threading.Thread(target=pass_on, name="events", daemon=True).start()

    def tell(self, name: str, data: str) -> None:
        """Tell everybody, from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, name, data)

    def close(self) -> None:
        """End all streams, from any thread or a signal's handler."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._close)

    def __len__(self) -> int:
        return len(self._listeners)

    def id_of(self, number: int) -> str:
        """What a client names an event by."""
        return f"{self.era}-{number}"

    async def listen(self, last: str | None) -> AsyncGenerator[Told]:
        """Events as they come, those after `last` first.

        Args:
            last: the id of the last event that the client heard, where it heard any.

        Yields:
            First of all `hello`, or `reset` where events were lost: the client is to load everything anew.
        """
        queue: asyncio.Queue[Told | None] = asyncio.Queue()
        # Before the first wait, so that nothing is told in between.
        missed = self._since(last)
        self._listeners.add(queue)
        try:
            for told in missed:
                yield told
            while not self._closed:
                heard = await queue.get()
                if heard is None:
                    return
                yield heard
        finally:
            self._listeners.discard(queue)

    def _since(self, last: str | None) -> list[Told]:
        if not last:
            return [Told(self._number, "hello", "{}")]
        era, _, text = last.partition("-")
        # So few digits that reading them costs nothing.
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else -1
        oldest = self._number - len(self._lately)
        if era != self.era or not oldest <= number <= self._number:
            return [Told(self._number, "reset", "{}")]
        return [told for told in self._lately if told.number > number]

    def _tell(self, name: str, data: str) -> None:
        self._number += 1
        told = Told(self._number, name, data)
        self._lately.append(told)
        for queue in self._listeners:
            if queue.qsize() < _MOST_UNHEARD:
                queue.put_nowait(told)
                continue
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(Told(self._number, "reset", "{}"))

    def _close(self) -> None:
        self._closed = True
        for queue in self._listeners:
            queue.put_nowait(None)
