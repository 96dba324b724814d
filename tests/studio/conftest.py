"""One studio for all tests of a process that do not need one of their own: one for requests, one for pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser

from tests.clock import PATIENCE
from tests.postgres import Postgres, cluster
from tests.studio.api_client import empty_home
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


@pytest.fixture(scope="session")
def page_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run `pinxit studio` for all tests of pages that do not stop it, and yield its address and its folder."""
    home = tmp_path_factory.mktemp("studio") / "home"
    with run_studio_command(home) as address:
        yield address, home


@pytest.fixture(scope="module")
def address(page_studio: tuple[str, Path]) -> Iterator[str]:
    """Yield the address of a studio that is as empty for each file as a new one, which would take seconds to start."""
    address, home = page_studio
    yield address
    with httpx2.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
        empty_home(client, home)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real files beside the checkout; skip the test where there is none."""
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("there is no ../shared/data")
    return folder
