"""Those who paint: a worker for each run, another one when it breaks down, and one to spare."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.engine import Leaving, Outcome
from pinxit.jobs.errors import JobsError
from pinxit.jobs.painter import Ending, Painter, Seat

# A worker that was killed or broke down so often without getting further is not replaced.
MOST_CRASHES = 3
_CRASHES = "crashes"


class Staff:
    """All workers.

    Args:
        home: the store's folder.
        threads: that each may compute with.
        seconds_silent: how long each may say nothing before it counts as hung.
        seat: where each sits, if not on this machine.
        spare: whether to have one ready where none is at work, so that nobody waits for one to load.
    """

    def __init__(self, home: Path, threads: int, seconds_silent: float, seat: Seat | None, *, spare: bool) -> None:
        self._home, self._threads, self._silent, self._seat, self._with_spare = (
            home,
            threads,
            seconds_silent,
            seat,
            spare,
        )
        self._lock = threading.RLock()
        self._change = threading.Condition(self._lock)
        self.painters: dict[str, Painter] = {}
        self.spare: Painter | None = None
        self._leaving = False

    def paint(
        self,
        task: dict[str, Any],
        folder: Path,
        wish: Callable[[], str],
        began: Callable[[], object],
        hear: Callable[[dict[str, Any]], object],
    ) -> Outcome:
        """Have a job painted to some end.

        Args:
            task: see `pinxit.jobs.worker.Task`.
            folder: the job's own.
            wish: tells what is wished of it by now.
            began: hears of each worker.
            hear: hears how it goes.

        Raises:
            Leaving: when the server stops before that.
        """
        id = task["id"]
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            with self._lock:
                if self._leaving:
                    raise Leaving
                wished = wish()
                if wished in ("cancel", "pause") and not (folder / "preview.jpg").exists():
                    return _unpainted(wished)
                painter = self.painters[id] = self._take()
                painter.give(task)
                if wished:
                    painter.tell(wished)
            began()
            reached = -1.0

            def follow(progress: dict[str, Any]) -> None:
                nonlocal reached
                reached = max(reached, float(progress["frame"] or sum(progress["done"]) or 0))
                hear(progress)

            ending = painter.wait(follow)
            with self._lock:
                del self.painters[id]
                self._change.notify_all()
                if self._leaving and (ending.facts is None or ending.facts["state"] == "left"):
                    raise Leaving
            if ending.facts is not None:
                return ending.facts
            if wish():  # it was to end, and did not in time
                return _unpainted(wish())
            failure = _crashed(folder, reached, ending)
            if failure is not None:
                return failure

    def tell(self, id: str, wish: str) -> bool:
        """Tell a job's worker what is wished; whether there is one."""
        with self._lock:
            if id in self.painters:
                self.painters[id].tell(wish)
            return id in self.painters

    def get_spare_ready(self) -> None:
        """Have one ready, if there is to be any, and nobody computes."""
        with self._lock, contextlib.suppress(JobsError, OSError):
            if self._with_spare and self.spare is None and not self._leaving and not self.painters:
                self.spare = self._new()
                self.spare.warm_up()

    def start(self) -> None:
        """Be there again."""
        self._leaving = False

    def leave(self, grace: float) -> None:
        """Let all save what they take to go on, for so many seconds, and end."""
        with self._lock:
            self._leaving = True
            if self.spare is not None:
                self.spare.dismiss()
                self.spare = None
            for painter in self.painters.values():
                painter.tell("leave")
            self._change.wait_for(lambda: not self.painters, timeout=grace)
            for painter in self.painters.values():
                painter.kill()

    def _take(self) -> Painter:
        """The spare one, or one more."""
        spare, self.spare = self.spare, None
        if spare is not None:
            if spare.is_there:
                return spare
            spare.dismiss()
        return self._new()

    def _new(self) -> Painter:
        return Painter(self._home, self._threads, self._silent, self._seat)


def forget_crashes(folder: Path) -> None:
    """Whoever tries again begins to count anew."""
    with contextlib.suppress(OSError):
        (folder / _CRASHES).unlink()


def _unpainted(wish: str) -> Outcome:
    return {"state": "paused" if wish == "pause" else "cancelled"}


def _crashed(folder: Path, reached: float, ending: Ending) -> Outcome | None:
    """Count a worker that ended without a word; the outcome when it was the last one."""
    before = read_json(folder / _CRASHES) or {"count": 0, "reached": -1.0}
    # Whoever gets further each time will come to the end.
    count = 1 if reached > before["reached"] else before["count"] + 1
    with contextlib.suppress(JobsError):
        write_json(folder / _CRASHES, {"count": count, "reached": max(reached, before["reached"])})
    if count < MOST_CRASHES:
        return None
    if ending.hung:
        error = {"code": "hung", "message": "the work stood still too long and was ended: choose a smaller size."}
    else:
        error = {
            "code": "worker_lost",
            "message": f"the process that painted it ended {count} times without a word, perhaps for want of memory: "
            "choose a smaller size.",
        }
    return {"state": "failed", "error": error}
