"""DBOS, which keeps the queue: what is accepted is in its database, and is done once, whatever happens in between.

One process has one DBOS. A workflow is one run of a job, called `HOME.JOB.RUN`; its outcome says how that ended. DBOS itself
waits for its database as long as it takes; what a person asks for goes another way (`DBOSClient`), on which nothing waits for
more than some seconds.
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

# A run that takes the server down with it so often is not tried again.
_MOST_RECOVERIES = 100
# The queue is looked at so often, which takes a hundredth of a core; a person does not mind half a second.
_SECONDS_BETWEEN_POLLS = 0.5
_SECONDS_FOR_DATABASE = 5.0
# While it is begun, tables may have to be made.
_SECONDS_TO_LAUNCH = 30.0
# Who asks for something waits so long at most; afterwards the database counts as away until it answers again.
_SECONDS_TO_ANSWER = 3.0
_SECONDS_BETWEEN_LOOKS = 1.0
# What is being recorded when the server stops may take so long.
_SECONDS_TO_STOP = 1.5
# Requests that are asking the database at the same moment.
AT_ONCE = 8
_log = logging.getLogger("pinxit.jobs")
# SQLite's number for it.
_INCREMENTAL = 2
# Between higher priorities, which DBOS counts from 1 as the highest.
PRIORITIES = range(-100, 101)

Outcome = dict[str, Any]

__all__ = ["AT_ONCE", "PRIORITIES", "Engine", "Leaving", "Outcome"]


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


def _refuse(self: _Pickle, serialized_data: str) -> Any:
    raise ValueError("it is pickled, which pinxit does not read")


# A row may say of itself that it is pickled, and DBOS would believe it.
_Pickle.deserialize = _refuse  # type: ignore[assignment, method-assign]

_perform: Callable[[str, str, dict[str, Any]], Outcome] | None = None
_ending = threading.Thread()
_ending.start()


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
        at_once: how many runs may be at work.
        perform: does one run, given its job, its number and what was asked for; runs in a thread of its own.
    """

    def __init__(
        self, database: str | Path, at_once: int, perform: Callable[[str, str, dict[str, Any]], Outcome]
    ) -> None:
        self._database, self._at_once, self._perform = database, at_once, perform
        self._name, self._version, self._home = "", "", ""
        # Runs that version 0.1.0 put are called `JOB.RUN`, which two homes on one database may both call one.
        self._old: set[str] = set()
        self._is_away = False
        self._over = threading.Event()
        self._patience = Patience(_SECONDS_TO_LAUNCH, _SECONDS_TO_LAUNCH)
        self._engines: list[sa.Engine] = []
        self._client: DBOSClient | None = None

    # -- life ------------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """See that the database can be used, before anything is begun.

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
        """The name under which an earlier server put jobs of this home into the database; None where that is not known.

        Args:
            jobs: ids of jobs that the home knows of.
        """
        with self._opened() as engine:
            found = upgrade.names(engine, None if isinstance(self._database, Path) else jobs)
        # In the home's own file all are its own; elsewhere it is not guessed.
        one = len(found) == 1 or (found and isinstance(self._database, Path))
        return found[0].removeprefix("pinxit-") if one else None

    def start(self, name: str) -> None:
        """Open the database, take up what was left.

        Args:
            name: what tells this queue from others in the same database.

        Raises:
            PinxitError: when the database cannot be used.
        """
        global _perform
        # DBOS wants versions of different applications to have different names, too.
        self._name, self._version, self._home = f"pinxit-{name}", f"1-{name}", name
        logger = logging.getLogger("dbos")
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())  # or it would write to the terminal
        self._over.clear()
        self._patience = Patience(_SECONDS_TO_LAUNCH, _SECONDS_TO_LAUNCH)
        asking = Patience(_SECONDS_TO_ANSWER)
        _perform = self._perform
        try:
            own = databases.engine(self._database, self._patience, self._at_once + AT_ONCE, ask_first=True)
            self._engines = [own, databases.engine(self._database, asking, AT_ONCE + 1)]
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
            _ending.join()  # one process has one DBOS
            DBOS(config=config)
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

    def watch(self, tend: Callable[[], None]) -> None:
        """Look every second whether the database is there, and have things tended to while it is, till `stop`."""

        def look() -> None:
            while not self._over.wait(_SECONDS_BETWEEN_LOOKS):
                try:
                    with self._engines[1].connect() as connection:
                        # SQLite answers who reads while another program keeps everybody from writing.
                        connection.exec_driver_sql(
                            "BEGIN IMMEDIATE" if isinstance(self._database, Path) else "SELECT 1"
                        )
                except Exception:
                    self._is_away = not self._over.is_set()
                    continue
                self._is_away = False
                try:
                    tend()
                except JobsError:
                    pass  # it has just gone again, which is noted
                except Exception:
                    _log.exception("what was to be done now that the database answers failed")

        threading.Thread(target=look, name="database", daemon=True).start()

    @property
    def is_away(self) -> bool:
        """Whether the database did not answer when it was last asked."""
        return self._is_away

    def hurry(self) -> None:
        """Wait no longer for a database that does not answer; to be called before `stop`."""
        global _perform
        _perform = None
        self._over.set()
        self._patience.stop()

    def stop(self) -> None:
        """Take up no more, and let go of the database."""
        self.hurry()
        # A database that does not answer is not waited for: what could not be recorded is done again, or known to be done.
        global _ending
        _ending = threading.Thread(target=DBOS.destroy, name="dbos", daemon=True)
        _ending.start()
        _ending.join(_SECONDS_TO_STOP)
        self._patience.close()
        for engine in self._engines:
            engine.dispose()

    # -- what is asked of it ---------------------------------------------------------------------------------------------

    def put(self, id: str, run: int, body: dict[str, Any], priority: int) -> None:
        """Accept a run; when this returns, it is going to be done."""
        with self._asking() as client:
            client.enqueue(
                {
                    "workflow_name": "job",
                    "queue_name": self._name,
                    "workflow_id": self.called(id, run),
                    "app_version": self._version,
                    "priority": PRIORITIES.stop - priority,
                },
                id,
                str(run),
                body,
            )

    def wish(self, id: str, run: int, wish: str, *, drop: bool) -> None:
        """Note what is wished of a run, so that a restart knows it too.

        Args:
            id: of the job.
            run: which.
            wish: see `pinxit.jobs.worker`.
            drop: take the run, which has not begun, out of the queue.
        """
        with self._asking() as client:
            client.update_workflow_attributes(self.called(id, run), {"wish": wish})
            if drop:
                client.cancel_workflow(self.called(id, run))

    def called(self, id: str, run: int) -> str:
        """What the database calls a run of a job."""
        name = f"{id}.{run}"
        return name if name in self._old else f"{self._home}.{name}"

    def delete(self, runs: list[str]) -> None:
        """Forget runs, by what the database calls them."""
        with self._asking() as client:
            client.delete_workflows(runs)
        if isinstance(self._database, Path):
            _shrink(self._database)

    def again(self, runs: list[str]) -> None:
        """Put runs back into the queue that count as begun."""
        with self._asking() as client:
            client.resume_workflows(runs, queue_name=self._name)

    def begun(self) -> list[str]:
        """The runs that count as begun."""
        with self._asking() as client:
            found = client.list_workflows(name="job", status="PENDING", load_input=False, load_output=False)
            return [run.workflow_id for run in found if self._is_own(run.application_name)]

    def runs(self, names: list[str] | None = None) -> list[Any]:
        """All runs, or some, in the order in which they were accepted; what the database calls one that cannot be read."""
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
        # In the home's own file all are its own.
        return application == self._name or (application is None and isinstance(self._database, Path))

    @contextlib.contextmanager
    def _asking(self) -> Iterator[DBOSClient]:
        """Turn what a database may raise into one sentence; ask none that is known to be away."""
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
