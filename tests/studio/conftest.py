"""One studio for all tests that do not need one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.postgres import Postgres, cluster
from tests.studio.servers import Running, running

# One person's tests ask faster than any person does.
GENEROUS = {"requests": 10_000.0, "requests_burst": 100_000, "heavy": 1000.0, "heavy_burst": 10_000}


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("studio") / "home", limits=GENEROUS) as it:
        yield it


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with cluster() as postgres:
        yield postgres


@pytest.fixture
def client(studio: Running) -> Iterator[httpx2.Client]:
    with studio.client() as it:
        yield it


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real files beside the checkout, where there are any."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("there is no ../shared/data")
    return folder
