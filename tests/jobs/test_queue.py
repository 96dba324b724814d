"""The queue's database: what is wrong with it is reported in one sentence, and nothing in it is code."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dbos
import pytest

from pinxit.errors import PinxitError
from pinxit.jobs import queue
from pinxit.jobs.errors import JobsError
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.clock import PATIENCE
from tests.jobs.conftest import LONG, QUICK, wait, wait_for, wait_for_progress
from tests.postgres import Postgres

Running = Callable[..., contextlib.AbstractContextManager[JobService]]


def test_a_damaged_database_is_reported_and_left_alone(store: Store, running: Running) -> None:
    path = store.home / "queue.sqlite"
    path.write_bytes(b"no database " * 500)
    before = path.read_bytes()
    with pytest.raises(PinxitError, match="is damaged"), running():
        pass
    assert path.read_bytes() == before
    path.unlink()
    with running() as jobs:
        jobs.put("a", QUICK)
        wait_for(jobs, "a", "succeeded")


def test_a_database_whose_pages_are_damaged_is_reported(store: Store, running: Running) -> None:
    with running():
        pass
    path = store.home / "queue.sqlite"
    content = bytearray(path.read_bytes())
    content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(PinxitError, match="is damaged"), running():
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_read_only_database_is_reported(store: Store, running: Running) -> None:
    with running():
        pass
    (store.home / "queue.sqlite").chmod(0o400)
    store.home.chmod(0o500)
    try:
        with pytest.raises(PinxitError, match="cannot be written"), running():
            pass
    finally:
        store.home.chmod(0o700)


def test_a_database_in_the_place_of_a_folder_is_reported(store: Store, running: Running) -> None:
    (store.home / "queue.sqlite").mkdir()
    with pytest.raises(PinxitError, match="cannot be written"), running():
        pass


def test_a_locked_database_is_reported_at_the_start_and_waited_for_later(
    store: Store, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_SECONDS_FOR_DATABASE", 0.3)
    with running() as jobs:
        foreign = sqlite3.connect(store.home / "queue.sqlite", isolation_level=None, check_same_thread=False)
        foreign.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()
        threading.Timer(1.5, foreign.execute, ["ROLLBACK"]).start()
        jobs.put("a", QUICK)
        assert time.monotonic() - start > 1
        wait_for(jobs, "a", "succeeded")
    foreign.execute("BEGIN EXCLUSIVE")
    with pytest.raises(PinxitError, match="another program holds"), running():
        pass
    foreign.close()


def test_a_home_may_be_called_anything(tmp_path: Path) -> None:
    store = Store(tmp_path / "my home?x=1#a%20b ü'")
    jobs = JobService(store, keep_warm=False)
    jobs.start()
    jobs.put("a", QUICK)
    wait_for(jobs, "a", "succeeded")
    jobs.close()
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == [store.home.name]
    assert (store.home / "queue.sqlite").exists()


def test_another_kind_of_database_is_refused(running: Running) -> None:
    with pytest.raises(PinxitError, match="postgresql://"), running(database="mysql://x/y"):
        pass


def test_a_postgres_that_is_not_there_is_reported(store: Store, running: Running) -> None:
    with (
        pytest.raises(PinxitError, match="database cannot be used"),
        running(database="postgresql://127.0.0.1:9/x?connect_timeout=1"),
    ):
        pass


def test_a_queue_in_postgres_is_the_same(store: Store, running: Running, postgres: Postgres) -> None:
    database = postgres.address("same")  # which is made
    with running(database=database) as jobs:
        for id, priority in (("a", 0), ("b", 0), ("c", 9)):
            jobs.put(id, QUICK, priority)
        jobs.pause("b")
        began = [wait_for(jobs, id, "succeeded").started or "" for id in ("c", "a")]
        assert began == sorted(began)
    with running(database=database) as jobs:
        assert {job.id: job.state for job in jobs.list()} == {"a": "succeeded", "b": "paused", "c": "succeeded"}
        jobs.resume("b")
        wait_for(jobs, "b", "succeeded")


def test_a_database_that_goes_away_is_one_sentence(
    store: Store, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as jobs:

        def gone(*_: object, **__: object) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        monkeypatch.setattr(dbos.DBOSClient, "enqueue", gone)
        with pytest.raises(JobsError, match="did not answer"):
            jobs.put("a", QUICK)
        monkeypatch.undo()
        assert jobs.list() == []
        jobs.put("a", QUICK)
        wait_for(jobs, "a", "succeeded")


def test_a_job_of_which_the_database_did_not_say_that_it_has_it_is_done(
    store: Store, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = dbos.DBOSClient.enqueue

    def accepts_in_silence(*arguments: Any, **options: Any) -> None:
        accept(*arguments, **options)
        raise sqlite3.OperationalError("disk I/O error")

    with running() as jobs:
        monkeypatch.setattr(dbos.DBOSClient, "enqueue", accepts_in_silence)
        with pytest.raises(JobsError, match="did not answer"):
            jobs.put("a", QUICK)
        monkeypatch.undo()
        wait(lambda: [job.state for job in jobs.list()], ["succeeded"].__eq__)
        assert jobs.put("a", QUICK)[1] is False
    assert len(store.results) == 1


@pytest.mark.slow(reason="starts the queue several times")
def test_runs_of_which_the_queue_lost_sight_are_done_once(
    store: Store, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pinxit.jobs.service._SECONDS_BETWEEN_LOOKS", 0.5)
    with running() as jobs:
        jobs.put("first", LONG)
        wait_for_progress(jobs, "first")
        jobs.put("lost", QUICK)
        # As when the connection broke while the queue handed it out; the other is handed out twice.
        with contextlib.closing(sqlite3.connect(store.home / "queue.sqlite", isolation_level=None)) as database:
            lose = "UPDATE workflow_status SET status = 'PENDING', owner_xid = 'x' WHERE workflow_uuid LIKE '%.lost.1'"
            assert database.execute(lose).rowcount == 1
        outcomes: list[Any] = []
        again = threading.Thread(target=lambda: outcomes.append(jobs._perform("first", "1", jobs.get("first").body)))
        again.start()
        wait(lambda: jobs.get("lost").state == "queued" and not jobs._queue.pending_runs()[1:], bool)
        jobs.cancel("first")
        assert wait_for(jobs, "lost", "succeeded").attempts == 1
        again.join(PATIENCE)
        assert outcomes == [{"state": "cancelled"}]
        assert jobs.get("first").attempts == 1
        wait(jobs._queue.pending_runs, lambda begun: not begun)


def test_nothing_in_the_database_is_pickled(store: Store, running: Running) -> None:
    with running() as jobs:
        jobs.put("a", QUICK, title="Ünïcode 💀")
        wait_for(jobs, "a", "succeeded")
    with contextlib.closing(sqlite3.connect(store.home / "queue.sqlite")) as database:
        formats = {row[0] for row in database.execute("SELECT DISTINCT serialization FROM workflow_status")}
    assert formats == {"pinxit_json"}


@pytest.mark.slow(reason="measures an idle process for seven seconds")
def test_an_idle_queue_costs_next_to_nothing(tmp_path: Path) -> None:
    # In a process of its own: threads that other tests have left would count as well.
    script = f"""
import time
from pathlib import Path
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store

jobs = JobService(Store(Path({str(tmp_path / "home")!r})), at_once=1, keep_warm=False)
jobs.start()
time.sleep(1)
for _ in range(3):
    start = time.process_time()
    time.sleep(2)
    print((time.process_time() - start) / 2)
jobs.close(grace=20)
"""
    shares = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout
    # The least: beside other work a processor needs longer for the same.
    assert min(map(float, shares.split())) < 0.03


def test_nothing_listens(jobs: JobService) -> None:
    before = _listening()
    jobs.put("a", LONG)
    wait_for_progress(jobs, "a")
    assert _listening() <= before
    jobs.cancel("a")
    wait_for(jobs, "a", "cancelled")


def _listening() -> set[tuple[object, ...]]:
    """Where this process and its children can be reached; other tests' servers may be among them."""
    import psutil

    ours = [psutil.Process(), *psutil.Process().children(recursive=True)]
    found: set[tuple[object, ...]] = set()
    for process in ours:
        with contextlib.suppress(psutil.Error):
            found |= {(process.pid, one.laddr) for one in process.net_connections("inet")}
    return found
