"""The studio while its queue's database is away: frozen, killed, or locked by another program. Real ones, and real faults."""

from __future__ import annotations

import contextlib
import queue
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pinxit.errors import PinxitError
from pinxit.jobs.jobs import Jobs
from pinxit.jobs.store import Store
from tests.postgres import Postgres
from tests.studio.conftest import GENEROUS
from tests.studio.servers import Running, order, put, running, slow_order, wait_for, wait_for_progress

# The longest that a request is to wait for a database that says nothing, and some time for a busy machine.
_DEADLINE = 3.0 + 2.0
_LOCK = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
database.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@dataclass
class Fault:
    """A database, and what happens to it.

    Attributes:
        database: the studio's option.
        begin: take it away.
        end: bring it back.
    """

    database: str
    begin: Callable[[], object]
    end: Callable[[], object]


@pytest.fixture(params=["frozen", "killed", "locked"])
def fault(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Fault]:
    if request.param == "locked":
        others: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()

        def lock() -> None:
            command = [sys.executable, "-c", _LOCK, str(tmp_path / "home" / "queue.sqlite")]
            other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            others.put(other)
            assert other.stdout is not None
            assert other.stdout.readline() == "locked\n"

        def unlock() -> None:
            others.get().communicate()

        yield Fault("", lock, unlock)
        with contextlib.suppress(queue.Empty):
            others.get_nowait().kill()
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    frozen = request.param == "frozen"
    begin, end = (postgres.freeze, postgres.thaw) if frozen else (postgres.kill, postgres.start)
    yield Fault(postgres.address(f"studio_{uuid.uuid4().hex[:8]}"), begin, end)
    # Whatever a test has left undone.
    postgres.thaw()
    postgres.kill()
    postgres.start()


@contextlib.contextmanager
def asked(studio: Running) -> Iterator[list[float]]:
    """How long `/healthz` takes, again and again; s."""
    seconds: list[float] = []
    over = threading.Event()

    def ask() -> None:
        with studio.client() as client:
            while not over.wait(0.05):
                begin = time.perf_counter()
                assert client.get("/healthz").status_code == 200
                seconds.append(time.perf_counter() - begin)

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            yield seconds
        finally:
            over.set()
        asking.result(30)


def wait_until(look: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_database_that_is_away_stops_nothing_but_what_needs_it(tmp_path: Path, fault: Fault) -> None:
    home, told = tmp_path / "home", {"painters": 1, "database": fault.database, "limits": GENEROUS}
    new: dict[str, Any] = {"order": order(seed=3)}

    def ask(method: str, path: str, expected: int, most: float, **options: Any) -> httpx2.Response:
        begin = time.monotonic()
        answer = client.request(method, f"/api/v1/{path}", **options)
        assert answer.status_code == expected, answer.text
        assert time.monotonic() - begin < most
        return answer

    def refused(most: float) -> None:
        answer = ask("PUT", f"jobs/{uuid.uuid4()}", 503, most, json=new)
        assert answer.json()["error"]["code"] == "database_unavailable"
        assert int(answer.headers["Retry-After"]) > 0

    with running(home, **told) as studio, studio.client() as client:
        done = put(client, order())["id"]
        wait_for(client, done, "succeeded")
        long = put(client, slow_order())["id"]
        waiting, unwanted = put(client, order())["id"], put(client, order(seed=7))["id"]
        wait_for_progress(client, long)
        assert client.get("/healthz").json() == {"status": "busy", "database": "there", "queued": 2, "running": 1}
        fault.begin()
        with asked(studio) as seconds:
            with ThreadPoolExecutor(60) as pool:
                puts = [pool.submit(refused, _DEADLINE) for _ in range(60)]
                # So many wait for the database, and nobody else waits for them.
                for path in ("jobs", f"jobs/{long}", "results"):
                    ask("GET", path, 200, 2)
                for one in puts:
                    one.result()
            # It is known by now.
            refused(1)
            ask("DELETE", f"jobs/{done}", 503, 1)
            health = client.get("/healthz").json()
            assert health == {"status": "degraded", "database": "away", "queued": 2, "running": 1}
            assert "pinxit_database_up 0.0" in client.get("/metrics").text
            # What ends a job is heard by its worker, and by one that waits.
            for job in (unwanted, long):
                ask("POST", f"jobs/{job}/cancel", 200, 1)
                wait_for(client, job, "cancelled", seconds=10)
            assert client.get(f"/api/v1/jobs/{waiting}").json()["state"] == "queued"
        # On a quiet machine each takes some milliseconds; a single one that waits for the database takes seconds.
        assert statistics.median(seconds) < 0.1
        assert max(seconds) < 1
        fault.end()
        wait_for(client, waiting, "succeeded")
        late, unheard = put(client, slow_order(seed=4))["id"], put(client, order(seed=5))["id"]
        wait_for(client, late, "running")
        attempts = {job["id"]: job["attempts"] for job in client.get("/api/v1/jobs").json()}
        assert attempts == {done: 1, long: 1, waiting: 1, unwanted: 0, late: 1, unheard: 0}

        fault.begin()
        wait_until(lambda: client.get("/healthz").json()["database"] == "away")
        ask("POST", f"jobs/{unheard}/cancel", 200, 1)
        begin = time.monotonic()
        studio.process.send_signal(signal.SIGTERM)
        assert studio.process.wait(30) == 0
        assert time.monotonic() - begin < 5
    # Without its database it does not start, and says so in one sentence.
    store = Store(home)
    begin = time.monotonic()
    with pytest.raises(PinxitError, match=r"^[^\n]*database[^\n]*$"):
        Jobs(store, fault.database or None).start()
    assert time.monotonic() - begin < _DEADLINE + 5
    store.close()
    fault.end()
    with running(home, **told) as studio, studio.client() as client:
        states = {job["id"]: job["state"] for job in client.get("/api/v1/jobs").json()}
        # What was wished while the database was away outlives the server, too.
        assert states.pop(late) in ("queued", "running")
        ends = {done: "succeeded", waiting: "succeeded", unwanted: "cancelled", long: "cancelled", unheard: "cancelled"}
        assert states == ends
