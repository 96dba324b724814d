"""The scheduler of a cluster's workers: which worker does which task.

Ray places workers where there is room, sends them their files, and reports when one has died. Ray could also repeat a failed
call to an actor, but it counts a call as failed twice within the seconds in which it finds out that the node is gone. So the
scheduler itself gives a task whose worker died to another worker.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pinxit.cluster import files
from pinxit.cluster.actor import RayWorker
from pinxit.cluster.resources import Resources
from pinxit.cluster.tasks import ClusterTask, Outcome, TaskProgress, Workload
from pinxit.errors import PinxitError
from pinxit.version import __version__

TRIES = 3  # a task whose worker died this often is taken for the cause, and fails
_MAX_FAILED_STARTS = 10  # per worker that there is room for: after so many starts that failed in a row, all would fail
_SECONDS_BETWEEN_POLLS = 1.0
_SECONDS_BETWEEN_NODE_COUNTS = 5.0
_MAX_POLLED = 32  # workers asked for their progress at each poll; of a thousand workers, these are enough


@dataclass(frozen=True)
class SchedulerProgress:
    """What happened since the last report.

    Attributes:
        outcomes: outcomes of the tasks that ended.
        notes: further events that a user should know.
        share: share of all work that is done, range [0, 1].
        workers: number of workers that do a task now.
        facts: a line on one of the tasks that are being done.
        seconds: time since the start, s.
    """

    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...]
    share: float
    workers: int
    facts: str
    seconds: float

    @property
    def seconds_left(self) -> float:
        """The estimated remaining time, s."""
        return self.seconds / self.share * (1 - self.share) if self.share > 0 else math.inf


@dataclass
class _Worker:
    """A worker, its task, and its node."""

    actor: Any
    task: Any = None
    node: str = ""
    host: str = ""
    progress: TaskProgress = field(default_factory=lambda: TaskProgress(0.0))
    progress_reference: Any = None


class Scheduler:
    """A scheduler on the cluster that `connection.connected` has connected to.

    Args:
        workload: what the tasks have in common.
        resources: what each worker needs.
    """

    def __init__(self, workload: Workload, resources: Resources) -> None:
        import ray

        self._ray: Any = ray
        self._workload, self._resources = workload, resources
        self._workers: dict[Any, _Worker] = {}  # by the reference of the call that each is busy with
        self._waiting: deque[Any] = deque()
        self._tries: Counter[str] = Counter()
        self._failed_starts = 0
        self._excluded_nodes: dict[str, str] = {}
        self._notes: list[str] = []
        self._input_files: Any = None
        self._counted_at, self._capacity, self._next_polled = 0.0, 0, 0

    def run(self, tasks: Sequence[ClusterTask]) -> Iterator[SchedulerProgress]:
        """Do all tasks, in any order, and report about once a second.

        Closing the iterator kills the workers: tasks in progress are lost, results that are written stay.

        Raises:
            PinxitError: when no node can take a worker.
        """
        self._waiting = deque(tasks)
        self._input_files = self._ray.put({name: files.read(name) for name in self._workload.input_files})
        total, done, start = len(tasks), 0, time.monotonic()
        try:
            while self._waiting or self._busy():
                self._start_workers()
                outcomes = self._collect_outcomes()
                done += len(outcomes)
                busy = self._busy()
                share = (done + sum(worker.progress.share for worker in busy)) / total
                facts = f"{busy[0].task.name} {busy[0].progress.facts}" if busy else "waits for workers"
                notes, self._notes = tuple(self._notes), []
                yield SchedulerProgress(tuple(outcomes), notes, share, len(busy), facts, time.monotonic() - start)
        finally:
            for worker in self._workers.values():
                self._kill(worker)
            self._workers.clear()

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers.values() if worker.task is not None]

    def _start_workers(self) -> None:
        """Start as many workers as there are tasks and room for."""
        now = time.monotonic()
        if now - self._counted_at > _SECONDS_BETWEEN_NODE_COUNTS:
            self._counted_at, self._capacity = now, self._count_capacity()
        busy = len(self._busy())
        while len(self._workers) < min(self._capacity, busy + len(self._waiting)):
            options: dict[str, Any] = {
                "num_cpus": self._resources.cpus,
                "memory": self._resources.memory,
                # One thread paints, the other reports the progress.
                "max_concurrency": 2,
            }
            if self._resources.gpus:
                options["num_gpus"] = self._resources.gpus
            if self._excluded_nodes:
                options["label_selector"] = {"ray.io/node-id": f"!in({','.join(self._excluded_nodes)})"}
            actor_class: Any = self._ray.remote(**options)(RayWorker)
            actor = actor_class.remote(self._workload, self._input_files, self._resources, __version__)
            self._workers[actor.ready.remote()] = _Worker(actor)

    def _count_capacity(self) -> int:
        """Return how many workers there is room for on the nodes that are alive."""
        nodes = [node for node in self._ray.nodes() if node["Alive"]]
        usable = [node for node in nodes if node["NodeID"] not in self._excluded_nodes]
        capacity = sum(self._resources.fit(node["Resources"]) for node in usable)
        if not capacity and not self._workers:
            if self._excluded_nodes:
                raise PinxitError(f"no node is left to paint on: {'; '.join(self._excluded_nodes.values())}.")
            raise PinxitError(
                f"no node of the cluster has room for a worker, which needs {self._resources}: "
                "add a larger node, or lower --cpus, --gpus, --memory or --size."
            )
        return capacity

    def _collect_outcomes(self) -> list[Outcome]:
        """Wait a moment for calls that end, and give each free worker its next task."""
        ready, _ = self._ray.wait(list(self._workers), num_returns=1, timeout=_SECONDS_BETWEEN_POLLS)
        if ready:  # and all other calls that have ended by now
            ready, _ = self._ray.wait(list(self._workers), num_returns=len(self._workers), timeout=0)
        outcomes = [outcome for reference in ready if (outcome := self._take_answer(reference)) is not None]
        self._poll_progress()
        return outcomes

    def _take_answer(self, reference: Any) -> Outcome | None:
        worker = self._workers.pop(reference)
        task = worker.task
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            self._kill(worker)
            return self._handle_death(worker, error)
        if task is None:
            self._failed_starts = 0
            worker.node, worker.host, trouble = answer
            if trouble:
                self._exclude_node(worker, trouble)
                return None
        elif answer.state == "node_failed":
            self._exclude_node(worker, answer.error)
            return self._retry(task, f"every node it was tried on fails ({answer.error}).")
        worker.task = self._waiting.popleft() if self._waiting else None
        if worker.task is None:
            self._kill(worker)
        else:
            worker.progress, worker.progress_reference = TaskProgress(0.0), None
            self._workers[worker.actor.paint.remote(worker.task)] = worker
        return answer if task is not None else None

    def _handle_death(self, worker: _Worker, error: Exception) -> Outcome | None:
        self._counted_at = 0.0  # its node may be gone, too
        if worker.task is None:
            self._failed_starts += 1
            if self._failed_starts > _MAX_FAILED_STARTS * max(1, self._capacity):
                raise PinxitError(f"workers die before they have begun ({_first_line(error)}): see `ray logs`.")
            return None
        return self._retry(worker.task, f"its worker died {TRIES} times, perhaps for lack of memory: see `ray logs`.")

    def _retry(self, task: Any, error: str) -> Outcome | None:
        """Give a task to another worker, or return its failure after the last try."""
        self._tries[task.name] += 1
        if self._tries[task.name] >= TRIES:
            return Outcome(task.name, "failed", error)
        self._waiting.appendleft(task)
        return None

    def _exclude_node(self, worker: _Worker, trouble: str) -> None:
        """Place no more workers on a worker's node, where one task after another would fail."""
        self._kill(worker)
        self._counted_at = 0.0
        if worker.node not in self._excluded_nodes:
            self._excluded_nodes[worker.node] = f"{worker.host}: {trouble}"
            self._notes.append(f"leaves out the node {worker.host}: {trouble}.")

    def _poll_progress(self) -> None:
        """Ask workers for their progress, in turns, and take the answers that have come."""
        busy = self._busy()
        self._next_polled = (self._next_polled + _MAX_POLLED) % max(len(busy), 1)
        for worker in (busy[self._next_polled :] + busy[: self._next_polled])[:_MAX_POLLED]:
            if worker.progress_reference is not None:
                if not self._ray.wait([worker.progress_reference], timeout=0)[0]:
                    continue
                # The call of its task reports a dead worker.
                with contextlib.suppress(self._ray.exceptions.RayError):
                    worker.progress = self._ray.get(worker.progress_reference)
            worker.progress_reference = worker.actor.progress.remote()

    def _kill(self, worker: _Worker) -> None:
        # At once, in the middle of its task: an unfinished task has written nothing.
        with contextlib.suppress(Exception):
            self._ray.kill(worker.actor)


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
