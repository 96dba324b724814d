"""One cluster for all tests of a process; `tests/scheduler.py` gives them all to one process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pinxit import image as pictures
from tests.cluster.local_cluster import ENVIRONMENT, LocalCluster

NAMES = ("cat", "coffee", "astronaut", "rocket", "motorcycle", "hubble")


@pytest.fixture(scope="session")
def bucket() -> Iterator[Any]:
    """A bucket on a server on this machine; processes started later find it by their environment."""
    import fsspec
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    own = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "anybody",
        "AWS_SECRET_ACCESS_KEY": "anything",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    system.mkdir("bucket")
    yield system
    server.stop()
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture(scope="session")
def machines(own_cache: Path, bucket: Any) -> Iterator[LocalCluster]:
    """Three nodes with access to the bucket."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    started = LocalCluster(own_cache)
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
