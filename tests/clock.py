"""A clock that tests set, and how long they wait."""

from __future__ import annotations

import os
from pathlib import Path

# s: what tests wait for at most. It costs nothing where the thing happens, and only what never happens takes so long, however
# busy the machine is.
PATIENCE = 300.0

_LOADS = Path("/proc/loadavg")


def under_load(seconds: float) -> float:
    """Return a time limit that holds on an idle machine, multiplied by how many processes wait for each core, s."""
    # The average of the last minute knows little of a load that has just begun.
    waiting = max(os.getloadavg()[0], _running_now())
    return seconds * max(1.0, waiting / (os.cpu_count() or 1))


def _running_now() -> int:
    """Return how many threads run or wait for a core at this moment, 0 where the system does not say."""
    return int(_LOADS.read_text().split()[3].partition("/")[0]) if _LOADS.exists() else 0


class ManualClock:
    """Stands in for `time`: time passes by `pass_seconds`, and by `step` whenever it is read.

    Args:
        step: s that pass with each reading.
    """

    def __init__(self, step: float = 0.0) -> None:
        self._now, self._step = 100.0, step

    def perf_counter(self) -> float:
        """Return the time, s."""
        self._now += self._step
        return self._now

    def pass_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
