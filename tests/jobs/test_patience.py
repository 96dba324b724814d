"""How long a database is waited for: files that are locked, servers that do not answer, studios that stop."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest

from pinxit.jobs.database import Late, Leaving, Patience
from pinxit.jobs.errors import JobsError
from pinxit.jobs.pending_requests import PendingRequests


@pytest.fixture
def locked(tmp_path: Path) -> sqlite3.Connection:
    """A connection to a file that another one has locked."""
    holder = sqlite3.connect(tmp_path / "queue.sqlite", isolation_level=None, check_same_thread=False)
    holder.execute("CREATE TABLE t (x)")
    holder.execute("BEGIN EXCLUSIVE")
    return holder


def ask(folder: Path) -> int:
    """Count the rows, without sqlite's own patience."""
    connection = sqlite3.connect(folder / "queue.sqlite", timeout=0)
    try:
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])
    finally:
        connection.close()


@pytest.mark.usefixtures("locked")
def test_a_locked_file_is_waited_for_so_long(tmp_path: Path) -> None:
    patience = Patience(statement=0.05)
    with pytest.raises(Late, match="another program has locked the file"):
        patience.unlocked(lambda: ask(tmp_path))


def test_and_read_as_soon_as_it_is_free(tmp_path: Path, locked: sqlite3.Connection) -> None:
    patience = Patience(10.0, None)  # for ever
    timer = threading.Timer(0.1, lambda: locked.execute("COMMIT"))
    timer.start()
    assert patience.unlocked(lambda: ask(tmp_path)) == 0
    timer.join()


@pytest.mark.usefixtures("locked")
def test_who_stops_does_not_wait(tmp_path: Path) -> None:
    patience = Patience(10.0, None)
    patience.stop()
    with pytest.raises(Leaving):
        patience.unlocked(lambda: ask(tmp_path))


def test_other_errors_of_a_file_are_passed_on(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        Patience(10.0, None).unlocked(lambda: ask(tmp_path))


def absent() -> None:
    raise psycopg.OperationalError("connection refused")


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(psycopg.OperationalError):
        Patience(10.0, 0.0).connect(absent)
    stopped = Patience(10.0, None)
    stopped.stop()
    with pytest.raises(Leaving):
        stopped.connect(absent)
    closed = Patience(10.0, None)
    closed.close()
    with pytest.raises(Leaving):
        closed.connect(lambda: None)


def test_a_server_that_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pinxit.jobs.database._SECONDS_BETWEEN_TRIES", 0.01)
    tries = []

    def connect() -> str:
        tries.append(1)
        if len(tries) < 3:
            absent()
        return "connected"

    assert Patience(10.0, None).connect(connect) == "connected"
    assert len(tries) == 3


class TestPendingRequests:
    def test_they_survive_a_restart_until_they_are_recorded(self, tmp_path: Path) -> None:
        path = tmp_path / "pending.json"
        PendingRequests(path).flush(self.away)
        assert not path.exists(), "there are none"
        pending = PendingRequests(path)
        pending.add("a", 1, "pause", drop=True)
        pending.add("a", 1, "cancel", drop=False)
        pending.add("b", 2, "stop", drop=False)
        with pytest.raises(JobsError):
            pending.flush(self.away)
        recorded: list[tuple[str, int, str, bool]] = []

        def record(id: str, run: int, request: str, *, drop: bool) -> None:
            recorded.append((id, run, request, drop))

        PendingRequests(path).flush(record)
        assert recorded == [("a", 1, "cancel", True), ("b", 2, "stop", False)], (
            "the latest request, and what it is to leave"
        )
        assert not path.exists()

    def test_those_of_a_deleted_job_are_dropped(self, tmp_path: Path) -> None:
        path = tmp_path / "pending.json"
        pending = PendingRequests(path)
        for id in "ab":
            pending.add(id, 1, "cancel", drop=False)
        pending.forget("a")
        recorded: list[str] = []
        PendingRequests(path).flush(lambda id, run, request, *, drop: recorded.append(id))
        assert recorded == ["b"]

    def test_a_damaged_file_is_no_reason_not_to_start(self, tmp_path: Path) -> None:
        path = tmp_path / "pending.json"
        recorded: list[str] = []
        for content in ("", "{", "[1]", '[{"id": 3}]'):
            path.write_text(content)
            PendingRequests(path).flush(lambda id, run, request, *, drop: recorded.append(id))
            assert not recorded

    @staticmethod
    def away(id: str, run: int, request: str, *, drop: bool) -> None:
        raise JobsError("the database does not answer", "database_unavailable")
