"""A quota of waiting jobs for each client, so that no client fills the queue alone."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict

from pinxit.jobs.errors import Full, Missing
from pinxit.jobs.service import JobService

# s: after this time some of a client's jobs have probably begun.
_RETRY_AFTER = 30


class ClientQuota:
    """The waiting jobs of each client, counted since the studio started.

    Args:
        jobs: the queue.
        max_jobs: jobs of one client that may wait.
    """

    def __init__(self, jobs: JobService, max_jobs: int) -> None:
        self._jobs, self._max_jobs = jobs, max_jobs
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, set[str]] = defaultdict(set)

    def take(self, client: str, job: str) -> None:
        """Count a job that a client is about to put; the same job put again counts once.

        Raises:
            Full: when too many of the client's jobs wait already.
        """
        with self._lock:
            waiting = self._waiting[client]
            if job not in waiting and len(waiting) >= self._max_jobs:
                waiting.intersection_update([one for one in waiting if self._is_queued(one)])
                if len(waiting) >= self._max_jobs:
                    raise Full(
                        f"{len(waiting)} of your jobs are waiting already: try again later.", retry_after=_RETRY_AFTER
                    )
            waiting.add(job)

    def _is_queued(self, job: str) -> bool:
        with contextlib.suppress(Missing):
            return self._jobs.get(job).state == "queued"
        return False
