"""Estimates of times come from the runs that were finished in a home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pinxit.jobs.run_times import RunTimes
from pinxit.jobs.service import JobService
from pinxit.jobs.specs import Spec, read_spec
from pinxit.jobs.store import Store
from tests.jobs.conftest import QUICK, wait_for


def order(**changes: Any) -> Spec:
    return read_spec(
        {"work": "stylize", "content": {"name": "sample:cat"}, "styles": [{"name": "house:swirl"}], **changes}
    )


def test_nothing_is_estimated_before_anything_was_made(tmp_path: Path) -> None:
    assert RunTimes(tmp_path / "times.json").estimate(order()) is None


def test_an_estimate_follows_the_work_and_is_remembered(tmp_path: Path) -> None:
    times = RunTimes(tmp_path / "times.json")
    times.add(order(preset="draft"), startup=5.0, seconds=15.0)
    assert times.estimate(order(preset="draft")) == pytest.approx(15.0)
    # 18 · 128² + 5 · 256² and 90 · 128² + 55 · 256² + 25 · 512² are the work of the two.
    work = (90 * 128**2 + 55 * 256**2 + 25 * 512**2) / (18 * 128**2 + 5 * 256**2)
    assert RunTimes(tmp_path / "times.json").estimate(order()) == pytest.approx(5 + 10 * work)
    assert times.estimate(order(preset="instant")) is None, "the network takes another time"
    times.add(order(), startup=5.0, seconds=105.0)
    times.add(order(), startup=5.0, seconds=105.0)
    assert times.estimate(order()) == pytest.approx(105.0), "the nearest runs decide"


def test_a_busy_moment_does_not_decide(tmp_path: Path) -> None:
    times = RunTimes(tmp_path / "times.json")
    for seconds in (60.0, 600.0, 62.0):
        times.add(order(), startup=2.0, seconds=seconds)
    assert times.estimate(order()) == pytest.approx(62.0)


def test_a_run_that_was_stopped_counts_with_what_it_did(tmp_path: Path) -> None:
    times = RunTimes(tmp_path / "times.json")
    times.add(order(), startup=0.0, seconds=9.0, done=(90,))
    assert times.estimate(order()) == pytest.approx(9 * (90 + 55 * 4 + 25 * 16) / 90)


def test_a_sweep_takes_as_long_as_its_pictures_and_a_training_as_its_steps(tmp_path: Path) -> None:
    times = RunTimes(tmp_path / "times.json")
    times.add(order(), startup=0.0, seconds=60.0)
    assert times.estimate(order(work="sweep", vary={"seed": [1, 2, 3]})) == pytest.approx(180.0)
    training = {"work": "train", "styles": [{"name": "sample:coffee"}]}
    times.add(read_spec({**training, "steps": 10}), startup=0.0, seconds=20.0)
    assert times.estimate(read_spec({**training, "steps": 100})) == pytest.approx(200.0)


def test_a_damaged_file_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / "times.json").write_text('[{"kind": 3}]')
    times = RunTimes(tmp_path / "times.json")
    assert times.estimate(order()) is None
    times.add(order(), startup=0.0, seconds=9.0)
    assert times.estimate(order()) == pytest.approx(9.0)


def test_a_finished_job_is_an_estimate_for_the_next(jobs: JobService, store: Store) -> None:
    jobs.put("a", QUICK)
    assert jobs.get("a").estimate is None
    wait_for(jobs, "a", "succeeded")
    jobs.put("b", {**QUICK, "seed": 1})
    estimate = jobs.get("b").estimate
    assert estimate is not None
    assert estimate == pytest.approx(store.results.get("a").seconds, rel=0.05)
    jobs.cancel("b")
