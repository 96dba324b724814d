"""The studio while its queue's database is away: really frozen, killed, or locked by another program."""

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
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.clock import PATIENCE, under_load
from tests.postgres import Postgres
from tests.studio.api_client import put_job, slow_order, small_order, wait_for_progress, wait_for_state
from tests.studio.studio_process import GENEROUS_LIMITS, StudioProcess, run_studio

# s: the longest that a request waits for a silent database, and some time for a busy machine.
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
    """A database and a fault of it.

    Attributes:
        database: the studio's option `database`.
        begin: causes the fault.
        end: ends it.
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
    # In case a test failed during the fault.
    postgres.thaw()
    postgres.kill()
    postgres.start()


@contextlib.contextmanager
def measured_health(studio: StudioProcess) -> Iterator[list[float]]:
    """Ask for `/healthz` again and again in a thread; yields the list of its durations, s."""
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
        asking.result(300)


def wait_until(look: Callable[[], object], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.slow(reason="stops a database, and waits until requests give up")
def test_while_the_database_is_away_only_what_needs_it_stops(tmp_path: Path, fault: Fault) -> None:
    home, options = tmp_path / "home", {"jobs": 1, "database": fault.database, "limits": GENEROUS_LIMITS}
    new: dict[str, Any] = {"order": small_order(seed=3)}

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

    with run_studio(home, **options) as studio, studio.client() as client:
        done = put_job(client, small_order())["id"]
        wait_for_state(client, done, "succeeded")
        long = put_job(client, slow_order())["id"]
        waiting, unwanted = put_job(client, small_order())["id"], put_job(client, small_order(seed=7))["id"]
        wait_for_progress(client, long)
        assert client.get("/healthz").json() == {"status": "busy", "database": "there", "queued": 2, "running": 1}
        fault.begin()
        with measured_health(studio) as seconds:
            with ThreadPoolExecutor(60) as pool:
                puts = [pool.submit(refused, under_load(_DEADLINE)) for _ in range(60)]
                # While these wait for the database, other requests do not.
                for path in ("jobs", f"jobs/{long}", "results"):
                    ask("GET", path, 200, under_load(2))
                for one in puts:
                    one.result()
            # By now the studio knows, and refuses at once.
            refused(under_load(1))
            ask("DELETE", f"jobs/{done}", 503, under_load(1))
            health = client.get("/healthz").json()
            assert health == {"status": "degraded", "database": "away", "queued": 2, "running": 1}
            assert "pinxit_database_up 0.0" in client.get("/metrics").text
            # Cancelling works without the database, for running and for waiting jobs.
            for job in (unwanted, long):
                ask("POST", f"jobs/{job}/cancel", 200, under_load(1))
                wait_for_state(client, job, "cancelled")
            assert client.get(f"/api/v1/jobs/{waiting}").json()["state"] == "queued"
        # On a quiet machine each takes milliseconds; one that waited for the database would take seconds.
        assert statistics.median(seconds) < under_load(0.1)
        assert max(seconds) < under_load(1)
        fault.end()
        wait_for_state(client, waiting, "succeeded")
        late, waiting_later = put_job(client, slow_order(seed=4))["id"], put_job(client, small_order(seed=5))["id"]
        wait_for_state(client, late, "running")
        attempts = {job["id"]: job["attempts"] for job in client.get("/api/v1/jobs").json()}
        assert attempts == {done: 1, long: 1, waiting: 1, unwanted: 0, late: 1, waiting_later: 0}

        fault.begin()
        wait_until(lambda: client.get("/healthz").json()["database"] == "away")
        ask("POST", f"jobs/{waiting_later}/cancel", 200, under_load(1))
        begin = time.monotonic()
        studio.process.send_signal(signal.SIGTERM)
        assert studio.process.wait(PATIENCE) == 0
        assert time.monotonic() - begin < under_load(5)
    # Without its database it refuses to start, in one sentence.
    store = Store(home)
    begin = time.monotonic()
    with pytest.raises(PinxitError, match=r"^[^\n]*database[^\n]*$"):
        JobService(store, fault.database or None).start()
    assert time.monotonic() - begin < under_load(_DEADLINE + 5)
    store.close()
    fault.end()
    with run_studio(home, **options) as studio, studio.client() as client:
        states = {job["id"]: job["state"] for job in client.get("/api/v1/jobs").json()}
        # Requests made while the database was away outlive the server, too.
        assert states.pop(late) in ("queued", "running")
        ends = {
            done: "succeeded",
            waiting: "succeeded",
            unwanted: "cancelled",
            long: "cancelled",
            waiting_later: "cancelled",
        }
        assert states == ends
