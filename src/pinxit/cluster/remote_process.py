"""`python -m pinxit.cluster.remote_process ADDRESS CPUS GPUS MEMORY COMMAND…`: run a command on a node as if it ran here.

Lines of standard input and standard output are forwarded, so a caller that starts workers on this machine, as the studio does,
can start them on a cluster instead. The process ends when either side ends.
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

_READ_TIMEOUT = 5.0  # s: how long one call of `read` waits for a line


class RemoteProcess:
    """The far end: a Ray actor that runs the command on its node.

    Args:
        command: the command; its first word is left out, because it is this Python.
        threads: the number of threads that it may compute with.
        gpus: the GPUs reserved for it; with 0 it sees none.
        memory: the memory that it may plan with, bytes.
    """

    def __init__(self, command: Sequence[str], threads: int, gpus: float, memory: int) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "PINXIT_MEMORY": str(memory)}
        if not gpus:
            environment["CUDA_VISIBLE_DEVICES"] = ""
        self._process = subprocess.Popen(  # noqa: S603 - the driver's own command
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._lines: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._read_output, daemon=True).start()

    def write(self, line: bytes) -> None:
        """Write a line to standard input; an empty one closes it."""
        pipe = self._process.stdin
        if pipe is None:
            raise AssertionError("it has no standard input")
        with contextlib.suppress(OSError):  # the process has ended, which `read` reports
            if line:
                pipe.write(line)
                pipe.flush()
            else:
                pipe.close()

    def read(self) -> tuple[list[bytes], int | None]:
        """Return the lines of standard output since the last call, and the exit code once the process has ended."""
        lines: list[bytes] = []
        with contextlib.suppress(queue.Empty):
            lines.append(self._lines.get(timeout=_READ_TIMEOUT))
            while True:
                lines.append(self._lines.get_nowait())
        if lines and not lines[-1]:
            return lines[:-1], self._process.wait()
        return lines, None

    def _read_output(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)
        self._lines.put(b"")


def run(address: str, cpus: int, gpus: float, memory: int, command: Sequence[str]) -> int:
    """Run a command on a node, connected to this process's standard input and output.

    Args:
        address: the cluster; see `pinxit.cluster.connection.connected`.
        cpus: processors to reserve, and threads to compute with.
        gpus: GPUs to reserve.
        memory: memory to reserve, bytes.
        command: the command; its first word is this Python.

    Returns:
        The exit code of the command.

    Raises:
        PinxitError: when no cluster answers, or the node dies.
    """
    with connected(address):
        import ray

        options: dict[str, Any] = {"num_cpus": cpus, "memory": memory, "max_concurrency": 2}
        if gpus:
            options["num_gpus"] = gpus
        process: Any = ray.remote(**options)(RemoteProcess).remote(list(command), cpus, gpus, memory)
        threading.Thread(target=_forward, args=(process, sys.stdin.buffer), daemon=True).start()
        try:
            while True:
                lines, code = ray.get(process.read.remote())
                sys.stdout.buffer.writelines(lines)
                sys.stdout.buffer.flush()
                if code is not None:
                    return int(code)
        except ray.exceptions.RayError as error:
            raise PinxitError("the node that painted this is gone.") from error
        finally:
            ray.kill(process)


def _forward(process: Any, stream: IO[bytes]) -> None:
    for line in iter(stream.readline, b""):
        process.write.remote(line)
    process.write.remote(b"")


if __name__ == "__main__":
    _, cluster_address, cpus_text, gpus_text, memory_text, *command_words = sys.argv
    sys.exit(run(cluster_address, int(cpus_text), float(gpus_text), int(memory_text), command_words))
