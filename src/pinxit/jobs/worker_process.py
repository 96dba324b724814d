"""The server's side of a worker: start its process, send it work and requests, and kill it if it does not end."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pinxit.jobs.disk import translate_disk_errors
from pinxit.jobs.protocol import WARM_UP

# s: how long a worker may take to fulfil a request. People who cancel do not want to wait; who stops a job wants its picture,
# for which the network may have to paint one of several thousand pixels.
_SECONDS_TO_END = {"cancel": 15.0, "stop": 180.0, "pause": 60.0, "leave": 60.0}
# s: an iteration passes between two lines of a worker; it takes minutes for a large picture on a slow machine.
SECONDS_SILENT = 1200.0
_MOST_LOGGED = 1 << 20  # bytes
# bytes: memory reserved on a cluster before the spec is known; larger pictures are divided into tiles and take longer.
_MEMORY_ON_CLUSTER = 5 << 29


@dataclass(frozen=True)
class WorkerExit:
    """How a worker ended.

    Attributes:
        facts: its last line, `ended`; None if it sent none, because it was killed or crashed.
        hung: whether it was killed for its silence.
    """

    facts: dict[str, Any] | None
    hung: bool = False


@dataclass(frozen=True)
class RayPlacement:
    """A place for workers on a Ray cluster; its nodes must have the store's folder under the same name.

    Attributes:
        address: the cluster's address.
        gpus: GPUs of each worker; may be a fraction.
    """

    address: str
    gpus: float = 0.0

    def command_prefix(self, threads: int) -> tuple[str, ...]:
        """Return the arguments that precede a worker's command line so that it runs on the cluster."""
        return (
            "-P",
            "-m",
            "pinxit.cluster.remote_process",
            self.address,
            str(threads),
            str(self.gpus),
            str(_MEMORY_ON_CLUSTER),
        )


class WorkerProcess:
    """A worker process and its pipes; it has no work until `assign`.

    Args:
        home: the store's folder.
        threads: how many threads it may compute with.
        seconds_silent: how long it may be silent while it has work, s.
        placement: where on a cluster it runs; on this machine where None.
    """

    def __init__(
        self, home: Path, threads: int, seconds_silent: float = SECONDS_SILENT, placement: RayPlacement | None = None
    ) -> None:
        self._silent = seconds_silent
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._deadline: float | None = None
        prefix = placement.command_prefix(threads) if placement else ()
        with translate_disk_errors(), _open_log(home / "workers.log") as log:
            self._process = subprocess.Popen(  # noqa: S603 - pinxit itself
                [sys.executable, *prefix, "-P", "-m", "pinxit.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home,
                env={"OMP_NUM_THREADS": str(threads), **os.environ},
                start_new_session=True,  # Ctrl-C in the server's terminal is for the server
            )
        threading.Thread(target=self._read, daemon=True).start()

    def warm_up(self) -> None:
        """Have it load the libraries, which takes seconds, before there is work."""
        self._send(WARM_UP)

    @property
    def is_alive(self) -> bool:
        """Whether it can be given work."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def request(self, request: str) -> None:
        """Send the request `cancel`, `stop`, `pause` or `leave`, and set a deadline for it."""
        self._deadline = min(self._deadline or float("inf"), time.monotonic() + _SECONDS_TO_END[request])
        self._send({"request": request})

    def kill(self) -> None:
        """Kill it; `wait` returns then."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def discard(self) -> None:
        """Kill a worker that has had no work, and close its pipes."""
        self.kill()
        self._close()

    def assign(self, task: dict[str, Any]) -> None:
        """Send it its work, a `pinxit.jobs.protocol.Task` as JSON data."""
        self._send(task)

    def wait(self, on_progress: Callable[[dict[str, Any]], object]) -> WorkerExit:
        """Read its lines until it ends; kill it after its deadline or too long a silence.

        Args:
            on_progress: called with the facts of each line of progress.
        """
        facts: dict[str, Any] | None = None
        last_line, hung = time.monotonic(), False
        while True:
            try:
                line = self._lines.get(timeout=0.5)
            except queue.Empty:
                now = time.monotonic()
                hung = now - last_line > self._silent
                if hung or (self._deadline is not None and now > self._deadline):
                    self.kill()
                continue
            last_line = time.monotonic()
            if line is None:
                break
            if line.pop("event") == "ended":
                facts = line
            else:
                on_progress(line)
        self._close()
        return WorkerExit(facts, hung)

    def _close(self) -> None:
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _send(self, data: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(OSError, ValueError):  # the process is gone, which `wait` reports
            self._process.stdin.write(json.dumps(data).encode() + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(ValueError):  # the pipe was closed by `discard`
            for text in self._process.stdout:
                with contextlib.suppress(ValueError):  # half a line of a process that was killed
                    self._lines.put(json.loads(text))
        self._lines.put(None)


def _open_log(path: Path) -> Any:
    """Open the log of all workers, and start it anew when it has grown too large."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > _MOST_LOGGED:
            path.unlink()
    return path.open("ab")
