"""`python -m pinxit.cluster.seat ADDRESS CPUS GPUS MEMORY COMMAND…`: a command on a node, spoken to as if it ran here.

What it reads on standard input and writes on standard output goes to and fro line by line, so whoever starts workers on this
machine can start them on a cluster instead: the studio does. It ends when either side ends.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO, Any

from pinxit.cluster.connection import connected
from pinxit.errors import PinxitError

_SECONDS_TO_WAIT = 5.0


class Seat:
    """The far end, an actor that Ray has found room for.

    Args:
        command: to run, its first word left out: that is this Python.
        threads: that it may compute with.
        gpus: whether it may see any.
        memory: bytes that it may plan with.
    """

    def __init__(self, command: Sequence[str], threads: int, gpus: float, memory: int) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PINXIT_MEMORY": str(memory)}
        if not gpus:
            environment["CUDA_VISIBLE_DEVICES"] = ""
        self._process = subprocess.Popen(  # noqa: S603 - the driver's own command
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def write(self, line: bytes) -> None:
        """A line for its standard input; nothing ends that."""
        pipe = self._process.stdin
        if pipe is None:
            raise AssertionError("it has no standard input")
        with contextlib.suppress(OSError):  # it has ended, which `read` will tell
            if line:
                pipe.write(line)
                pipe.flush()
            else:
                pipe.close()

    def read(self) -> tuple[list[bytes], int | None]:
        """Lines of its standard output since the last, and its exit code when it has ended."""
        lines: list[bytes] = []
        with contextlib.suppress(queue.Empty):
            lines.append(self._lines.get(timeout=_SECONDS_TO_WAIT))
            while True:
                lines.append(self._lines.get_nowait())
        if lines and not lines[-1]:
            return lines[:-1], self._process.wait()
        return lines, None

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)
        self._lines.put(b"")


def sit(address: str, cpus: int, gpus: float, memory: int, command: Sequence[str]) -> int:
    """Run a command on a node, between this process's standard input and output; its exit code.

    Raises:
        PinxitError: when no cluster answers, or the node dies.
    """
    with connected(address):
        import ray

        options: dict[str, Any] = {"num_cpus": cpus, "memory": memory, "max_concurrency": 2}
        if gpus:
            options["num_gpus"] = gpus
        seat: Any = ray.remote(**options)(Seat).remote(list(command), cpus, gpus, memory)
        threading.Thread(target=_pass_on, args=(seat, sys.stdin.buffer), daemon=True).start()
        try:
            while True:
                lines, code = ray.get(seat.read.remote())
                sys.stdout.buffer.writelines(lines)
                sys.stdout.buffer.flush()
                if code is not None:
                    return int(code)
        except ray.exceptions.RayError as error:
            raise PinxitError("the node that painted this is gone.") from error
        finally:
            ray.kill(seat)


def _pass_on(seat: Any, stream: IO[bytes]) -> None:
    for line in iter(stream.readline, b""):
        seat.write.remote(line)
    seat.write.remote(b"")


if __name__ == "__main__":
    _, where, cpus_wanted, gpus_wanted, memory_wanted, *what = sys.argv
    sys.exit(sit(where, int(cpus_wanted), float(gpus_wanted), int(memory_wanted), what))
