"""The durable queue, kept by DBOS: a run that its database has accepted is done once, whatever happens in between.

One process has one DBOS. A workflow is one run of a job, named `HOME.JOB.RUN`; its outcome says how the run ended. DBOS itself
waits for its database as long as necessary. What a person asks for uses another connection (`DBOSClient`), which never waits
longer than a few seconds.
"""

from __future__ import annotations

import contextlib
import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig
from dbos import Serializer as _Serializer
from dbos._serialization import DefaultSerializer as _Pickle

from pinxit.errors import PinxitError
from pinxit.jobs import database as databases
from pinxit.jobs import upgrade
from pinxit.jobs.database import Late, Leaving, Patience
from pinxit.jobs.errors import JobsError, NoRoom

# A run that has crashed the server this often is not tried again.
_MOST_RECOVERIES = 100
# s: polling takes a hundredth of a core, and people do not notice half a second.
_SECONDS_BETWEEN_POLLS = 0.5
_SECONDS_FOR_DATABASE = 5.0
# s: on its first start, DBOS makes its tables.
_SECONDS_TO_LAUNCH = 30.0
# s: how long a person's request waits; then the database counts as away until it answers again.
_SECONDS_TO_ANSWER = 3.0
_SECONDS_BETWEEN_LOOKS = 1.0
# s: how long a stopping server waits for records being written.
_SECONDS_TO_STOP = 1.5
# Requests that may use the database at the same time.
AT_ONCE = 8
_log = logging.getLogger("pinxit.jobs")
# SQLite's number of the vacuum mode.
_INCREMENTAL = 2
# Higher priorities begin first; DBOS counts from 1, its highest.
PRIORITIES = range(-100, 101)

Outcome = dict[str, Any]
Perform = Callable[[str, str, dict[str, Any]], Outcome]

__all__ = ["AT_ONCE", "PRIORITIES", "DurableQueue", "Leaving", "Outcome"]


class _Json(_Serializer):
    """Stores DBOS's data as JSON: its default is pickle, which runs code when it is read."""

    def serialize(self, data: Any) -> str:
        """Return JSON; exceptions are stored as their texts."""
        return json.dumps(data, default=str)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - its name in DBOS
        """Read JSON."""
        return json.loads(serialized_data)

    def name(self) -> str:
        """Return the name under which DBOS stores the format."""
        return "pinxit_json"


def _refuse(self: _Pickle, serialized_data: str) -> Any:
    raise ValueError("it is pickled, which pinxit does not read")


# A row may claim to be pickled, and DBOS would believe it.
_Pickle.deserialize = _refuse  # type: ignore[assignment, method-assign]

# The thread that ends DBOS, which the next start must wait for.
_destroying = threading.Thread()
_destroying.start()


