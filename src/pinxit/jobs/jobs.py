"""Jobs: orders that were accepted, and what becomes of them."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinxit.errors import PinxitError
from pinxit.jobs.engine import PRIORITIES, Engine, Leaving, Outcome
from pinxit.jobs.errors import Conflict, Full, JobsError, Missing, NoRoom, Refused
from pinxit.jobs.events import Events, Subscription
from pinxit.jobs.orders import Order, files_of, fingerprint, read_order, title_of
from pinxit.jobs.owed import Owed
from pinxit.jobs.painter import SECONDS_SILENT, Seat
from pinxit.jobs.places import without_places
from pinxit.jobs.record import (
    ENDED,
    Job,
    State,
    accepted,
    error_of,
    id_of,
    now,
    outcome_of,
    remembered,
    wish_of,
)
from pinxit.jobs.staff import Staff, forget_crashes
from pinxit.jobs.store import Store
from pinxit.jobs.worker import LOCK

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
MOST_QUEUED, MOST_REMEMBERED = 500, 2000
MOST_FRAMES = 20_000
# Room for what a job makes, before it is known how much that is.
_ROOM = 64 << 20
# How many jobs a cluster is given at once where nobody says; those that it has no room for wait there.
_ON_CLUSTER = 8
# Whoever else changes a job waits for the database no longer than that.
_SECONDS_FOR_OTHERS = 10.0
# Threads that have just lost their worker end at once.
_SECONDS_TO_END = 2.0
# Runs that count as begun and that nobody is at are looked for so often; seen twice, they are put back into the queue.
_SECONDS_BETWEEN_LOOKS = 5.0

__all__ = ["ENDED", "MOST_QUEUED", "Job", "Jobs", "State"]


class Jobs:
    """All jobs.

    Args:
        store: files and results.
        database: `postgresql://…`; an SQLite file in the store's folder where left out.
        at_once: how many are painted at the same time.
        most_queued: how many may wait.
        seconds_silent: how long a worker may say nothing before it counts as hung.
        spare: have a worker ready where none is at work, so that nobody waits for one to load.
        seat: where jobs are painted, if not on this machine.
    """

    def __init__(
        self,
        store: Store,
        database: str | None = None,
        at_once: int | None = None,
        most_queued: int = MOST_QUEUED,
        seconds_silent: float = SECONDS_SILENT,
        spare: bool = True,
        seat: Seat | None = None,
    ) -> None:
        cores = os.cpu_count() or 1
        self.at_once = at_once or (_ON_CLUSTER if seat else max(1, cores // 4))
        self.store, self.events, self._most_queued = store, Events(), most_queued
        self._engine = Engine(database or store.home / "queue.sqlite", self.at_once, self._perform)
        self.staff = Staff(store.home, max(1, cores // self.at_once), seconds_silent, seat, spare=spare)
        self._lock = threading.RLock()
        self._change = threading.Condition(self._lock)
        self._ready = threading.Event()
        self._jobs: dict[str, Job] = {}
        self._queued: dict[str, tuple[int, float]] = {}
        self._wishes: dict[str, str] = {}
        self._at_work: set[str] = set()
        # The database is never asked while the lock is held: of a job about which it is being asked nothing else changes.
        self._changing: set[str] = set()
        self._coming: set[str] = set()
        self._owed = Owed(store.home / "owed.json")
        # Runs of which the database did not say whether it has them.
        self._unsure: dict[str, int] = {}
        self._strange: dict[str, list[str]] = {}
        self._idle: set[str] = set()
        self._look_due = 0.0
        store.in_use = self._in_use
        store.removed = lambda result: self.events.tell("removed", {"result": result.id})

    # -- life ------------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take up what was accepted before.

        Raises:
            PinxitError: when the queue's database cannot be used.
        """
        self.staff.start()
        self._engine.check()
        name = self.store.name or self._engine.name_of(self._known_ids()) or ""
        self._engine.start(self.store.call(name))
        try:
            self._owed.pay(self._engine.wish)
            runs = self._engine.runs()
        except BaseException:
            self._engine.stop()
            raise
        with self._lock:
            for run in runs:
                self._remember(run)
            for folder in self.store.jobs.iterdir():
                if folder.name not in self._jobs or self._jobs[folder.name].state == "succeeded":
                    shutil.rmtree(folder, ignore_errors=True)
            if not self._queued:
                self.staff.get_spare_ready()
        self._ready.set()
        self._engine.watch(self._tend)

    def leave(self, grace: float) -> None:
        """Take up no more, and let workers save what they take to go on, for so many seconds."""
        self._engine.hurry()
        self.staff.leave(grace)

    def close(self, grace: float = 30.0) -> None:
        """Leave, and end; the next start takes all up again."""
        self.leave(grace)
        self._ready.set()
        with self._lock:
            self._change.wait_for(lambda: not self._at_work, timeout=_SECONDS_TO_END)
        self._engine.stop()

    @property
    def database_is_away(self) -> bool:
        """Whether the queue's database does not answer; it is asked every second."""
        return self._engine.is_away

    # -- what may be asked -----------------------------------------------------------------------------------------------

    def put(self, id: str, order: Order | dict[str, Any], priority: int = 0, title: str = "") -> tuple[Job, bool]:
        """Accept an order; when this returns, it is going to be done.

        Args:
            id: of the job, chosen by whoever asks: the same again is the same job.
            order: what is to be made.
            priority: higher ones begin first.
            title: the result's; made of the pictures' names where left out.

        Returns:
            The job, and whether it is new.

        Raises:
            Conflict: when there is a job of that id with another order, or the result of one.
            Full: when too many are waiting.
            Refused: for an order that is not allowed; Missing: when a file of it is not there.
        """
        if not _ID.fullmatch(id):
            raise Refused("a job's id has up to 64 letters, digits, - and _.", "bad_id")
        if priority not in PRIORITIES:
            raise Refused(f"a priority is {PRIORITIES.start} to {PRIORITIES.stop - 1}, not {priority}.", "bad_priority")
        order = read_order(order) if isinstance(order, dict) else order
        title = "".join(c for c in title if c.isprintable())[:255].strip() or title_of(order)
        if id not in self._jobs:
            self.store.make_room(_ROOM)
        job = accepted(id, {"order": order.to_data(), "priority": priority, "title": title})
        with self._alone(id):
            self._make_sure(id)
            with self._lock:
                if id in self._jobs:
                    if self._jobs[id].body != job.body:
                        raise Conflict("there is a job of this id with another order: choose another id.", "id_taken")
                    return self.get(id), False
            self._check_result(id, order)
            self._check(order)
            # A job of this id that was deleted may have left something to go on from, if the server was killed meanwhile.
            _clear(self._folder(id))
            self._enqueue(job)
        self._forget_old()
        return self.get(id), True

    def get(self, id: str) -> Job:
        """A job; Missing when there is none."""
        with self._lock:
            if id not in self._jobs:
                raise Missing("there is no such job.", "job_not_found")
            job = self._jobs[id]
            if id not in self._queued:
                return job
            place = self._queued[id]
            return job.model_copy(update={"position": sum(other < place for other in self._queued.values())})

    def list(self, state: str | None = None, limit: int = 100) -> list[Job]:
        """Jobs, the newest first."""
        with self._lock:
            found = [id for id, job in self._jobs.items() if state is None or job.state == state]
            newest = sorted(found, key=lambda id: (self._jobs[id].created, id), reverse=True)
            return [self.get(id) for id in newest[: max(0, limit)]]

    def counts(self) -> dict[str, int]:
        """How many are in each state."""
        # Without the lock, for whoever watches over the server: copying a table is one step.
        return dict(Counter(job.state for job in list(self._jobs.values())))

    def cancel(self, id: str) -> Job:
        """End it; of one that was being painted the best so far becomes a draft."""
        return self._wish(id, "cancel", ("queued", "running", "paused"))

    def stop(self, id: str) -> Job:
        """End one that is being painted and keep what there is as its result."""
        return self._wish(id, "stop", ("running",))

    def pause(self, id: str) -> Job:
        """Put it aside, so that others may be painted; `resume` goes on from there."""
        return self._wish(id, "pause", ("queued", "running"))

    def resume(self, id: str) -> Job:
        """Go on with one that was paused."""
        return self._again(id, ("paused",))

    def retry(self, id: str) -> Job:
        """Try one again that failed or was cancelled."""
        return self._again(id, ("failed", "cancelled"))

    def delete(self, id: str) -> None:
        """Forget one that has ended; its result stays."""
        with self._alone(id):
            with self._lock:
                job = self.get(id)
                if job.state in ENDED:  # what has just ended is about to be left alone
                    self._change.wait_for(lambda: id not in self._at_work, timeout=_SECONDS_FOR_OTHERS)
                if job.state not in ENDED or id in self._at_work:
                    raise Conflict(f"the job is {job.state}: cancel it first.", "job_not_ended")
            runs = [self._engine.called(id, run) for run in range(1, job.run + 1)]
            self._engine.delete(runs + self._strange.get(id, []))
            self._owed.forget(id)
            with self._lock:
                del self._jobs[id]
                self._wishes.pop(id, None)
                self._strange.pop(id, None)
            shutil.rmtree(self._folder(id), ignore_errors=True)

    def preview(self, id: str) -> bytes | None:
        """The latest preview, a JPEG."""
        self.get(id)
        try:
            return (self._folder(id) / "preview.jpg").read_bytes()
        except OSError:
            return None

    def subscribe(self) -> Subscription:
        """See `Events.subscribe`."""
        return self.events.subscribe()

    # -- what becomes of them --------------------------------------------------------------------------------------------

    def _perform(self, id: str, run: str, body: dict[str, Any]) -> Outcome:
        """One run, in a thread of its own."""
        self._ready.wait()
        with self._lock:
            # Whoever put it may not have heard yet that it is accepted; and it may have been handed out twice.
            self._change.wait_for(lambda: id not in self._changing, timeout=_SECONDS_FOR_OTHERS)
            self._change.wait_for(lambda: id not in self._at_work)
            job = self._jobs.get(id)
            if job is None or job.run < int(run):
                # Of one that was accepted by a database that did not say so, nobody has heard yet.
                job = self._jobs[id] = accepted(id, body, int(run))
            if job.run > int(run):
                return {"state": "paused"}  # it had been put aside, and is taken up again
            if job.state == "running":
                raise Leaving
            if job.state != "queued":
                # It was told to end at the very moment when its turn came, cannot be read, or ended without being recorded.
                return outcome_of(job)
            self._at_work.add(id)
            self._queued.pop(id, None)
        try:
            task = {"home": str(self.store.home), "id": id, "title": body["title"], "order": body["order"]}
            outcome = self.staff.paint(
                task,
                self._folder(id),
                lambda: self._wishes.get(id, ""),
                lambda: self._began(id),
                lambda progress: self._progressed(id, progress),
            )
            self._ended(id, outcome)
            return outcome
        except Leaving:
            raise
        except Exception as error:
            # No process could be started, or its folder not be made.
            sentence = (
                without_places(str(error), [self.store.home])
                if isinstance(error, PinxitError)
                else f"something went wrong within pinxit ({type(error).__name__}): please report it."
            )
            outcome = {"state": "failed", "error": {"code": getattr(error, "code", "internal"), "message": sentence}}
            self._ended(id, outcome)
            return outcome
        finally:
            with self._lock:
                self._at_work.discard(id)
                self._change.notify_all()
                idle = not self._queued
            if idle:
                self.staff.get_spare_ready()

    def _began(self, id: str) -> None:
        job = self._jobs[id]
        self._set(id, state="running", started=job.started or now(), attempts=job.attempts + 1, error=None)

    def _progressed(self, id: str, progress: dict[str, Any]) -> None:
        with self._lock:
            self._jobs[id] = self._jobs[id].model_copy(update={"progress": progress})
        self.events.tell("progress", {"job": id, **progress})

    def _ended(self, id: str, outcome: Outcome) -> None:
        if outcome.get("result"):
            with contextlib.suppress(Missing):
                result = self.store.results.take_up(outcome["result"])
                self.events.tell("result", result.model_dump(mode="json"))
        with self._lock:
            self._wishes.pop(id, None)
            self._set(
                id, state=outcome["state"], ended=None if outcome["state"] == "paused" else now(),
                error=error_of(outcome), result=outcome.get("result"),
            )  # fmt: skip
        if outcome["state"] == "succeeded":
            shutil.rmtree(self._folder(id), ignore_errors=True)

    def _wish(self, id: str, wish: str, states: tuple[str, ...]) -> Job:
        with self._alone(id):
            with self._lock:
                job = self.get(id)
                if job.state == "paused":
                    self._change.wait_for(lambda: id not in self._at_work, timeout=_SECONDS_FOR_OTHERS)
                if job.state not in states:
                    raise Conflict(f"the job is {job.state}: there is nothing to {wish}.", f"job_{job.state}")
                # The worker hears it first, whatever the database and the disk say to it.
                self._wishes[id] = wish
                waits = not self.staff.tell(id, wish) and id not in self._at_work
                if waits:
                    # It has not begun, or was put aside.
                    self._queued.pop(id, None)
                    self._ended(id, {"state": "paused" if wish == "pause" else "cancelled"})
            self._owed.add(id, job.run, wish, drop=waits)
            with contextlib.suppress(JobsError):  # it is noted as soon as that can be
                self._owed.pay(self._engine.wish)
        return self.get(id)

    def _again(self, id: str, states: tuple[str, ...]) -> Job:
        with self._alone(id):
            self._make_sure(id)
            with self._lock:
                # What was just told to end may be about to.
                self._change.wait_for(lambda: id not in self._at_work, timeout=_SECONDS_FOR_OTHERS)
                job = self.get(id)
            if job.state not in states:
                raise Conflict(f"the job is {job.state}: there is nothing to take up again.", f"job_{job.state}")
            read_order(job.order)
            forget_crashes(self._folder(id))
            self._enqueue(job.model_copy(update={"run": job.run + 1, "state": "queued", "ended": None, "error": None}))
        return self.get(id)

    def _enqueue(self, job: Job) -> None:
        """Have the database accept a run."""
        with self._lock:
            self._check_room_in_queue()
            self._coming.add(job.id)
        try:
            self._engine.put(job.id, job.run, job.body, job.priority)
        except NoRoom:
            raise
        except JobsError:
            self._unsure[job.id] = job.run
            raise
        finally:
            with self._lock:
                self._coming.discard(job.id)
        with self._lock:
            self._jobs[job.id] = job
            self._queued[job.id] = (-job.priority, time.time())
            self.events.tell("job", self.get(job.id).model_dump(mode="json"))

    def _make_sure(self, id: str) -> None:
        """Hear whether the database has accepted a run of which it did not say so."""
        if id in self._unsure:
            found = self._engine.runs([self._engine.called(id, self._unsure[id])])
            with self._lock:
                for run in found:
                    if id not in self._at_work and (id not in self._jobs or self._jobs[id].run < self._unsure[id]):
                        self._remember(run)
                        self.events.tell("job", self.get(id).model_dump(mode="json"))
                self._unsure.pop(id, None)

    def _tend(self) -> None:
        """What is done every second while the database is there."""
        self._owed.pay(self._engine.wish)
        for id in list(self._unsure):
            with self._alone(id):
                self._make_sure(id)
        if time.monotonic() >= self._look_due:
            # The queue may have handed out a run without hearing of it, or not have heard how one ended.
            begun = set(self._engine.begun())
            with self._lock:
                idle = begun - {self._engine.called(id, self._jobs[id].run) for id in self._at_work}
            self._engine.again(sorted(idle & self._idle))
            self._idle = idle - self._idle
            self._look_due = time.monotonic() + _SECONDS_BETWEEN_LOOKS

    @contextlib.contextmanager
    def _alone(self, id: str) -> Iterator[None]:
        """Change a job while nobody else does."""
        with self._lock:
            if not self._change.wait_for(lambda: id not in self._changing, timeout=_SECONDS_FOR_OTHERS):
                raise JobsError("this job is just being changed: try again in a moment.", "database_unavailable")
            self._changing.add(id)
        try:
            yield
        finally:
            with self._lock:
                self._changing.discard(id)
                self._change.notify_all()

    def _check_room_in_queue(self) -> None:
        if len(self._queued) + len(self._coming) >= self._most_queued:
            raise Full(f"{len(self._queued)} jobs are waiting: try again later.", retry_after=60)

    def _forget_old(self) -> None:
        """Ended jobs are remembered, but not for ever; their results are."""
        with self._lock:
            count = len(self._jobs) - MOST_REMEMBERED
            if count <= 0:
                return
            ended = [job for job in self._jobs.values() if job.state in ENDED and job.id not in self._at_work]
            old = sorted(ended, key=lambda one: one.ended or "")[:count]
        for job in old:
            with contextlib.suppress(JobsError):
                self.delete(job.id)

    def _set(self, id: str, **changes: Any) -> None:
        with self._lock:
            self._jobs[id] = self._jobs[id].model_copy(update=changes)
            self.events.tell("job", self.get(id).model_dump(mode="json"))

    def _remember(self, run: Any) -> None:
        """A run that the database knows."""
        job = remembered(run, self._jobs.get(id_of(run)[0]))
        self._jobs[job.id] = job
        self._queued.pop(job.id, None)
        self._wishes.pop(job.id, None)
        name = str(getattr(run, "workflow_id", run))
        if name != self._engine.called(job.id, job.run):
            self._strange.setdefault(job.id, []).append(name)
        if job.state == "queued":
            self._queued[job.id] = (-job.priority, run.created_at / 1000)
            if wish_of(run):
                self._wishes[job.id] = wish_of(run)

    def _known_ids(self) -> set[str]:
        """Jobs of which there is something on the disk."""
        return {folder.name for folder in self.store.jobs.iterdir()} | {result.id for result in self.store.results}

    def _check_result(self, id: str, order: Order) -> None:
        """Raise Conflict where a job that is forgotten left the result of another order, which would be written over."""
        with contextlib.suppress(Missing):
            if self.store.results.get(id).order_sha256 != fingerprint(order):
                raise Conflict(
                    "there is a result of this id, made from another order: choose another id, or remove the result.",
                    "id_taken",
                )

    def _check(self, order: Order) -> None:
        """Raise Missing or Refused for what the store says against it."""
        for where, entry in order.inputs():
            if not entry.sha256:
                continue
            file = self.store.files.get(entry.sha256)
            self.store.files.touch(file.id)
            # A network may stand where a style does.
            a_style = where.startswith("styles.") and where.count(".") == 1
            wanted = "clip" if where == "clip" else "network" if a_style and file.kind == "network" else "picture"
            moves = where == "clip" and (file.frames or 1) > 1  # as a GIF does
            if file.kind != wanted and not moves:
                raise Refused(f"{where}: {file.name} is a {file.kind}, not a {wanted}.", "wrong_kind")
            if (file.frames or 0) > MOST_FRAMES:
                raise Refused(
                    f"{file.name} has {file.frames} frames, {MOST_FRAMES} at most are painted here.", "too_long"
                )

    def _in_use(self) -> set[str]:
        """The files that jobs may still need."""
        # Without the lock: whoever holds it may be waiting for the store, which asks. Copying a table is one step.
        open_jobs = [job for job in list(self._jobs.values()) if job.state != "succeeded"]
        return {sha256 for job in open_jobs for sha256 in files_of(job.order)}

    def _folder(self, id: str) -> Path:
        return self.store.jobs / id


def _clear(folder: Path) -> None:
    """Remove what a job left in its folder, but for the lock, which a worker that has not gone yet may hold."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink(missing_ok=True)
