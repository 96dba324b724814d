"""The job service: accept jobs, run them, and answer what people ask about them."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pinxit.errors import PinxitError
from pinxit.jobs.errors import Conflict, JobsError, Missing, NoRoom, Refused
from pinxit.jobs.events import EventBus
from pinxit.jobs.job_table import JobTable
from pinxit.jobs.pending_requests import PendingRequests
from pinxit.jobs.previews import Previews
from pinxit.jobs.protocol import LOCK
from pinxit.jobs.queue import PRIORITIES, DurableQueue, Leaving, Outcome
from pinxit.jobs.record import ENDED, ID, JobRecord, State, error_of, id_of, new_record, record_of_run, requested_of
from pinxit.jobs.redaction import redact_paths
from pinxit.jobs.results import Result
from pinxit.jobs.run_times import RunTimes
from pinxit.jobs.specs import Spec, fingerprint, read_spec, title_of
from pinxit.jobs.store import Store
from pinxit.jobs.supervisor import WorkerSupervisor, forget_crashes
from pinxit.jobs.timestamps import now
from pinxit.jobs.worker_process import SECONDS_SILENT, RayPlacement

MOST_QUEUED, MOST_REMEMBERED = 500, 2000
MOST_FRAMES = 20_000
# bytes: kept free for what a job makes, before its size is known.
_ROOM = 64 << 20
# Jobs at work at the same time on a cluster, by default; those without room there wait in Ray.
_ON_CLUSTER = 8
# s: threads that have just lost their worker end at once.
_SECONDS_TO_END = 2.0
# s: between searches for runs that count as begun without a thread; a run found twice is put back into the queue.
_SECONDS_BETWEEN_LOOKS = 5.0

__all__ = ["ENDED", "MOST_QUEUED", "JobRecord", "JobService", "State"]


class JobService:
    """Accepts jobs, runs them, and knows their state.

    Args:
        store: files and results.
        database: `postgresql://…`; an SQLite file in the store's folder where left out.
        at_once: how many jobs are painted at the same time.
        most_queued: how many may be queued.
        seconds_silent: how long a worker may be silent before it counts as hung, s.
        keep_warm: keep a warm worker ready, so that the next job need not wait for one to load.
        placement: where on a cluster jobs are painted; on this machine where None.
        observe: called with the result of every job.
    """

    def __init__(
        self,
        store: Store,
        database: str | None = None,
        at_once: int | None = None,
        most_queued: int = MOST_QUEUED,
        seconds_silent: float = SECONDS_SILENT,
        keep_warm: bool = True,
        placement: RayPlacement | None = None,
        observe: Callable[[Result], None] = lambda result: None,
    ) -> None:
        cores = os.cpu_count() or 1
        self.at_once = at_once or (_ON_CLUSTER if placement else max(1, cores // 4))
        self.store, self.events, self._most_queued = store, EventBus(), most_queued
        self._table, self._observe = JobTable(self.events, store.results.__contains__), observe
        self._queue = DurableQueue(database or store.home / "queue.sqlite", self.at_once, self._perform)
        threads = max(1, cores // self.at_once)
        self.supervisor = WorkerSupervisor(store.home, threads, seconds_silent, placement, keep_warm=keep_warm)
        self.run_times = RunTimes(store.home / "times.json")
        self._ready = threading.Event()
        self._pending = PendingRequests(store.home / "owed.json")
        # By job: a run whose acceptance the database has not confirmed.
        self._unconfirmed: dict[str, int] = {}
        # By job: names of rows in the database that are not those of its runs.
        self._foreign_names: dict[str, list[str]] = {}
        # Names of runs that were found without a thread the last time.
        self._idle: set[str] = set()
        self._look_due = 0.0
        # Publishes jobs whose results were removed or restored. In a thread of its own, because the store calls while it holds
        # its lock, and the queue asks the store for room while it holds the table's.
        self._publisher = ThreadPoolExecutor(1, "publisher")
        store.register(self._table.files_in_use, self._result_removed, self._result_restored)

    # -- life cycle ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Continue with the jobs that were accepted before.

        Raises:
            PinxitError: when the queue's database cannot be used.
        """
        self.supervisor.start()
        self._queue.check()
        name = self.store.name or self._queue.name_of(self._known_ids()) or ""
        self._queue.start(self.store.set_name(name))
        try:
            self._pending.flush(self._queue.record_request)
            runs = self._queue.runs()
        except BaseException:
            self._queue.stop()
            raise
        with self._table.lock:
            for run in runs:
                self._load(run)
            for folder in self.store.jobs.iterdir():
                job = self._table.find(folder.name)
                if job is None or job.state == "succeeded":
                    shutil.rmtree(folder, ignore_errors=True)
            if not self._table.has_queued:
                self.supervisor.start_warm_worker()
        self._ready.set()
        self._queue.watch(self._maintain)

    def leave(self, grace: float) -> None:
        """Begin no more jobs, and give workers `grace` seconds to save checkpoints."""
        self._queue.hurry()
        self.supervisor.leave(grace)

    def close(self, grace: float = 30.0) -> None:
        """Leave, and close the database; the next start continues."""
        self.leave(grace)
        self._ready.set()
        self._table.wait_for_all_runs(_SECONDS_TO_END)
        self._publisher.shutdown(cancel_futures=True)
        self._queue.stop()

    @property
    def database_is_away(self) -> bool:
        """Whether the queue's database does not answer; it is asked every second."""
        return self._queue.is_away

    # -- requests --------------------------------------------------------------------------------------------------------

    def put(self, id: str, spec: Spec | dict[str, Any], priority: int = 0, title: str = "") -> tuple[JobRecord, bool]:
        """Accept a job: when this returns, it will be done.

        Args:
            id: of the job, chosen by the client: putting the same again gives the same job.
            spec: what to make.
            priority: higher ones begin first.
            title: of the result; made of the inputs' names where left out.

        Returns:
            The job, and whether it is new.

        Raises:
            Conflict: when there is a job of that id with another spec, or the result of one.
            Full: when too many are queued.
            Refused: when the spec is not allowed.
            Missing: when one of its files is missing.
        """
        if not ID.fullmatch(id):
            raise Refused("a job's id has up to 64 letters, digits, - and _.", "bad_id")
        if priority not in PRIORITIES:
            raise Refused(f"a priority is {PRIORITIES.start} to {PRIORITIES.stop - 1}, not {priority}.", "bad_priority")
        spec = read_spec(spec) if isinstance(spec, dict) else spec
        title = "".join(c for c in title if c.isprintable())[:255].strip() or title_of(spec)
        if id not in self._table:
            self.store.make_room(_ROOM)
        job = new_record(id, {"order": spec.to_data(), "priority": priority, "title": title})
        job = job.model_copy(update={"estimate": self.run_times.estimate(spec)})
        with self._table.exclusively(id):
            self._confirm(id)
            known = self._table.find(id)
            if known is not None:
                # The priority of a later run may have been raised.
                asked = known if known.run == 1 else known.model_copy(update={"priority": priority})
                if asked.body != job.body:
                    raise Conflict("there is a job of this id with another order: choose another id.", "id_taken")
                return self.get(id), False
            self._check_result(id, spec)
            self._check_files(spec)
            # A job of this id that was deleted may have left checkpoints, if the server was killed meanwhile.
            _clear(self._folder(id))
            self._enqueue(job)
        self._forget_old()
        return self.get(id), True

    def get(self, id: str) -> JobRecord:
        """Return a job.

        Raises:
            Missing: when there is none of that id.
        """
        return self._table.get(id)

    def list(self, state: str | None = None, limit: int = 100) -> list[JobRecord]:
        """Return jobs, the newest first.

        Args:
            state: only jobs in this state.
            limit: most jobs to return.
        """
        return self._table.list(state, limit)

    def counts(self) -> dict[str, int]:
        """Return the number of jobs in each state."""
        return self._table.counts()

    def cancel(self, id: str) -> JobRecord:
        """End a job and keep nothing of it."""
        return self._request(id, "cancel", ("queued", "running", "paused"))

    def stop(self, id: str) -> JobRecord:
        """End a job that is being painted and keep the best picture so far as its result."""
        return self._request(id, "stop", ("running",))

    def pause(self, id: str) -> JobRecord:
        """Set a job aside so that others may be painted; `resume` continues it."""
        return self._request(id, "pause", ("queued", "running"))

    def resume(self, id: str) -> JobRecord:
        """Continue a paused job."""
        return self._restart(id, ("paused",))

    def retry(self, id: str) -> JobRecord:
        """Try a job again that failed or was cancelled."""
        return self._restart(id, ("failed", "cancelled"))

    def next(self, id: str) -> JobRecord:
        """Move a queued job before all others that are queued.

        Raises:
            Conflict: when it is not queued.
        """
        job = self.get(id)
        if job.state != "queued":
            raise Conflict(f"the job is {job.state}: only one that waits can be moved.", f"job_{job.state}")
        if job.position == 0:
            return job
        highest = max(other.priority for other in self._table.list("queued", self._most_queued))
        # A run's priority cannot be changed: this one is taken out, and a new one put in.
        self.pause(id)
        return self._restart(id, ("paused",), min(PRIORITIES.stop - 1, highest + 1))

    def delete(self, id: str) -> None:
        """Forget a job that has ended; its result stays.

        Raises:
            Conflict: when it has not ended.
        """
        with self._table.exclusively(id):
            with self._table.lock:
                job = self.get(id)
                has_returned = job.state in ENDED and self._table.wait_for_run(id)
                if not has_returned:
                    raise Conflict(f"the job is {job.state}: cancel it first.", "job_not_ended")
            runs = [self._queue.run_name(id, run) for run in range(1, job.run + 1)]
            self._queue.delete(runs + self._foreign_names.get(id, []))
            self._pending.forget(id)
            with self._table.lock:
                self._table.remove(id)
                self._foreign_names.pop(id, None)
            shutil.rmtree(self._folder(id), ignore_errors=True)

    def preview(self, id: str) -> bytes | None:
        """Return the latest preview, a JPEG; None where there is none yet."""
        self.get(id)
        return Previews(self._folder(id)).read()

    # -- runs ------------------------------------------------------------------------------------------------------------

    def _perform(self, id: str, run: str, body: dict[str, Any]) -> Outcome:
        """Do one run, in a thread of its own."""
        self._ready.wait()
        known = self._table.begin(id, int(run), body)
        if known is not None:
            return known
        try:
            task = {"home": str(self.store.home), "id": id, "title": body["title"], "order": body["order"]}
            outcome = self.supervisor.run(
                task,
                self._folder(id),
                lambda: self._table.requested(id),
                lambda: self._began(id),
                lambda progress: self._table.set_progress(id, progress),
            )
            self._ended(id, outcome)
            return outcome
        except Leaving:
            raise
        except Exception as error:
            # The process could not be started, or the job's folder not be made.
            sentence = (
                redact_paths(str(error), [self.store.home])
                if isinstance(error, PinxitError)
                else f"something went wrong within pinxit ({type(error).__name__}): please report it."
            )
            outcome = {"state": "failed", "error": {"code": getattr(error, "code", "internal"), "message": sentence}}
            self._ended(id, outcome)
            return outcome
        finally:
            self._table.finish(id)
            if not self._table.has_queued:
                self.supervisor.start_warm_worker()

    def _began(self, id: str) -> None:
        job = self.get(id)
        self._table.update(id, state="running", started=job.started or now(), attempts=job.attempts + 1, error=None)

    def _ended(self, id: str, outcome: Outcome) -> None:
        if outcome.get("result"):
            with contextlib.suppress(Missing):
                result = self.store.results.load(outcome["result"])
                self.events.publish("result", result.model_dump(mode="json"))
                self._observe(result)
                done = (result.recipe or {}).get("done") if result.draft else None
                self.run_times.add(read_spec(self.get(id).order), outcome.get("startup", 0.0), result.seconds, done)
        with self._table.lock:
            self._table.set_request(id, "")
            self._table.update(
                id, state=outcome["state"], ended=None if outcome["state"] == "paused" else now(),
                error=error_of(outcome), result=outcome.get("result"),
            )  # fmt: skip
        if outcome["state"] == "succeeded":
            shutil.rmtree(self._folder(id), ignore_errors=True)

    def _request(self, id: str, request: str, states: tuple[str, ...]) -> JobRecord:
        with self._table.exclusively(id):
            with self._table.lock:
                job = self.get(id)
                if job.state == "paused":
                    self._table.wait_for_run(id)
                if job.state not in states:
                    raise Conflict(f"the job is {job.state}: there is nothing to {request}.", f"job_{job.state}")
                # The worker gets it first, even if the database is away or the disk is full.
                self._table.set_request(id, request)
                has_worker = self.supervisor.request(id, request)
                drop = not has_worker and id not in self._table.at_work
                if drop:
                    # It has not begun, or was paused.
                    self._table.leave_queue(id)
                    self._ended(id, {"state": "paused" if request == "pause" else "cancelled"})
            self._pending.add(id, job.run, request, drop=drop)
            with contextlib.suppress(JobsError):  # `_maintain` records it later
                self._pending.flush(self._queue.record_request)
        return self.get(id)

    def _restart(self, id: str, states: tuple[str, ...], priority: int | None = None) -> JobRecord:
        with self._table.exclusively(id):
            self._confirm(id)
            # A request may have ended it a moment ago.
            self._table.wait_for_run(id)
            job = self.get(id)
            if job.state not in states:
                raise Conflict(f"the job is {job.state}: there is nothing to take up again.", f"job_{job.state}")
            read_spec(job.order)
            forget_crashes(self._folder(id))
            again = {"run": job.run + 1, "state": "queued", "ended": None, "error": None}
            again |= {} if priority is None else {"priority": priority}
            self._enqueue(job.model_copy(update=again))
        return self.get(id)

    def _result_removed(self, result: Result) -> None:
        self.events.publish("removed", {"result": result.id})
        self._publish(result.id)

    def _result_restored(self, result: Result) -> None:
        self.events.publish("result", result.model_dump(mode="json"))
        self._publish(result.id)

    def _publish(self, id: str) -> None:
        """Publish a job soon, if there is one of that id and the service does not close."""
        with contextlib.suppress(RuntimeError):
            self._publisher.submit(self._table.publish, id)

    # -- the database ----------------------------------------------------------------------------------------------------

    def _enqueue(self, job: JobRecord) -> None:
        """Have the database accept a run."""
        with self._table.place_in_queue(job.id, self._most_queued):
            try:
                self._queue.put(job.id, job.run, job.body, job.priority)
            except NoRoom:
                raise
            except JobsError:
                self._unconfirmed[job.id] = job.run
                raise
        self._table.add(job)

    def _confirm(self, id: str) -> None:
        """Ask the database whether it accepted a run, if its answer was lost."""
        if id in self._unconfirmed:
            found = self._queue.runs([self._queue.run_name(id, self._unconfirmed[id])])
            with self._table.lock:
                for run in found:
                    known = self._table.find(id)
                    if id not in self._table.at_work and (known is None or known.run < self._unconfirmed[id]):
                        self._load(run)
                        self.events.publish("job", self.get(id).model_dump(mode="json"))
                self._unconfirmed.pop(id, None)

    def _maintain(self) -> None:
        """Reconcile with the database; called every second while it answers."""
        self._pending.flush(self._queue.record_request)
        for id in list(self._unconfirmed):
            with self._table.exclusively(id):
                self._confirm(id)
        if time.monotonic() >= self._look_due:
            # An answer may have been lost when a run was handed out, or when its end was recorded.
            begun = set(self._queue.pending_runs())
            with self._table.lock:
                idle = begun - {self._queue.run_name(id, self.get(id).run) for id in self._table.at_work}
            self._queue.requeue(sorted(idle & self._idle))
            self._idle = idle - self._idle
            self._look_due = time.monotonic() + _SECONDS_BETWEEN_LOOKS

    def _load(self, run: Any) -> None:
        """Take a run from the database into the table."""
        job = record_of_run(run, self._table.find(id_of(run)[0]))
        name = str(getattr(run, "workflow_id", run))
        if name != self._queue.run_name(job.id, job.run):
            self._foreign_names.setdefault(job.id, []).append(name)
        if job.state == "queued":
            job = job.model_copy(update={"estimate": self.run_times.estimate(read_spec(job.order))})
            self._table.load(job, run.created_at / 1000, requested_of(run))
        else:
            self._table.load(job, 0.0, "")

    # -- checks ----------------------------------------------------------------------------------------------------------

    def _forget_old(self) -> None:
        """Delete the oldest ended jobs when there are too many; their results stay."""
        for job in self._table.oldest_ended(MOST_REMEMBERED):
            with contextlib.suppress(JobsError):
                self.delete(job.id)

    def _known_ids(self) -> set[str]:
        """Return the ids of jobs that have left something on the disk."""
        return {folder.name for folder in self.store.jobs.iterdir()} | {result.id for result in self.store.results}

    def _check_result(self, id: str, spec: Spec) -> None:
        """Raise Conflict where a forgotten job left a result made from another spec, which would be overwritten."""
        with contextlib.suppress(Missing):
            if self.store.results.get(id).order_sha256 != fingerprint(spec):
                raise Conflict(
                    "there is a result of this id, made from another order: choose another id, or remove the result.",
                    "id_taken",
                )

    def _check_files(self, spec: Spec) -> None:
        """Raise Missing or Refused where the stored files do not fit the spec."""
        for where, entry in spec.inputs():
            if not entry.sha256:
                continue
            file = self.store.files.get(entry.sha256)
            self.store.files.touch(file.id)
            # A style may be a network.
            is_style = where.startswith("styles.") and where.count(".") == 1
            wanted = "clip" if where == "clip" else "network" if is_style and file.kind == "network" else "picture"
            moves = where == "clip" and (file.frames or 1) > 1  # an animated GIF does
            if file.kind != wanted and not moves:
                raise Refused(f"{where}: {file.name} is a {file.kind}, not a {wanted}.", "wrong_kind")
            if (file.frames or 0) > MOST_FRAMES:
                raise Refused(
                    f"{file.name} has {file.frames} frames, {MOST_FRAMES} at most are painted here.", "too_long"
                )

    def _folder(self, id: str) -> Path:
        return self.store.jobs / id


def _clear(folder: Path) -> None:
    """Remove the contents of a job's folder except the lock, which a dying worker may still hold."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink(missing_ok=True)
