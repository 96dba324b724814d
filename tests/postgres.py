"""A real PostgreSQL for the tests: started, stopped, frozen, killed and started again."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.clock import PATIENCE


class Postgres:
    """A cluster of its own, on loopback, in a folder of its own.

    Args:
        programs: where `postgres` and `initdb` are.
        folder: where its data are to be.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._process: subprocess.Popen[bytes] | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        # It refuses to run as root.
        self._user: str | None = None
        if os.geteuid() == 0:
            names = {user.pw_name for user in pwd.getpwall()}
            self._user = "postgres" if "postgres" in names else "nobody"
            account = pwd.getpwnam(self._user)
            os.chown(folder, account.pw_uid, account.pw_gid)
        arguments = ["-D", str(folder / "data"), "-A", "trust", "-U", "pinxit", "--no-sync", "-E", "UTF8"]
        subprocess.run(
            [programs / "initdb", *arguments], check=True, stdout=subprocess.DEVNULL, user=self._user, cwd=folder
        )
        self.start()

    def address(self, name: str) -> str:
        """Of a database, which need not be there yet."""
        return f"postgresql://pinxit@127.0.0.1:{self._port}/{name}"

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = (f"port={self._port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off")
        return subprocess.Popen(
            [
                *(self._programs / "postgres", "-D", self._folder / "data"),
                *(word for setting in settings for word in ("-c", setting)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            cwd=self._folder,
        )

    def start(self) -> None:
        """Start it, and wait till it answers."""
        self._process = self._spawn()
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.address("postgres")).close()
                return
            if self._process.poll() is not None:
                # After a kill it may refuse to start, while a process of the former one still holds the shared memory.
                self._process = self._spawn()
            assert time.monotonic() < deadline, "PostgreSQL does not start"
            time.sleep(0.05)

    def freeze(self) -> None:
        """Stop all its processes: connections are taken, and nothing is answered."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """As a lack of power does."""
        self._send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def _send(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        with contextlib.suppress(psutil.Error):
            server = psutil.Process(self._process.pid)
            # The one that starts the others comes first.
            for process in (server, *server.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    process.send_signal(number)


@contextlib.contextmanager
def cluster() -> Iterator[Postgres]:
    """One, killed at the end; skips where PostgreSQL is not installed."""
    found = [Path(path).parent for path in [shutil.which("initdb")] if path]
    found += sorted(path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        pytest.skip("PostgreSQL is not installed")
    # Not in pytest's folder, into which no other account can look.
    folder = Path(tempfile.mkdtemp(prefix="pinxit-postgres-"))
    postgres: Postgres | None = None
    try:
        postgres = Postgres(found[-1], folder)
        yield postgres
    finally:
        if postgres is not None:
            postgres.kill()
        shutil.rmtree(folder, ignore_errors=True)