class DurableQueue:
    """The queue of runs.

    Args:
        database: an address `postgresql://…`, or the path of an SQLite file.
        at_once: how many runs may be at work at the same time.
        perform: does one run, given the job's id, the run's number and the request's body; called in a thread of its own.
    """

    def __init__(self, database: str | Path, at_once: int, perform: Perform) -> None:
        self._database, self._at_once, self._perform = database, at_once, perform
        self._name, self._version, self._home = "", "", ""
        # Names of runs put by version 0.1.0, `JOB.RUN`, which two homes on one database may both have used.
        self._old: set[str] = set()
        self._is_away = False
        self._stopping = threading.Event()
        self._patience = Patience(_SECONDS_TO_LAUNCH, _SECONDS_TO_LAUNCH)
        self._engines: list[sa.Engine] = []
        self._client: DBOSClient | None = None

    # -- life cycle ------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Check that the database can be used, before anything is started.

        Raises:
            PinxitError: when it cannot, within some seconds.
        """
        if isinstance(self._database, Path):
            _check(self._database)
            return
        if not databases.is_postgres(self._database):
            raise PinxitError("a database is given as postgresql://USER@HOST/NAME.")
        try:
            databases.check_postgres(self._database, _SECONDS_FOR_DATABASE)
        except PinxitError:
            raise
        except Exception as error:
            raise _unusable(error) from error

    def name_of(self, jobs: set[str]) -> str | None:
        """Return the name under which an earlier server of this home put its jobs; None where it is unknown.

        Args:
            jobs: ids of jobs that the home knows.
        """
        with self._opened() as engine:
            found = upgrade.names(engine, None if isinstance(self._database, Path) else jobs)
        # All jobs in the home's own file are its own; in a shared database the name must be unambiguous.
        is_known = len(found) == 1 or (found and isinstance(self._database, Path))
        return found[0].removeprefix("pinxit-") if is_known else None

    def start(self, name: str) -> None:
        """Open the database and continue with unfinished runs.

        Args:
            name: distinguishes this queue from others in the same database.

        Raises:
            PinxitError: when the database cannot be used.
        """
        # DBOS requires versions of different applications to have different names, too.
        self._name, self._version, self._home = f"pinxit-{name}", f"1-{name}", name
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # without one it writes to the terminal
        self._stopping.clear()
        self._patience = Patience(_SECONDS_TO_LAUNCH, _SECONDS_TO_LAUNCH)
        short = Patience(_SECONDS_TO_ANSWER)
        try:
            own = databases.engine(self._database, self._patience, self._at_once + AT_ONCE, ask_first=True)
            self._engines = [own, databases.engine(self._database, short, AT_ONCE + 1)]
            upgrade.take_over(own, self._name, self._version)
            config: DBOSConfig = {
                "name": self._name,
                "system_database_url": databases.url_of(self._database).render_as_string(hide_password=False),
                "system_database_engine": own,
                "application_version": self._version,
                "executor_id": self._name,
                "log_level": "WARNING",
                "enable_otlp": False,
                "serializer": _Json(),
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.5,
                "scheduler_polling_interval_sec": 3600.0,
            }
            _destroying.join()
            DBOS(config=config)
            self._register_workflow()
            DBOS.launch()
            DBOS.register_queue(
                self._name,
                worker_concurrency=self._at_once,
                polling_interval_sec=_SECONDS_BETWEEN_POLLS,
                on_conflict="always_update",
            )
            self._client = DBOSClient(
                system_database_engine=self._engines[1],
                serializer=_Json(),
                application_name=self._name,
                lazy=True,
                retry_connection_errors=False,
            )
        except Exception as error:
            self.stop()
            raise error if isinstance(error, PinxitError) else _unusable(error) from error
        self._is_away = False
        self._patience.statement, self._patience.connecting = _SECONDS_TO_ANSWER, None

    def _register_workflow(self) -> None:
        """Register with DBOS what a run does; the names are stored with each run."""

        @DBOS.step(name="paint")
        def paint(id: str, run: str, body: dict[str, Any]) -> Outcome:
            if self._stopping.is_set():
                raise Leaving
            return self._perform(id, run, body)

        @DBOS.workflow(name="job", max_recovery_attempts=_MOST_RECOVERIES)
        def job(id: str, run: str, body: dict[str, Any]) -> Outcome:
            outcome: Outcome = paint(id, run, body)
            return outcome

    def watch(self, maintain: Callable[[], None]) -> None:
        """Check every second until `stop` whether the database answers.

        Args:
            maintain: called each time that it does.
        """

        def look() -> None:
            while not self._stopping.wait(_SECONDS_BETWEEN_LOOKS):
                try:
                    with self._engines[1].connect() as connection:
                        # SQLite lets others read while a program has locked it against writing.
                        connection.exec_driver_sql(
                            "BEGIN IMMEDIATE" if isinstance(self._database, Path) else "SELECT 1"
                        )
                except Exception:
                    self._is_away = not self._stopping.is_set()
                    continue
                self._is_away = False
                try:
                    maintain()
                except JobsError:
                    pass  # the database has just gone away again, which is noted
                except Exception:
                    _log.exception("maintenance of the queue failed")

        threading.Thread(target=look, name="database", daemon=True).start()

    @property
    def is_away(self) -> bool:
        """Whether the database did not answer when it was last asked."""
        return self._is_away

    def hurry(self) -> None:
        """Begin no more runs and wait no longer for a database that does not answer; call this before `stop`."""
        self._stopping.set()
        self._patience.stop()

    def stop(self) -> None:
        """Begin no more runs and close the database."""
        self.hurry()
        # A database that does not answer is not waited for: what could not be recorded is repeated, or found done.
        global _destroying
        _destroying = threading.Thread(target=DBOS.destroy, kwargs={"destroy_registry": True}, name="dbos", daemon=True)
        _destroying.start()
        _destroying.join(_SECONDS_TO_STOP)
        self._patience.close()
        for engine in self._engines:
            engine.dispose()

    # -- requests to the database ----------------------------------------------------------------------------------------

    def put(self, id: str, run: int, body: dict[str, Any], priority: int) -> None:
        """Accept a run of a job: when this returns, it will be done.

        Args:
            id: the job's id.
            run: the run's number.
            body: the request.
            priority: one of `PRIORITIES`.
        """
        with self._asking() as client:
            client.enqueue(
                {
                    "workflow_name": "job",
                    "queue_name": self._name,
                    "workflow_id": self.run_name(id, run),
                    "app_version": self._version,
                    "priority": PRIORITIES.stop - priority,
                },
                id,
                str(run),
                body,
            )

    def record_request(self, id: str, run: int, request: str, *, drop: bool) -> None:
        """Record what was requested of a run, so that a restart knows it too.

        Args:
            id: the job's id.
            run: the run's number.
            request: `cancel`, `stop` or `pause`.
            drop: take the run, which has not begun, out of the queue.
        """
        with self._asking() as client:
            client.update_workflow_attributes(self.run_name(id, run), {"wish": request})
            if drop:
                client.cancel_workflow(self.run_name(id, run))

    def run_name(self, id: str, run: int) -> str:
        """Return the name of a job's run in the database."""
        name = f"{id}.{run}"
        return name if name in self._old else f"{self._home}.{name}"

    def delete(self, runs: list[str]) -> None:
        """Delete runs by their names."""
        with self._asking() as client:
            client.delete_workflows(runs)
        if isinstance(self._database, Path):
            _shrink(self._database)

    def requeue(self, runs: list[str]) -> None:
        """Put runs that count as begun back into the queue, by their names."""
        with self._asking() as client:
            client.resume_workflows(runs, queue_name=self._name)

    def pending_runs(self) -> list[str]:
        """Return the names of the runs that count as begun."""
        with self._asking() as client:
            found = client.list_workflows(name="job", status="PENDING", load_input=False, load_output=False)
            return [run.workflow_id for run in found if self._is_own(run.application_name)]

    def runs(self, names: list[str] | None = None) -> list[Any]:
        """Return runs in the order in which they were accepted.

        Args:
            names: which runs; all of this queue where None.

        Returns:
            DBOS's description of each run, or only its name where that cannot be read.
        """
        with self._asking() as client:
            try:
                all = client.list_workflows(workflow_ids=names, name="job")
                found = [run for run in all if self._is_own(run.application_name)]
            except (ValueError, TypeError, LookupError, RecursionError):
                found = self._one_by_one(client)
        called = [str(getattr(run, "workflow_id", run)) for run in found]
        self._old.update(name for name in called if name.count(".") == 1)
        return found

    def _one_by_one(self, client: DBOSClient) -> list[Any]:
        found: list[Any] = []
        for name, application in upgrade.runs(self._engines[1]):
            if self._is_own(application):
                try:
                    found += client.list_workflows(workflow_ids=[name], name="job")
                except (ValueError, TypeError, LookupError, RecursionError):
                    found.append(name)
        return found

    def _is_own(self, application: str | None) -> bool:
        # All runs in the home's own file are its own.
        return application == self._name or (application is None and isinstance(self._database, Path))

    @contextlib.contextmanager
    def _asking(self) -> Iterator[DBOSClient]:
        """Translate a database's errors into one sentence; refuse at once while it is known to be away."""
        if self._is_away or self._client is None:
            raise _away()
        try:
            yield self._client
        except (PinxitError, ValueError, TypeError, LookupError, RecursionError):
            raise
        except Exception as error:
            if "database or disk is full" in str(error):
                raise NoRoom("the disk is full: make room, or remove results that are not needed.") from error
            self._is_away = isinstance(error, Late | sa.exc.SQLAlchemyError)
            raise _away() from error

    @contextlib.contextmanager
    def _opened(self) -> Iterator[sa.Engine]:
        engine = databases.engine(self._database, Patience(_SECONDS_FOR_DATABASE), 1)
        try:
            yield engine
        except Exception as error:
            raise error if isinstance(error, PinxitError) else _unusable(error) from error
        finally:
            engine.dispose()


def _away() -> JobsError:
    return JobsError("the queue's database did not answer: try again in a moment.", "database_unavailable")


def _unusable(error: Exception) -> PinxitError:
    reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return PinxitError(f"the queue's database cannot be used ({reason}): check it, or give another.")


def _shrink(path: Path) -> None:
    """Release the space of deleted jobs in an SQLite file; if the file is in use, the next deletion does it."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(path, timeout=0.2)) as connection:
        connection.execute("PRAGMA incremental_vacuum").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _check(path: Path) -> None:
    """Prepare an SQLite file; raise PinxitError where it is damaged, locked or read-only."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_SECONDS_FOR_DATABASE, isolation_level=None)
        try:
            # `_shrink` needs this mode; a file made without it is rewritten once.
            if connection.execute("PRAGMA auto_vacuum").fetchone() != (_INCREMENTAL,):
                connection.execute(f"PRAGMA auto_vacuum = {_INCREMENTAL}")
                connection.execute("VACUUM")
            # Readers and the writer do not block each other. The file keeps this mode.
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
