"""A store and a queue of their own, with pictures that are painted in no time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pinxit.jobs.record import JobRecord
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.clock import PATIENCE
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
# By the optimiser, with statistics of shallow features alone: an iteration takes a hundredth of a second. It goes on for many
# minutes until a request ends it.
LONG: dict[str, Any] = {
    "work": "stylize",
    "content": {"name": "sample:cat"},
    "styles": [{"name": "house:swirl"}],
    "size": 96,
    "coarsest": 96,
    "iterations": [100_000],
    "tolerance": 0,
    "objective": "gram",
    "faces": "style",
    "match": "off",
    "content_similarity": 0,
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
def running(store: Store) -> Callable[..., contextlib.AbstractContextManager[JobService]]:
    """Starts a queue over the store, as often as one likes."""

    @contextlib.contextmanager
    def start(**options: Any) -> Iterator[JobService]:
        jobs = JobService(store, **{"at_once": 1, "keep_warm": False, **options})
        jobs.start()
        try:
            yield jobs
        finally:
            jobs.close(grace=20)

    return start


@pytest.fixture
def jobs(running: Callable[..., contextlib.AbstractContextManager[JobService]]) -> Iterator[JobService]:
    with running() as jobs:
        yield jobs


def wait_for(jobs: JobService, id: str, *states: str, seconds: float = PATIENCE) -> JobRecord:
    """The job when it is in one of those states."""
    return wait(lambda: jobs.get(id), lambda job: job.state in states, seconds)


def wait_for_progress(jobs: JobService, id: str, count: int = 1, seconds: float = PATIENCE) -> JobRecord:
    """The job when so much of it is done."""

    def far(job: JobRecord) -> bool:
        assert job.state in ("queued", "running"), job
        return job.progress is not None and sum(job.progress["done"]) >= count

    return wait(lambda: jobs.get(id), far, seconds)


def wait(look: Callable[[], Seen], good: Callable[[Seen], object], seconds: float = PATIENCE) -> Seen:
    """What is seen when it is good."""
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"still {seen}"
        time.sleep(0.02)
    return seen
