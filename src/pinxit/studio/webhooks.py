"""Webhooks: notify programs on this machine of jobs that end, by a POST of JSON to loopback addresses that the owner named.

Nothing of it can hold up or hurt a job: each address has a thread of its own, which hears of jobs as browsers do.
"""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import re
import socket
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pinxit.errors import PinxitError
from pinxit.jobs.errors import Missing
from pinxit.jobs.events import EventBus, Subscription
from pinxit.jobs.record import ENDED
from pinxit.jobs.store import Store
from pinxit.jobs.timestamps import now
from pinxit.studio.loopback import is_loopback_address
from pinxit.version import __version__

MOST_WEBHOOKS = 8
_LONGEST = 2000  # characters
# s: for one request, from the connection to the first line of the answer.
_SECONDS = 3.0
# s: before the second try and the third.
_PAUSES = (1.0, 5.0)
# Messages that wait for one address; further ones are dropped, and the log says so.
_MOST_WAITING = 100
# Ends of jobs that are remembered; a job is published again when its result is removed or restored.
_MOST_REMEMBERED = 2000
_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r\n]")

_log = logging.getLogger("pinxit.studio.webhooks")


@dataclass(frozen=True)
class Webhook:
    """An address on this machine.

    Attributes:
        host: an IP address, or `localhost`.
        port: the port.
        path: the path, with its query.
    """

    host: str
    port: int
    path: str

    def __str__(self) -> str:
        """Return the address without its path, which may hold a secret."""
        return f"http://{_bracketed(self.host)}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> Webhook:
        """Read `http://127.0.0.1:9000/done`.

        Raises:
            PinxitError: when it is no such address, or not one of this machine's loopback addresses.
        """
        wrong = f"a webhook is an address on this machine, as in http://127.0.0.1:9000/done, not {text[:100]!r}."
        if len(text) > _LONGEST or not text.isascii() or not text.isprintable() or " " in text:
            raise PinxitError(wrong)
        try:
            parts = urllib.parse.urlsplit(text)
            host, port = parts.hostname or "", parts.port or 80
        except ValueError as error:
            raise PinxitError(wrong) from error
        if parts.scheme != "http" or parts.username is not None or parts.fragment:
            raise PinxitError(wrong)
        if host != "localhost" and not is_loopback_address(host):
            raise PinxitError(wrong)
        return cls(host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))

    def post(self, body: bytes) -> int:
        """Send one request and return the status of its answer; redirects are not followed.

        Args:
            body: JSON.

        Raises:
            OSError: when nothing answers in time, or the name means no loopback address now.
        """
        end = time.monotonic() + _SECONDS
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: {_bracketed(self.host)}:{self.port}\r\nUser-Agent: pinxit/{__version__}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        with self._connect(end) as connection:
            connection.sendall(head.encode("ascii") + body)
            answer = b""
            # The first line is all that is read: an answer without an end holds nothing up.
            while b"\n" not in answer and len(answer) < 1024:
                connection.settimeout(max(0.01, end - time.monotonic()))
                part = connection.recv(1024)
                if not part:
                    break
                answer += part
        found = _STATUS_LINE.match(answer)
        if found is None:
            raise OSError("the answer is not HTTP")
        return int(found[1])

    def _connect(self, end: float) -> socket.socket:
        """Connect to the first loopback address of the host that answers; all others are left out."""
        failure = OSError("the name means no address of this machine")
        for _, _, _, _, address in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            if not is_loopback_address(str(address[0])):
                continue
            try:
                return socket.create_connection(address[:2], timeout=max(0.01, end - time.monotonic()))  # type: ignore[arg-type]
            except OSError as error:
                failure = error
        raise failure


@contextlib.contextmanager
def send_to_webhooks(webhooks: Sequence[Webhook], events: EventBus, store: Store) -> Iterator[None]:
    """Notify webhooks of jobs that end within the context.

    Args:
        webhooks: the addresses.
        events: where the job service publishes what happens.
        store: files and results.
    """
    if not webhooks:
        yield
        return
    stopped = threading.Event()
    senders = [_Sender(webhook, stopped) for webhook in webhooks]
    with events.subscribe() as subscription:
        # Daemons, because an address that does not answer must not hold up the end of the studio.
        for sender in senders:
            threading.Thread(target=sender.run, name="webhook", daemon=True).start()
        listen = threading.Thread(target=_listen, args=(subscription, stopped, senders, store), daemon=True)
        listen.start()
        try:
            yield
        finally:
            stopped.set()


class _Sender:
    """Sends the messages of one webhook, one after the other."""

    def __init__(self, webhook: Webhook, stopped: threading.Event) -> None:
        self._webhook, self._stopped = webhook, stopped
        self._waiting: queue.Queue[bytes] = queue.Queue(_MOST_WAITING)

    def offer(self, message: bytes) -> None:
        """Send a message when those before it are sent."""
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            _log.warning("the webhook %s is too slow: a message was dropped.", self._webhook)

    def run(self) -> None:
        """Send messages until the studio stops."""
        while not self._stopped.is_set():
            with contextlib.suppress(queue.Empty):
                self._send(self._waiting.get(timeout=1.0))

    def _send(self, message: bytes) -> None:
        for pause in (*_PAUSES, None):
            try:
                status = self._webhook.post(message)
                if 200 <= status < 300:
                    return
                reason = f"it answered {status}"
                # What is wrong with the request stays wrong.
                may_change = status >= 500 or status in (408, 429)
            except OSError as error:
                reason, may_change = str(error.strerror or error), True
            if pause is None or not may_change or self._stopped.wait(pause):
                break
        _log.warning("the webhook %s did not take a message: %s.", self._webhook, reason)


def _listen(subscription: Subscription, stopped: threading.Event, senders: list[_Sender], store: Store) -> None:
    """Hand a message to all senders for every job that ends."""
    begun = now()
    notified: deque[tuple[str, str]] = deque(maxlen=_MOST_REMEMBERED)
    while not stopped.is_set():
        event = subscription.get(1.0)
        if event is None or event.name != "job" or event.data["state"] not in ENDED:
            continue
        end = event.data["id"], event.data["ended"] or ""
        if end[1] < begun or end in notified:
            continue
        notified.append(end)
        message = json.dumps(_message(event.data, store)).encode()
        for sender in senders:
            sender.offer(message)


def _message(job: dict[str, Any], store: Store) -> dict[str, Any]:
    """Return the message about a job that has ended."""
    facts = {name: job[name] for name in ("id", "work", "title", "state", "created", "started", "ended", "error")}
    files = []
    if job["result"]:
        with contextlib.suppress(Missing):  # removed meanwhile
            files = [file.model_dump(mode="json") for file in store.results.load(job["result"]).files]
    return {"event": "job", "job": facts, "files": files}


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
