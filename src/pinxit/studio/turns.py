"""How many of the jobs that wait are one client's: nobody fills the queue alone."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict

from pinxit.jobs.errors import Full, Missing
from pinxit.jobs.jobs import Jobs

# Who comes back after that finds something of it done.
_SECONDS = 30


class Turns:
    """Whose jobs wait, since the studio was started.

    Args:
        jobs: the queue.
        most: jobs of one client that may wait.
    """

    def __init__(self, jobs: Jobs, most: int) -> None:
        self._jobs, self._most = jobs, most
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, set[str]] = defaultdict(set)

    def take(self, client: str, job: str) -> None:
        """Note that a client puts a job; the same again is still one.

        Raises:
            Full: when too many of its own wait already.
        """
        with self._lock:
            mine = self._waiting[client]
            if job not in mine and len(mine) >= self._most:
                mine.intersection_update([one for one in mine if self._waits(one)])
                if len(mine) >= self._most:
                    raise Full(f"{len(mine)} of your jobs are waiting: try again later.", retry_after=_SECONDS)
            mine.add(job)

    def _waits(self, job: str) -> bool:
        with contextlib.suppress(Missing):
            return self._jobs.get(job).state == "queued"
        return False
