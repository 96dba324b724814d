"""Supervise worker processes: one for each run, restarted after a crash, and one warm worker in reserve."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import JobsError
from pinxit.jobs.queue import Leaving, Outcome
from pinxit.jobs.worker_process import RayPlacement, WorkerExit, WorkerProcess

# A job fails when its worker has crashed this often without getting further.
MOST_CRASHES = 3
_CRASHES = "crashes"


class WorkerSupervisor:
    """All worker processes of a server.

    Args:
        home: the store's folder.
        threads: how many threads each may compute with.
        seconds_silent: how long each may be silent before it counts as hung, s.
        placement: where on a cluster they run; on this machine where None.
        keep_warm: keep a warm worker ready while none is at work, so that the next job need not wait for one to load.
    """

    def __init__(
        self, home: Path, threads: int, seconds_silent: float, placement: RayPlacement | None, *, keep_warm: bool
    ) -> None:
        self._home, self._threads, self._silent = home, threads, seconds_silent
        self._placement, self._keep_warm = placement, keep_warm
        self._lock = threading.RLock()
        self._change = threading.Condition(self._lock)
        self.workers: dict[str, WorkerProcess] = {}
        self.warm_worker: WorkerProcess | None = None
        self._leaving = False

    def run(
        self,
        task: dict[str, Any],
        folder: Path,
        requested: Callable[[], str],
        on_start: Callable[[], object],
        on_progress: Callable[[dict[str, Any]], object],
    ) -> Outcome:
        """Paint a job, with as many workers as that takes.

        Args:
            task: a `pinxit.jobs.protocol.Task` as JSON data.
            folder: the job's own.
            requested: returns the current request for the job; empty where there is none.
            on_start: called for each worker that starts.
            on_progress: called with the facts of each line of progress.

        Raises:
            Leaving: when the server stops before the job has ended.
        """
        id = task["id"]
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            with self._lock:
                if self._leaving:
                    raise Leaving
                request = requested()
                if request in ("cancel", "pause"):
                    return _unpainted(request)
                worker = self.workers[id] = self._take()
                worker.assign(task)
                if request:
                    worker.request(request)
            on_start()
            reached = -1.0

            def follow(progress: dict[str, Any]) -> None:
                nonlocal reached
                reached = max(reached, float(progress["frame"] or sum(progress["done"]) or 0))
                on_progress(progress)

            worker_exit = worker.wait(follow)
            with self._lock:
                del self.workers[id]
                self._change.notify_all()
                if self._leaving and (worker_exit.facts is None or worker_exit.facts["state"] == "left"):
                    raise Leaving
            if worker_exit.facts is not None:
                return worker_exit.facts
            if requested():  # it was killed because it did not end in time
                return _unpainted(requested())
            failure = _count_crash(folder, reached, worker_exit)
            if failure is not None:
                return failure

    def request(self, id: str, request: str) -> bool:
        """Send a request to a job's worker; return whether the job has one."""
        with self._lock:
            if id in self.workers:
                self.workers[id].request(request)
            return id in self.workers

    def start_warm_worker(self) -> None:
        """Start a warm worker, if one is to be kept and no worker is at work."""
        with self._lock, contextlib.suppress(JobsError, OSError):
            if self._keep_warm and self.warm_worker is None and not self._leaving and not self.workers:
                self.warm_worker = self._new()
                self.warm_worker.warm_up()

    def start(self) -> None:
        """Accept work again after `leave`."""
        self._leaving = False

    def leave(self, grace: float) -> None:
        """Have all workers save checkpoints, and kill those that have not ended after `grace` seconds."""
        with self._lock:
            self._leaving = True
            if self.warm_worker is not None:
                self.warm_worker.discard()
                self.warm_worker = None
            for worker in self.workers.values():
                worker.request("leave")
            self._change.wait_for(lambda: not self.workers, timeout=grace)
            for worker in self.workers.values():
                worker.kill()

    def _take(self) -> WorkerProcess:
        """Return the warm worker, or start one."""
        warm, self.warm_worker = self.warm_worker, None
        if warm is not None:
            if warm.is_alive:
                return warm
            warm.discard()
        return self._new()

    def _new(self) -> WorkerProcess:
        return WorkerProcess(self._home, self._threads, self._silent, self._placement)


def forget_crashes(folder: Path) -> None:
    """Count a job's crashes from zero again, for a retry."""
    with contextlib.suppress(OSError):
        (folder / _CRASHES).unlink()


def _unpainted(request: str) -> Outcome:
    return {"state": "paused" if request == "pause" else "cancelled"}


def _count_crash(folder: Path, reached: float, worker_exit: WorkerExit) -> Outcome | None:
    """Count a worker that ended without a last line; return the job's failure if there were too many."""
    before = read_json(folder / _CRASHES) or {"count": 0, "reached": -1.0}
    # A worker that makes progress between crashes is not counted out: such a job comes to its end.
    count = 1 if reached > before["reached"] else before["count"] + 1
    with contextlib.suppress(JobsError):
        write_json(folder / _CRASHES, {"count": count, "reached": max(reached, before["reached"])})
    if count < MOST_CRASHES:
        return None
    if worker_exit.hung:
        error = {"code": "hung", "message": "the work stood still too long and was ended: choose a smaller size."}
    else:
        error = {
            "code": "worker_lost",
            "message": f"the process that painted it crashed {count} times, perhaps for lack of memory: "
            "choose a smaller size.",
        }
    return {"state": "failed", "error": error}
