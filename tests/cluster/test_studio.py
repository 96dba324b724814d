"""The studio's jobs, painted on a cluster."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil
import pytest

from pinxit.jobs.jobs import Jobs
from pinxit.jobs.painter import Seat
from pinxit.jobs.store import Store
from tests.cluster.machines import Machines
from tests.jobs.conftest import LONG, QUICK, wait, wait_for, wait_for_progress

pytestmark = pytest.mark.xdist_group("cluster")


def workers() -> list[int]:
    """The processes that paint, here and on the nodes, which are children of this one, too."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.cmdline()[-2:] == ["-m", "pinxit.jobs.worker"]:
                found.append(process.pid)
    return found


def test_jobs_are_painted_on_nodes_and_told_to_end_there(machines: Machines, tmp_path: Path) -> None:
    others = set(workers())  # of a studio that other tests in this process share
    store = Store(tmp_path / "home")
    jobs = Jobs(store, at_once=2, spare=False, seat=Seat(machines.address))
    try:
        jobs.start()
        jobs.put("quick", QUICK)
        jobs.put("long", LONG)
        assert wait_for(jobs, "quick", "succeeded", "failed", seconds=120).state == "succeeded"
        assert store.results.get("quick").files
        wait_for_progress(jobs, "long", 3, seconds=120)
        jobs.cancel("long")
        wait_for(jobs, "long", "cancelled")
        assert store.results.get("long").draft
    finally:
        jobs.close()
        store.close()
    wait(workers, lambda left: set(left) <= others, 60)
