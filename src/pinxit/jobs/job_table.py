"""The state of all jobs in memory: what is queued, at work or ended, and which thread may change it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pinxit.jobs.errors import Full, JobsError, Missing
from pinxit.jobs.events import EventBus
from pinxit.jobs.queue import Leaving, Outcome
from pinxit.jobs.record import ENDED, JobRecord, new_record, outcome_of
from pinxit.jobs.specs import files_of

# s: how long a thread waits for another one that changes the same job; it may be waiting for the database.
SECONDS_FOR_OTHERS = 10.0


class JobTable:
    """All jobs that the server knows.

    The database is never asked while the lock is held. `exclusively` reserves one job for a thread that asks it.

    Args:
        events: where changes are published.
        has_result: whether there still is a result of an id; a job whose result is gone has none. Must not wait.

    Attributes:
        lock: guards the table.
        change: notified when a job is no longer reserved or at work.
    """

    def __init__(self, events: EventBus, has_result: Callable[[str], bool]) -> None:
        self._events, self._has_result = events, has_result
        self.lock = threading.RLock()
        self.change = threading.Condition(self.lock)
        self._jobs: dict[str, JobRecord] = {}
        # By job: what decides its place in the queue.
        self._queued: dict[str, tuple[int, float]] = {}
        self._requests: dict[str, str] = {}
        self._at_work: set[str] = set()
        self._reserved: set[str] = set()
        # Jobs that the database is about to accept.
        self._coming: set[str] = set()

    # -- reading ---------------------------------------------------------------------------------------------------------

    def __contains__(self, id: str) -> bool:
        return id in self._jobs

    def get(self, id: str) -> JobRecord:
        """Return a job, with its position in the queue, and its result if that still exists.

        Raises:
            Missing: when there is none of that id.
        """
        with self.lock:
            if id not in self._jobs:
                raise Missing("there is no such job.", "job_not_found")
            job = self._jobs[id]
            if job.result and not self._has_result(job.result):
                job = job.model_copy(update={"result": None})
            if id not in self._queued:
                return job
            place = self._queued[id]
            return job.model_copy(update={"position": sum(other < place for other in self._queued.values())})

    def find(self, id: str) -> JobRecord | None:
        """Return a job as its last run left it; None when there is none of that id."""
        return self._jobs.get(id)

    def list(self, state: str | None = None, limit: int = 100) -> list[JobRecord]:
        """Return jobs, the newest first.

        Args:
            state: only jobs in this state.
            limit: most jobs to return.
        """
        with self.lock:
            found = [id for id, job in self._jobs.items() if state is None or job.state == state]
            newest = sorted(found, key=lambda id: (self._jobs[id].created, id), reverse=True)
            return [self.get(id) for id in newest[: max(0, limit)]]

    def counts(self) -> dict[str, int]:
        """Return the number of jobs in each state."""
        # Without the lock, so that monitoring never waits: copying a table is one step.
        return dict(Counter(job.state for job in list(self._jobs.values())))

    def files_in_use(self) -> set[str]:
        """Return the SHA-256 of all files that jobs may still need."""
        # Without the lock: its holder may be waiting for the store, which asks for this. Copying a table is one step.
        open_jobs = [job for job in list(self._jobs.values()) if job.state != "succeeded"]
        return {sha256 for job in open_jobs for sha256 in files_of(job.order)}

    def oldest_ended(self, most: int) -> Sequence[JobRecord]:
        """Return the ended jobs to forget, the oldest first, so that at most `most` jobs are left."""
        with self.lock:
            surplus = max(0, len(self._jobs) - most)
            ended = [job for job in self._jobs.values() if job.state in ENDED and job.id not in self._at_work]
            return sorted(ended, key=lambda one: one.ended or "")[:surplus]

    @property
    def has_queued(self) -> bool:
        """Whether any job is queued."""
        return bool(self._queued)

    def requested(self, id: str) -> str:
        """Return the current request for a job: `cancel`, `stop`, `pause`, or empty."""
        return self._requests.get(id, "")

    @property
    def at_work(self) -> set[str]:
        """The ids of jobs whose runs have begun and not returned."""
        return set(self._at_work)

    # -- changing --------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def exclusively(self, id: str) -> Iterator[None]:
        """Reserve a job for this thread.

        Raises:
            JobsError: when another thread keeps it reserved.
        """
        with self.lock:
            if not self.change.wait_for(lambda: id not in self._reserved, timeout=SECONDS_FOR_OTHERS):
                raise JobsError("this job is just being changed: try again in a moment.", "database_unavailable")
            self._reserved.add(id)
        try:
            yield
        finally:
            with self.lock:
                self._reserved.discard(id)
                self.change.notify_all()

    @contextlib.contextmanager
    def place_in_queue(self, id: str, most: int) -> Iterator[None]:
        """Hold a place in the queue for a job that the database is about to accept.

        Args:
            id: the job.
            most: how many jobs may be queued.

        Raises:
            Full: when that many are.
        """
        with self.lock:
            if len(self._queued) + len(self._coming) >= most:
                raise Full(f"{len(self._queued)} jobs are waiting: try again later.", retry_after=60)
            self._coming.add(id)
        try:
            yield
        finally:
            with self.lock:
                self._coming.discard(id)

    def add(self, job: JobRecord) -> None:
        """Add a queued job, or a new run of a known one."""
        with self.lock:
            self._jobs[job.id] = job
            self._queued[job.id] = (-job.priority, time.time())
            self.publish(job.id)

    def load(self, job: JobRecord, queued_at: float, request: str) -> None:
        """Add a job as the database knows it.

        Args:
            job: its state.
            queued_at: when it was queued, s since 1970; used while it is queued.
            request: recorded with it; used while it is queued.
        """
        with self.lock:
            self._jobs[job.id] = job
            self._queued.pop(job.id, None)
            self._requests.pop(job.id, None)
            if job.state == "queued":
                self._queued[job.id] = (-job.priority, queued_at)
                if request:
                    self._requests[job.id] = request

    def update(self, id: str, **changes: Any) -> None:
        """Change fields of a job and publish it."""
        with self.lock:
            self._jobs[id] = self._jobs[id].model_copy(update=changes)
            self.publish(id)

    def set_progress(self, id: str, progress: dict[str, Any]) -> None:
        """Store a job's progress and publish it."""
        with self.lock:
            self._jobs[id] = self._jobs[id].model_copy(update={"progress": progress})
        self._events.publish("progress", {"job": id, **progress})

    def set_request(self, id: str, request: str) -> None:
        """Store the current request for a job; an empty one removes it."""
        with self.lock:
            if request:
                self._requests[id] = request
            else:
                self._requests.pop(id, None)

    def leave_queue(self, id: str) -> None:
        """Note that a job is no longer queued."""
        with self.lock:
            self._queued.pop(id, None)

    def remove(self, id: str) -> None:
        """Forget a job."""
        with self.lock:
            del self._jobs[id]
            self._requests.pop(id, None)

    # -- runs ------------------------------------------------------------------------------------------------------------

    def begin(self, id: str, run: int, body: dict[str, Any]) -> Outcome | None:
        """Note that a run begins.

        Args:
            id: the job.
            run: the run's number.
            body: the request, for a job that this server does not know yet.

        Returns:
            None if the run is to be painted, else its outcome.

        Raises:
            Leaving: when the job counts as running: the server that painted it has not recorded how it ended.
        """
        with self.lock:
            # The thread that put the job may not know yet that it was accepted; and DBOS may have handed it out twice.
            self.change.wait_for(lambda: id not in self._reserved, timeout=SECONDS_FOR_OTHERS)
            self.change.wait_for(lambda: id not in self._at_work)
            job = self._jobs.get(id)
            if job is None or job.run < run:
                # The database accepted it without an answer, so it is not in the table yet.
                job = self._jobs[id] = new_record(id, body, run)
            if job.run > run:
                return {"state": "paused"}  # this run was paused, and the job has been resumed in another one
            if job.state == "running":
                raise Leaving
            if job.state != "queued":
                # A request ended it as its turn came, it cannot be read, or its end was not recorded.
                return outcome_of(job)
            self._at_work.add(id)
            self._queued.pop(id, None)
            return None

    def finish(self, id: str) -> None:
        """Note that a run has returned."""
        with self.lock:
            self._at_work.discard(id)
            self.change.notify_all()

    def wait_for_run(self, id: str) -> bool:
        """Wait for a job's run to return; return whether it has."""
        with self.lock:
            return self.change.wait_for(lambda: id not in self._at_work, timeout=SECONDS_FOR_OTHERS)

    def wait_for_all_runs(self, seconds: float) -> None:
        """Wait for all runs to return, for so long at most."""
        with self.lock:
            self.change.wait_for(lambda: not self._at_work, timeout=seconds)

    def publish(self, id: str) -> None:
        """Publish a job, if it is known."""
        with contextlib.suppress(Missing):
            self._events.publish("job", self.get(id).model_dump(mode="json"))
