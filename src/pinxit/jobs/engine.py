"""DBOS, which keeps the queue: what is accepted is in its database, and is done once, whatever happens in between.

One process has one DBOS. A workflow is one run of a job, called `JOB.RUN`; its outcome says how that ended.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID
from dbos import Serializer as _Serializer
from sqlalchemy import URL

from pinxit.errors import PinxitError
from pinxit.jobs.errors import JobsError

# A run that takes the server down with it so often is not tried again.
_MOST_RECOVERIES = 100
# The queue is looked at so often, which takes a hundredth of a core; a person does not mind half a second.
_SECONDS_BETWEEN_POLLS = 0.5
_SECONDS_FOR_DATABASE = 5.0
# SQLite's number for it.
_INCREMENTAL = 2
# Between higher priorities, which DBOS counts from 1 as the highest.
PRIORITIES = range(-100, 101)

Outcome = dict[str, Any]


class Leaving(BaseException):
    """The server stops: the run stays what it is, to be taken up again. DBOS records errors, and this is none."""


class _Json(_Serializer):
    """What DBOS stores is JSON: its own way is pickle, which runs what it reads."""

    def serialize(self, data: Any) -> str:
        """As JSON; an exception as its text."""
        return json.dumps(data, default=str)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - its name in DBOS
        """From JSON."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """What tells it from other ways."""
        return "pinxit_json"


_perform: Callable[[str, str, dict[str, Any]], Outcome] | None = None


@DBOS.step(name="paint")
def _paint(id: str, run: str, body: dict[str, Any]) -> Outcome:
    if _perform is None:
        raise Leaving
    return _perform(id, run, body)


@DBOS.workflow(name="job", max_recovery_attempts=_MOST_RECOVERIES)
def _job(id: str, run: str, body: dict[str, Any]) -> Outcome:
    outcome: Outcome = _paint(id, run, body)
    return outcome


class Engine:
    """The queue.

    Args:
        database: an address `postgresql://…`, or the path of an SQLite file.
        name: what tells this queue from others in the same database.
        at_once: how many runs may be at work.
        perform: does one run, given its job, its number and what was asked for; runs in a thread of its own.
    """

    def __init__(
        self, database: str | Path, name: str, at_once: int, perform: Callable[[str, str, dict[str, Any]], Outcome]
    ) -> None:
        self._database, self._name, self._at_once, self._perform = database, f"pinxit-{name}", at_once, perform

    def start(self) -> None:
        """Open the database, take up what was left.

        Raises:
            PinxitError: when the database cannot be used.
        """
        global _perform
        if isinstance(self._database, Path):
            _check(self._database)
            url = URL.create("sqlite", database=str(self._database.absolute())).render_as_string(hide_password=False)
        else:
            url = self._database
            if not url.startswith(("postgresql://", "postgres://")):
                raise PinxitError("a database is given as postgresql://USER@HOST/NAME.")
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # or it would write to the terminal
        config: DBOSConfig = {
            "name": self._name,
            "system_database_url": url,
            "application_version": "1",
            "executor_id": self._name,
            "log_level": "WARNING",
            "enable_otlp": False,
            "serializer": _Json(),
            "use_listen_notify": False,
            "scheduler_polling_interval_sec": 3600.0,
        }
        _perform = self._perform
        try:
            DBOS(config=config)
            DBOS.launch()
            DBOS.register_queue(
                self._name,
                worker_concurrency=self._at_once,
                polling_interval_sec=_SECONDS_BETWEEN_POLLS,
                on_conflict="always_update",
            )
        except Exception as error:
            self.stop()
            reason = str(error).splitlines()[0][:200]
            raise PinxitError(f"the queue's database cannot be used ({reason}): check it, or give another.") from error

    def stop(self) -> None:
        """Take up no more, and let go of the database."""
        global _perform
        _perform = None
        DBOS.destroy()

    def put(self, id: str, run: int, body: dict[str, Any], priority: int) -> None:
        """Accept a run; when this returns, it is going to be done."""
        with _told(), SetWorkflowID(f"{id}.{run}"), SetEnqueueOptions(priority=PRIORITIES.stop - priority):
            DBOS.enqueue_workflow(self._name, _job, id, str(run), body)

    def wish(self, id: str, run: int, wish: str) -> None:
        """Note what is wished of a run, so that a restart knows it too."""
        with _told():
            DBOS.update_workflow_attributes(f"{id}.{run}", {"wish": wish})

    def drop(self, id: str, run: int) -> None:
        """Take a run that has not begun out of the queue."""
        with _told():
            DBOS.cancel_workflow(f"{id}.{run}")

    def delete(self, id: str, runs: int) -> None:
        """Forget a job."""
        with _told():
            DBOS.delete_workflows([f"{id}.{run}" for run in range(1, runs + 1)])
        if isinstance(self._database, Path):
            _shrink(self._database)

    def runs(self) -> Iterator[Any]:
        """All runs, in the order in which they were accepted."""
        with _told():
            yield from DBOS.list_workflows(name="job")


class _told:  # noqa: N801 - used like a function
    """Turn what a database may raise into one sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, PinxitError):
            raise JobsError(
                "the queue's database did not answer: try again in a moment.", "database_unavailable"
            ) from error


def _shrink(path: Path) -> None:
    """Give back what deleted jobs took of an SQLite file; where others use it just then, the next deletion does."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path, timeout=0.2)) as connection:
        connection.execute("PRAGMA incremental_vacuum").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _check(path: Path) -> None:
    """Raise PinxitError for an SQLite file that is damaged, locked or read-only, and leave it ready otherwise."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_SECONDS_FOR_DATABASE, isolation_level=None)
        try:
            # What deleted jobs took is given back, see `_shrink`; a file that was made otherwise is written anew, once.
            if connection.execute("PRAGMA auto_vacuum").fetchone() != (_INCREMENTAL,):
                connection.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL}")
                connection.execute("VACUUM")
            # Readers and the writer do not wait for each other; it stays so.
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != ("ok",):
                raise sqlite3.DatabaseError(str(found))
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise PinxitError(
                f"another program holds the queue's database {path}: close it, then start again."
            ) from error
        raise PinxitError(
            f"the queue's database {path} cannot be written ({error}): check its permissions and the disk."
        ) from error
    except (sqlite3.DatabaseError, OSError) as error:
        raise PinxitError(
            f"the queue's database {path} is damaged ({error}): put a copy back, or move it away to begin with an empty queue; "
            "results are not in it."
        ) from error
