"""One cluster for all tests; `xdist_group` keeps them in one process, so that there is one cluster only."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pinxit import picture as pictures
from tests.cluster.machines import ENVIRONMENT, Machines

NAMES = ("cat", "coffee", "astronaut", "rocket", "motorcycle", "hubble")


@pytest.fixture(scope="session")
def machines(own_cache: Path) -> Iterator[Machines]:
    """Three nodes."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    started = Machines(own_cache)
    try:
        yield started
    finally:
        started.stop()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Six small photographs in two folders."""
    return make_photos(tmp_path / "photos")


def make_photos(folder: Path) -> Path:
    for number, name in enumerate(NAMES):
        inner = folder / str(number % 2)
        inner.mkdir(parents=True, exist_ok=True)
        pictures.write(pictures.fit(pictures.sample(name), 96), inner / f"{name}.jpg")
    return folder
