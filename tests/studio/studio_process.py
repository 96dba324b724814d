"""Real studios for tests: processes of their own, on loopback, in folders of their own."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psutil

from tests.clock import PATIENCE

# Tests send requests faster than any person does.
GENEROUS_LIMITS = {"requests": 10_000.0, "requests_burst": 100_000, "heavy": 1000.0, "heavy_burst": 10_000}
# What `pinxit studio` calls, with limits that a test may choose.
_SCRIPT = """
import functools, json, sys
from pathlib import Path
from pinxit.studio import app
from pinxit.studio.serving import serve
from pinxit.studio.config import Limits, StudioConfig
options = json.loads(sys.argv[1])
if options.pop("lean", False):
    app.TaskPool = functools.partial(app.TaskPool, processes=1)
    app.JobService = functools.partial(app.JobService, keep_warm=False)
limits = Limits(**options.pop("limits", {}))
options = {"port": 0, **options, "names": tuple(options.pop("names", ()))}
serve(StudioConfig(home=Path(options.pop("home")), limits=limits, **options), lambda address: print(address, flush=True))
"""


def _environment(home: Path) -> dict[str, str]:
    """Return the environment of a studio at this moment: a fixture chooses the cache folder, and its presets are its own."""
    return {**os.environ, "OMP_NUM_THREADS": "1", "PINXIT_PRESETS": str(presets_beside(home))}


def presets_beside(home: Path) -> Path:
    """Return the folder of presets that a studio of the tests uses."""
    return home.with_name(f"{home.name}-presets")


@dataclass
class StudioProcess:
    """A running studio.

    Attributes:
        address: its address, without a slash at the end.
        process: the process of its server.
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
        # A client that might use TLS reads all the system's certificates first.
        return httpx2.Client(base_url=self.address, timeout=PATIENCE, trust_env=False, verify=False, **options)

    def memory_bytes(self) -> int:
        """Return the resident memory of the server itself, without its workers."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def send_raw(self, request: bytes, seconds: float = PATIENCE) -> bytes:
        """Send bytes as they are, and return all that comes until the connection closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(request)
            return read_all(line)


def read_all(line: socket.socket) -> bytes:
    """Return all that comes until the other side closes the connection."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := line.recv(65536):
            parts.append(part)
    return b"".join(parts)


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def run_studio(home: Path, **options: Any) -> Iterator[StudioProcess]:
    """Run a studio in `home` with options of `StudioConfig`, and stop it at the end.

    With `lean` it has one process for short tasks and no warm worker: where little is painted, they cost more than the test.
    """
    command = [sys.executable, "-c", _SCRIPT, json.dumps({"home": str(home), **options})]
    log = (home.parent / f"{home.name}.log").open("a+", encoding="utf-8")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=_environment(home))
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            log.seek(0)
            raise AssertionError(f"the studio did not start: {log.read()}")
        yield StudioProcess(address.partition("/?")[0].rstrip("/"), process, home)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
        log.close()


@contextlib.contextmanager
def run_studio_command(home: Path, port: int | None = None, *options: str) -> Iterator[str]:
    """Run `pinxit studio` as a person starts it; yields its address, and stops it at the end as Ctrl-C does."""
    command = [sys.executable, "-m", "pinxit", "studio", "--no-browser", "--home", str(home)]
    with (home.parent / "studio.log").open("a+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port or free_port()), *options],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=_environment(home),
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert "http" in line, (home.parent / "studio.log").read_text()
            yield line.split()[-1].rstrip("/")
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()
                process.stdout.close()
