"""Homes and queues of other versions, several homes on one database, and rows that pinxit did not write."""

from __future__ import annotations

import base64
import contextlib
import json
import pickle
import sqlite3
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.jobs.errors import Missing, Refused
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.jobs.conftest import LONG, QUICK, wait_for, wait_for_progress
from tests.postgres import Postgres

Running = Callable[..., contextlib.AbstractContextManager[JobService]]

HOME = Path(__file__).parent / "homes" / "0.1.0.zip"
# See homes/make_0_1_0.py.
DONE, UPLOADED, FAILED, CANCELLED, PAUSED, RUNNING, QUEUED = (
    f"{number}0000000-0000-4000-8000-000000000000" for number in range(1, 8)
)


@contextlib.contextmanager
def opened(home: Path, database: str | None = None) -> Iterator[JobService]:
    """The jobs of a home, at work."""
    store = Store(home)
    try:
        jobs = JobService(store, database, at_once=1, keep_warm=False)
        jobs.start()
        try:
            yield jobs
        finally:
            jobs.close(grace=20)
    finally:
        store.close()


@pytest.fixture
def old_home(tmp_path: Path) -> Path:
    """The folder that version 0.1.0 left."""
    with zipfile.ZipFile(HOME) as archive:
        archive.extractall(tmp_path / "home")
    return tmp_path / "home"


def test_a_home_of_version_0_1_0_that_lost_its_name_is_known_by_its_jobs(old_home: Path) -> None:
    name = (old_home / "name").read_text()
    (old_home / "name").unlink()
    with opened(old_home) as jobs:
        assert jobs.store.name == name
        assert {DONE, UPLOADED, FAILED, CANCELLED, PAUSED, RUNNING, QUEUED} == {job.id for job in jobs.list()}
    assert json.loads((old_home / "home.json").read_text()) == {"version": 2, "name": name}


@pytest.mark.slow(reason="paints what a home of 0.1.0 had not finished")
def test_a_home_of_version_0_1_0_is_taken_up(old_home: Path) -> None:
    home, name = old_home, (old_home / "name").read_text()
    with opened(home) as jobs:
        states = {job.id: job.state for job in jobs.list()}
        assert states.pop(RUNNING) in ("queued", "running")
        assert states.pop(QUEUED) == "queued"
        ended = {DONE: "succeeded", UPLOADED: "succeeded", FAILED: "failed", CANCELLED: "cancelled", PAUSED: "paused"}
        assert states == ended
        failed = jobs.get(FAILED)
        assert failed.error is not None
        assert failed.error["code"] == "file_not_found"
        assert (jobs.get(DONE).title, jobs.get(UPLOADED).priority) == ("A cat", 3)
        assert {result.id: result.draft for result in jobs.store.results} == {
            DONE: False, UPLOADED: False, CANCELLED: True,
        }  # fmt: skip
        for result in jobs.store.results:
            assert pictures.read(jobs.store.files.path(result.files[0].id)).width == 64
        wait_for_progress(jobs, RUNNING)
        jobs.cancel(RUNNING)
        wait_for(jobs, QUEUED, "succeeded")
        assert jobs.store.results.get(QUEUED).title == "The one that waited"
        jobs.resume(PAUSED)
        wait_for_progress(jobs, PAUSED)
        jobs.cancel(PAUSED)
        wait_for(jobs, PAUSED, "cancelled")
        jobs.delete(FAILED)
        jobs.delete(DONE)  # its row is one of the old ones
    assert json.loads((home / "home.json").read_text()) == {"version": 2, "name": name}
    with opened(home) as jobs:
        assert {job.id: job.state for job in jobs.list()} == {
            UPLOADED: "succeeded", QUEUED: "succeeded", CANCELLED: "cancelled", PAUSED: "cancelled",
            RUNNING: "cancelled",
        }  # fmt: skip


@pytest.mark.slow(reason="starts a PostgreSQL, and the queue several times")
def test_the_queue_of_a_0_1_0_in_postgres_is_carried_over_beside_others(tmp_path: Path, postgres: Postgres) -> None:
    database = postgres.address(f"carried_{uuid.uuid4().hex[:8]}")
    old, other = tmp_path / "old", tmp_path / "other"
    with opened(old, database) as jobs:
        jobs.put("first", LONG)
        wait_for_progress(jobs, "first")
        jobs.put("waiting", QUICK)
        name = jobs.store.name
    # As version 0.1.0 left it.
    (old / "home.json").unlink()
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE dbos.application_versions SET version_name = '1'")
        for table in ("workflow_status", "workflow_input", "workflow_output", "operation_outputs"):
            where = "workflow_uuid = split_part(workflow_uuid, '.', 2) || '.' || split_part(workflow_uuid, '.', 3)"
            connection.execute(f"UPDATE dbos.{table} SET {where}")  # noqa: S608 - names of tables
        connection.execute("UPDATE dbos.workflow_status SET application_version = '1'")
    with opened(other, database) as jobs:
        assert jobs.list() == []
        jobs.put("waiting", QUICK | {"seed": 1})  # ids are a home's own
        wait_for(jobs, "waiting", "succeeded")
        assert [result.id for result in jobs.store.results] == ["waiting"]
    # Without its name it is known by what lies in its folder.
    (old / "name").unlink()
    with opened(old, database) as jobs:
        assert jobs.store.name == name
        assert {job.id for job in jobs.list()} == {"first", "waiting"}
        assert jobs.get("waiting").order == QUICK
        jobs.cancel("first")
        wait_for(jobs, "waiting", "succeeded")
        jobs.delete("waiting")
    with opened(other, database) as jobs:
        assert {job.id: job.order.get("seed") for job in jobs.list()} == {"waiting": 1}
        jobs.delete("waiting")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"version": 3, "name": "abc"}', "made by a newer pinxit"),
        ('{"version": 99, "name": {"of": "another kind"}, "more": []}', "made by a newer pinxit"),
        ("{", "cannot be read"),
        ('{"version": "one"}', "cannot be read"),
        ('{"version": 2, "name": "../x"}', "cannot be read"),
    ],
)
def test_a_home_that_is_not_for_this_version_is_left_alone(tmp_path: Path, text: str, says: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "home.json").write_text(text)
    with pytest.raises(PinxitError, match=says) as refused:
        Store(home)
    assert "\n" not in str(refused.value)
    assert "--home" in str(refused.value)
    assert {path.name for path in home.iterdir()} <= {"home.json", "lock"}
    assert (home / "home.json").read_text() == text


