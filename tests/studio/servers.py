"""Real studios for the tests: processes of their own, on loopback, in folders of their own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil

# What `pinxit studio` calls, with limits that a test may choose.
_SCRIPT = """
import json, sys
from pathlib import Path
from pinxit.studio.serving import serve
from pinxit.studio.settings import Limits, Studio
told = json.loads(sys.argv[1])
limits = Limits(**told.pop("limits", {}))
told = {"port": 0, **told, "names": tuple(told.pop("names", ()))}
serve(Studio(home=Path(told.pop("home")), limits=limits, **told), lambda address: print(address, flush=True))
"""


@dataclass
class Running:
    """A studio at work.

    Attributes:
        address: without a slash at its end.
        process: which it is.
        home: its folder.
    """

    address: str
    process: subprocess.Popen[str]
    home: Path

    @property
    def host(self) -> str:
        return self.address.removeprefix("http://")

    @property
    def port(self) -> int:
        return int(self.host.rpartition(":")[2])

    def client(self, **options: Any) -> httpx2.Client:
        return httpx2.Client(base_url=self.address, timeout=60, trust_env=False, **options)

    def bytes_used(self) -> int:
        """Resident memory of the server itself, without its workers."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def speak(self, request: bytes, seconds: float = 30.0) -> bytes:
        """Send bytes as they are, and read all that comes until the connection closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(request)
            return read_all(line)


def read_all(line: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts)


@contextlib.contextmanager
def running(home: Path, **told: Any) -> Iterator[Running]:
    """A studio in `home`, stopped at the end."""
    command = [sys.executable, "-c", _SCRIPT, json.dumps({"home": str(home), **told})]
    log = (home.parent / f"{home.name}.log").open("a+", encoding="utf-8")
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            log.seek(0)
            raise AssertionError(f"the studio did not start: {log.read()}")
        yield Running(address.partition("/?")[0].rstrip("/"), process, home)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        log.close()


def order(**changes: Any) -> dict[str, Any]:
    """A small picture by the network: done in a second."""
    return {
        "work": "stylize",
        "content": {"name": "sample:cat"},
        "styles": [{"name": "house:waves"}],
        "engine": "network",
        "network": "live",
        "size": 96,
        **changes,
    }


def slow_order(**changes: Any) -> dict[str, Any]:
    """A small picture by the optimiser that would take minutes: to be watched and stopped."""
    return order(engine="optimizer", iterations=[100_000], tolerance=0, coarsest=96, **changes)


def put(client: httpx2.Client, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A job put in."""
    answer = client.put(f"/api/v1/jobs/{uuid.uuid4()}", json={"order": body, **more})
    assert answer.status_code == 201, answer.text
    job: dict[str, Any] = answer.json()
    return job


def wait_for_progress(client: httpx2.Client, job: str, seconds: float = 60.0) -> dict[str, Any]:
    """The progress of a job that has a preview by now."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        progress: dict[str, Any] | None = client.get(f"/api/v1/jobs/{job}").json()["progress"]
        if progress and progress["preview"]:
            return progress
        time.sleep(0.1)
    raise AssertionError(f"the job does not get on in {seconds} s")


def wait_for(client: httpx2.Client, job: str, *states: str, seconds: float = 60.0) -> dict[str, Any]:
    """The job once it is in one of the states."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state: dict[str, Any] = client.get(f"/api/v1/jobs/{job}").json()
        if state["state"] in states:
            return state
        time.sleep(0.1)
    raise AssertionError(f"the job is not {states} after {seconds} s but {state}")
