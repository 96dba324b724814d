"""A store and a queue of their own, with pictures that are painted in no time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pinxit.jobs.jobs import Jobs
from pinxit.jobs.record import Job
from pinxit.jobs.store import Store
from tests.postgres import Postgres, cluster

Seen = TypeVar("Seen")

# By the network, which needs no PyTorch: a worker is through in a second.
QUICK: dict[str, Any] = {
    "work": "stylize",
    "content": {"name": "sample:cat"},
    "styles": [{"name": "house:swirl"}],
    "engine": "network",
    "size": 96,
}
# By the optimiser, of shallow features that are found in no time; for many minutes unless it is told to end.
LONG: dict[str, Any] = {
    "work": "stylize",
    "content": {"name": "sample:cat"},
    "styles": [{"name": "house:swirl"}],
    "size": 96,
    "coarsest": 96,
    "iterations": [100_000],
    "tolerance": 0,
    "content_layers": {"relu2_1": 1.0},
    "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0},
}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with cluster() as postgres:
        yield postgres


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "home")
    yield store
    store.close()


@pytest.fixture
def running(store: Store) -> Callable[..., contextlib.AbstractContextManager[Jobs]]:
    """Starts a queue over the store, as often as one likes."""

    @contextlib.contextmanager
    def start(**options: Any) -> Iterator[Jobs]:
        jobs = Jobs(store, **{"at_once": 1, "spare": False, **options})
        jobs.start()
        try:
            yield jobs
        finally:
            jobs.close(grace=20)

    return start


@pytest.fixture
def jobs(running: Callable[..., contextlib.AbstractContextManager[Jobs]]) -> Iterator[Jobs]:
    with running() as jobs:
        yield jobs


def wait_for(jobs: Jobs, id: str, *states: str, seconds: float = 60.0) -> Job:
    """The job when it is in one of those states."""
    return wait(lambda: jobs.get(id), lambda job: job.state in states, seconds)


def wait_for_progress(jobs: Jobs, id: str, count: int = 1, seconds: float = 60.0) -> Job:
    """The job when so much of it is done."""

    def far(job: Job) -> bool:
        assert job.state in ("queued", "running"), job
        return job.progress is not None and sum(job.progress["done"]) >= count

    return wait(lambda: jobs.get(id), far, seconds)


def wait(look: Callable[[], Seen], good: Callable[[Seen], object], seconds: float = 60.0) -> Seen:
    """What is seen when it is good."""
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"still {seen}"
        time.sleep(0.02)
    return seen
