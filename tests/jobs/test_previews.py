"""The previews of a job: each has a number of its own, whatever happened to the job since the one before."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.jobs.previews import Previews
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.jobs.conftest import LONG, wait, wait_for

Running = Callable[..., contextlib.AbstractContextManager[JobService]]


def test_another_worker_of_a_job_goes_on_counting(tmp_path: Path) -> None:
    picture = pictures.from_array(np.zeros((4, 6, 3), np.uint8))
    first = Previews(tmp_path)
    assert (first.last, first.read()) == (0, None)
    first.write(picture)
    first.write(picture)
    second = Previews(tmp_path)
    assert second.last == 2
    assert (second.read() or b"").startswith(b"\xff\xd8")
    second.write(picture)
    assert Previews(tmp_path).last == 3
    (tmp_path / "preview.number").write_text("damaged")
    assert Previews(tmp_path).last == 0


@pytest.mark.slow(reason="starts a worker four times")
def test_numbers_of_previews_go_on_after_a_pause_a_restart_and_a_retry(store: Store, running: Running) -> None:
    with running() as jobs:
        jobs.put("a", LONG)
        wait(lambda: (jobs.get("a").progress or {}).get("preview") or 0, lambda number: number >= 3)
        jobs.pause("a")
        before_pause = _last_number(jobs, "paused")
        jobs.resume("a")
        before_restart = _number_above(jobs, before_pause)
    with running() as jobs:
        before_retry = _number_above(jobs, before_restart)
        jobs.cancel("a")
        before_retry = max(before_retry, _last_number(jobs, "cancelled"))
        jobs.retry("a")
        _number_above(jobs, before_retry)
        jobs.cancel("a")
        wait_for(jobs, "a", "cancelled")


def _number_above(jobs: JobService, least: int) -> int:
    """Wait for a worker's first preview; its number must be above those of the workers before, of which the last is `least`."""
    job = wait(lambda: jobs.get("a"), lambda job: job.state == "running" and (job.progress or {}).get("preview"))
    # The record keeps the last progress of the worker before until the new one sends some.
    fresh = wait(lambda: jobs.get("a").progress or {}, lambda progress: progress["preview"] != least)
    assert job.progress is not None
    assert fresh["preview"] > least
    return int(fresh["preview"])


def _last_number(jobs: JobService, state: str) -> int:
    progress = wait_for(jobs, "a", state).progress
    assert progress is not None
    return int(progress["preview"])