def test_a_new_home_says_its_version(tmp_path: Path) -> None:
    with opened(tmp_path / "home") as jobs:
        name = jobs.store.name
    written = json.loads((tmp_path / "home" / "home.json").read_text())
    assert written == {"version": 2, "name": name}
    (tmp_path / "home" / "name").unlink()
    store = Store(tmp_path / "home")
    assert store.name == name
    store.close()


class Trap:
    """What a pickle could do to its reader."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.slow(reason="starts the queue four times")
def test_what_cannot_be_read_is_a_failed_job_that_can_be_deleted(
    store: Store, running: Running, tmp_path: Path
) -> None:
    with store.files.new() as incoming:
        incoming.write(b"some picture")
        own, _ = incoming.commit("own.png", {"kind": "picture", "media": "image/png", "width": 3, "height": 2})
    order = {**QUICK, "content": own.input.model_dump()}
    with running() as jobs:
        jobs.put("first", LONG)
        wait_for_progress(jobs, "first")
        for id in ("setting", "kind", "paused", "text", "list", "pickle", "attributes", "good"):
            jobs.put(id, order if id in ("setting", "kind") else QUICK)
        jobs.pause("paused")
        jobs.cancel("first")

    def inputs(id: str, change: dict[str, Any]) -> str:
        body = {"order": {**order, **change}, "priority": 0, "title": "of a later version"}
        return json.dumps({"args": [id, "1", body], "kwargs": {}})

    trap, home = tmp_path / "trap", store.name
    with contextlib.closing(sqlite3.connect(store.home / "queue.sqlite", isolation_level=None)) as database:
        for id, text in {
            "setting": inputs("setting", {"brush": "sable"}),
            "paused": inputs("paused", {"brush": "sable"}),
            "kind": inputs("kind", {"work": "hologram"}),
            "text": "no JSON {",
            "list": json.dumps([1, "two", {"three": None}]),
            "pickle": base64.b64encode(pickle.dumps(Trap(trap))).decode(),
        }.items():
            done = database.execute(
                "UPDATE workflow_input SET inputs = ? WHERE workflow_uuid = ?", (text, f"{home}.{id}.1")
            )
            assert done.rowcount == 1
        database.execute("UPDATE workflow_status SET serialization='py_pickle' WHERE workflow_uuid LIKE '%.pickle.1'")
        database.execute("UPDATE workflow_status SET attributes='no JSON' WHERE workflow_uuid LIKE '%.attributes.1'")
        columns = "status, name, queue_name, application_name, application_version, priority, created_at, serialization"
        for name in ("no job of ours", "../../etc/passwd.1", "x" * 300):
            database.execute(
                f"INSERT INTO workflow_status (workflow_uuid, {columns}) "  # noqa: S608 - names of columns
                f"SELECT ?, {columns} FROM workflow_status WHERE workflow_uuid LIKE '%.good.1'",
                (name,),
            )
    with running() as jobs:
        wait_for(jobs, "good", "succeeded")
        bad = {job.id: job for job in jobs.list() if job.id not in ("good", "first")}
        assert len(bad) == 10
        for id, job in bad.items():
            assert job.state == "failed", job
            assert job.error is not None
            says = "upgrade it" if id in ("setting", "kind", "paused") else "delete it"
            assert says in job.error["message"], job
        assert "brush" in (bad["setting"].error or {})["message"]
        # Their files are still needed, and they do not hinder the deletion of others.
        assert jobs._table.files_in_use() == {own.id}
        store.delete("good")
        with pytest.raises(Refused):
            jobs.retry("setting")
        time.sleep(1)  # they are taken out of the queue, one after the other, and stay what they are
        assert {jobs.get(id).state for id in bad} == {"failed"}
    with running() as jobs:
        assert {job.id for job in jobs.list()} == {*bad, "good", "first"}
        for id in bad:
            jobs.delete(id)
            with pytest.raises(Missing):
                jobs.get(id)
    with running() as jobs:
        assert {job.id for job in jobs.list()} == {"good", "first"}
    assert not trap.exists()


def test_what_ended_as_it_was_told_has_not_failed_where_that_could_not_be_recorded(
    store: Store, running: Running
) -> None:
    """DBOS calls a run an error whose end a full disk had no room for."""
    with running() as jobs:
        jobs.put("first", LONG)
        wait_for_progress(jobs, "first")
        for id in ("cancelled", "paused"):
            jobs.put(id, QUICK)
        jobs.cancel("cancelled")
        jobs.pause("paused")
        jobs.cancel("first")
        wait_for(jobs, "first", "cancelled")
    with contextlib.closing(sqlite3.connect(store.home / "queue.sqlite", isolation_level=None)) as database:
        done = database.execute("UPDATE workflow_status SET status = 'ERROR' WHERE workflow_uuid LIKE '%ed.1'")
        assert done.rowcount == 2
    with running() as jobs:
        assert {id: jobs.get(id).state for id in ("cancelled", "paused")} == {
            "cancelled": "cancelled",
            "paused": "paused",
        }
