"""Webhooks: real servers on loopback hear of jobs that end, and none of them can hurt a job."""

from __future__ import annotations

import contextlib
import http.server
import json
import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pinxit import PinxitError
from pinxit.jobs.events import EventBus
from pinxit.jobs.store import Store
from pinxit.studio import webhooks
from pinxit.studio.webhooks import Webhook, send_to_webhooks
from tests.clock import PATIENCE
from tests.studio.api_client import put_job, small_order
from tests.studio.studio_process import run_studio_command


class Listener(http.server.ThreadingHTTPServer):
    """A server that keeps what it is sent, and answers with the statuses that a test chose, in turn."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses = list(statuses)
        self.heard: queue.Queue[tuple[str, str, Any]] = queue.Queue()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/done?key=1"

    def next(self) -> tuple[str, str, Any]:
        return self.heard.get(timeout=PATIENCE)


class Handler(http.server.BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.put((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(self.server.statuses.pop(0) if len(self.server.statuses) > 1 else self.server.statuses[0])
        self.send_header("Location", self.server.address)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextlib.contextmanager
def listening(*statuses: int) -> Iterator[Listener]:
    with Listener(*statuses) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(Store(tmp_path / "home")) as store:
        yield store


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_PAUSES", (0.05, 0.1))


def job(id: str, state: str = "cancelled", ended: str | None = "2999-01-01") -> dict[str, Any]:
    """Return a job as the service publishes it."""
    times = {"created": "2026-01-01", "started": None, "ended": ended}
    facts = {"id": id, "work": "stylize", "title": f"title of {id}", "state": state, "error": None, "result": None}
    return {**facts, **times, "order": {"secret": 1}}


def test_each_end_is_told_once(store: Store) -> None:
    events = EventBus()
    with listening(204) as server, send_to_webhooks([Webhook.parse(server.address)], events, store):
        events.publish("job", job("a", "running", None))
        events.publish("job", job("old", ended="2001-01-01"))
        for _ in range(2):
            events.publish("job", job("a"))
        events.publish("job", job("b", "failed"))
        path, media, told = server.next()
        assert (path, media) == ("/done?key=1", "application/json")
        assert told == {
            "event": "job",
            "job": {name: value for name, value in job("a").items() if name not in ("order", "result")},
            "files": [],
        }
        assert server.next()[2]["job"]["state"] == "failed"


def test_a_server_that_fails_is_asked_again_and_redirects_are_not_followed(store: Store) -> None:
    events = EventBus()
    with (
        listening(500, 503, 200, 302, 404, 200) as server,
        send_to_webhooks([Webhook.parse(server.address)], events, store),
    ):
        for id in "abcd":
            events.publish("job", job(id))
        heard = [server.next()[2]["job"]["id"] for _ in range(6)]
        assert heard == ["a", "a", "a", "b", "c", "d"]


def test_an_address_that_hangs_or_is_away_holds_nothing_up(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(webhooks, "_SECONDS", 0.1)
    monkeypatch.setattr(webhooks, "_MOST_WAITING", 2)
    events = EventBus()
    with socket.create_server(("127.0.0.1", 0)) as silent, listening(200) as server:
        hooks = [Webhook.parse(f"http://127.0.0.1:{silent.getsockname()[1]}"), Webhook.parse(server.address)]
        with send_to_webhooks(hooks, events, store):
            for number in range(20):
                events.publish("job", job(str(number)))
                assert server.next()[2]["job"]["id"] == str(number)
    assert f"the webhook {hooks[0]} is too slow" in caplog.text


def test_a_name_that_means_another_machine_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when the system's table of names is changed after the studio's start."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("it was called"))
    with pytest.raises(OSError, match="no address of this machine"):
        Webhook.parse("http://localhost/").post(b"{}")


@pytest.mark.parametrize(
    "address",
    [
        "http://192.168.1.2/done",
        "http://example.org/",
        "http://localhost.example.org/",
        "http://127.0.0.1@192.0.2.1/",
        "http://[::ffff:192.0.2.1]/",
        "http://2130706433/",
        "http://0.0.0.0:9000/",
        "https://127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1/a\r\nHost: b",
        "http://127.0.0.1/a b",
        "http://[::1/",
        "file:///etc/passwd",
        "127.0.0.1:9000",
        "",
    ],
)
def test_only_loopback_is_accepted(address: str) -> None:
    with pytest.raises(PinxitError, match="a webhook is an address on this machine"):
        Webhook.parse(address)


def test_addresses_of_this_machine() -> None:
    assert Webhook.parse("http://[::1]:9000") == Webhook("::1", 9000, "/")
    assert Webhook.parse("http://127.1.2.3/a?b=c") == Webhook("127.1.2.3", 80, "/a?b=c")
    assert str(Webhook.parse("http://LOCALHOST:81/secret")) == "http://localhost:81"


@pytest.mark.slow(reason="it starts a studio that paints")
def test_a_studio_tells_what_it_painted(tmp_path: Path) -> None:
    with (
        listening(200) as server,
        run_studio_command(tmp_path / "home", None, "--webhook", server.address) as address,
        httpx2.Client(base_url=address, timeout=300, trust_env=False) as client,
    ):
        id = put_job(client, small_order())["id"]
        told = server.next()[2]
        assert (told["job"]["id"], told["job"]["state"]) == (id, "succeeded")
        (picture,) = [one for one in told["files"] if one["role"] == "picture"]
        assert client.get(f"/api/v1/files/{picture['id']}").content.startswith(b"\x89PNG")
