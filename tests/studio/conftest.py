"""One studio for all tests that do not need one of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser

from tests.postgres import Postgres, cluster
from tests.studio.chromium import open_chromium
from tests.studio.studio_process import GENEROUS_LIMITS, StudioProcess, run_studio, run_studio_command


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    with run_studio(tmp_path_factory.mktemp("studio") / "home", limits=GENEROUS_LIMITS) as studio:
        yield studio


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with cluster() as postgres:
        yield postgres


@pytest.fixture
def client(studio: StudioProcess) -> Iterator[httpx2.Client]:
    with studio.client() as client:
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Run `pinxit studio` for the tests of a file that do not stop it, and yield its address."""
    with run_studio_command(tmp_path_factory.mktemp("studio") / "home") as address:
        yield address


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real files beside the checkout; skip the test where there is none."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("there is no ../shared/data")
    return folder
