"""Jobs of the server: each call of a tool is one, done in the order in which they came, so that memory is enough."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pinxit.errors import PinxitError

State = Literal["waiting", "running", "done", "failed", "cancelled"]
MOST_WAITING = 32
_MOST_KEPT = 64  # finished jobs whose results are kept


@dataclass(frozen=True)
class Result:
    """What a tool returns.

    Attributes:
        text: lines for the reader: paths, sizes, measurements.
        image: an encoded picture of bounded size; empty where there is none.
        mime: the kind of that picture.
    """

    text: str
    image: bytes = b""
    mime: str = ""


class CancelledError(Exception):
    """Raised within a job that was cancelled."""


Report = Callable[[float, str], None]
"""Takes the share that is done, 0 to 1, and a line on it; raises `CancelledError` to end the job."""


@dataclass
class Job:
    """One call of a tool.

    Attributes:
        number: its number, from 1.
        tool: name of the tool.
        work: does it; it reports as it goes on.
        state: what became of it so far.
        share: share that is done, 0 to 1.
        facts: a line on what is going on, or why it failed.
        result: what came of it; None until it is done.
        ended: set when it is done, failed or cancelled.
    """

    number: int
    tool: str
    work: Callable[[Report], Result]
    state: State = "waiting"
    share: float = 0.0
    facts: str = ""
    result: Result | None = None
    ended: threading.Event = field(default_factory=threading.Event)
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def line(self) -> str:
        """The job in one line."""
        share = f" {self.share:.0%}" if self.state == "running" else ""
        return f"job {self.number}: {self.tool}, {self.state}{share}" + (f": {self.facts}" if self.facts else "")

    def report(self, share: float, facts: str) -> None:
        """Note the progress.

        Raises:
            CancelledError: when the job was cancelled.
        """
        self.share, self.facts = share, facts
        if self.cancelled.is_set():
            raise CancelledError


class JobTable:
    """All jobs of a server, and the thread that does them one after the other."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._numbers = itertools.count(1)
        self._queue: queue.Queue[Job] = queue.Queue()
        self._thread = threading.Thread(target=self._run, daemon=True, name="jobs")
        self._thread.start()

    def start(self, tool: str, work: Callable[[Report], Result]) -> Job:
        """Add a job.

        Args:
            tool: name of the tool.
            work: what to do.

        Raises:
            PinxitError: when too many are waiting.
        """
        if sum(job.state == "waiting" for job in self.all()) >= MOST_WAITING:
            raise PinxitError(f"{MOST_WAITING} jobs are waiting: cancel some with the tool jobs, or wait.")
        job = Job(next(self._numbers), tool, work)
        self._jobs[job.number] = job
        ended = [one.number for one in self.all() if one.ended.is_set()]
        for number in ended[:-_MOST_KEPT]:
            del self._jobs[number]
        self._queue.put(job)
        return job

    def all(self) -> list[Job]:
        """Return all jobs, in the order in which they came."""
        return list(self._jobs.values())

    def get(self, number: int) -> Job:
        """Return a job.

        Raises:
            PinxitError: when there is none of that number.
        """
        if number not in self._jobs:
            raise PinxitError(f"there is no job {number}: call jobs without a number to list them.")
        return self._jobs[number]

    def cancel(self, job: Job) -> None:
        """End a job before its next step; one that has ended stays as it is."""
        job.cancelled.set()

    def _run(self) -> None:
        while True:
            job = self._queue.get()
            try:
                job.state = "running"
                job.report(0.0, "")
                job.result = job.work(job.report)
                job.state, job.share, job.facts = "done", 1.0, ""
            except CancelledError:
                job.state, job.facts = "cancelled", "nothing was written"
            except PinxitError as error:
                job.state, job.facts = "failed", str(error)
            except Exception as error:
                job.state, job.facts = (
                    "failed",
                    f"an unexpected error ({type(error).__name__}: {error}): please report it.",
                )
            finally:
                job.ended.set()
