"""The server's side of a worker: start it, hear it, tell it what is wished, end it when it does not end."""

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

from pinxit.jobs.disk import telling_of_room

# How long a worker may take to do what is wished, s; cancelling is for people who do not want to wait.
_PATIENCE = {"cancel": 15.0, "stop": 60.0, "pause": 60.0, "leave": 60.0}
# Between two signs of life an iteration passes, and where the picture is large and the machine slow, that takes minutes.
SECONDS_SILENT = 1200.0
_LOG = 1 << 20
# Of a worker on a cluster, bytes: it is there before its order is, divides what is larger into tiles, and takes longer.
_MEMORY_OF_SEAT = 5 << 29


@dataclass(frozen=True)
class Ending:
    """How a worker ended.

    Attributes:
        facts: what it said of it; None when it said nothing: it was killed, or broke down.
        hung: whether it was ended for its silence.
    """

    facts: dict[str, Any] | None
    hung: bool = False


@dataclass(frozen=True)
class Seat:
    """Where a worker sits that is not on this machine; the store's folder must be there under the same name.

    Attributes:
        address: of a Ray cluster.
        gpus: of each worker, or a part of one.
    """

    address: str
    gpus: float = 0.0

    def words(self, threads: int) -> tuple[str, ...]:
        """What comes before a worker's command line so that it runs there."""
        return ("-P", "-m", "pinxit.cluster.seat", self.address, str(threads), str(self.gpus), str(_MEMORY_OF_SEAT))


class Painter:
    """One worker, which has nothing to do yet.

    Args:
        home: the store's folder.
        threads: that it may compute with.
        seconds_silent: how long it may say nothing once it has work.
        seat: where it sits, if not on this machine.
    """

    def __init__(
        self, home: Path, threads: int, seconds_silent: float = SECONDS_SILENT, seat: Seat | None = None
    ) -> None:
        self._silent = seconds_silent
        self._lines: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._deadline: float | None = None
        with telling_of_room(), _log(home / "workers.log") as log:
            self._process = subprocess.Popen(  # noqa: S603 - pinxit itself
                [sys.executable, *(seat.words(threads) if seat else ()), "-P", "-m", "pinxit.jobs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=home,
                env={"OMP_NUM_THREADS": str(threads), **os.environ},
                start_new_session=True,  # Ctrl-C in the server's terminal is for the server
            )
        threading.Thread(target=self._read, daemon=True).start()

    def warm_up(self) -> None:
        """Let it load what takes seconds, so that whoever comes next need not wait for that."""
        self._say({"warm": True})

    @property
    def is_there(self) -> bool:
        """Whether it can still be given work."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def tell(self, wish: str) -> None:
        """Wish `cancel`, `stop`, `pause` or `leave`."""
        self._deadline = min(self._deadline or float("inf"), time.monotonic() + _PATIENCE[wish])
        self._say({"wish": wish})

    def kill(self) -> None:
        """End it at once; whoever waits for it will hear of that."""
        with contextlib.suppress(OSError):
            self._process.kill()

    def dismiss(self) -> None:
        """End one that has had no work."""
        self.kill()
        self._close()

    def give(self, task: dict[str, Any]) -> None:
        """Its work, as JSON data; see `pinxit.jobs.worker.Task`."""
        self._say(task)

    def wait(self, on_progress: Callable[[dict[str, Any]], object]) -> Ending:
        """Hear it till its end."""
        facts: dict[str, Any] | None = None
        heard, hung = time.monotonic(), False
        while True:
            try:
                line = self._lines.get(timeout=0.5)
            except queue.Empty:
                now = time.monotonic()
                hung = now - heard > self._silent
                if hung or (self._deadline is not None and now > self._deadline):
                    self.kill()
                continue
            heard = time.monotonic()
            if line is None:
                break
            if line.pop("event") == "ended":
                facts = line
            else:
                on_progress(line)
        self._close()
        return Ending(facts, hung)

    def _close(self) -> None:
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _say(self, data: dict[str, Any]) -> None:
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(OSError, ValueError):  # it is gone, as will be seen
            self._process.stdin.write(json.dumps(data).encode() + b"\n")
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        with contextlib.suppress(ValueError):  # it was closed: the process has had no work
            for text in self._process.stdout:
                with contextlib.suppress(ValueError):  # half a line of one that was killed
                    self._lines.put(json.loads(text))
        self._lines.put(None)


def _log(path: Path) -> Any:
    """What workers print: it does not grow for ever."""
    with contextlib.suppress(OSError):
        if path.stat().st_size > _LOG:
            path.unlink()
    return path.open("ab")
