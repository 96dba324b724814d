"""The studio's jobs, painted on a cluster."""

from __future__ import annotations

import contextlib
from pathlib import Path

import psutil
import pytest

from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from pinxit.jobs.worker_process import RayPlacement
from tests.cluster.local_cluster import LocalCluster
from tests.jobs.conftest import LONG, QUICK, wait, wait_for, wait_for_progress


def workers() -> list[int]:
    """Return the numbers of all worker processes, here and on the nodes, which are children of this process, too."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if process.cmdline()[-2:] == ["-m", "pinxit.jobs.worker"]:
                found.append(process.pid)
    return found


@pytest.mark.slow(reason="runs jobs of a studio on a Ray cluster")
def test_jobs_run_stop_and_are_cancelled_on_nodes(machines: LocalCluster, tmp_path: Path) -> None:
    others = set(workers())  # of a studio that other tests in this process share
    store = Store(tmp_path / "home")
    jobs = JobService(store, at_once=2, keep_warm=False, placement=RayPlacement(machines.address))
    try:
        jobs.start()
        jobs.put("quick", QUICK)
        jobs.put("long", LONG)
        assert wait_for(jobs, "quick", "succeeded", "failed").state == "succeeded"
        assert store.results.get("quick").files
        wait_for_progress(jobs, "long", 3)
        jobs.stop("long")
        wait_for(jobs, "long", "succeeded")
        assert store.results.get("long").draft
        jobs.put("unwanted", {**LONG, "seed": 2})
        wait_for_progress(jobs, "unwanted", 3)
        jobs.cancel("unwanted")
        wait_for(jobs, "unwanted", "cancelled")
        assert "unwanted" not in store.results
    finally:
        jobs.close()
        store.close()
    wait(workers, lambda left: set(left) <= others, 60)
