"""A Ray cluster of three nodes on this machine, on the loopback interface only."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from pinxit.cluster.connection import RAY_ENVIRONMENT
from tests.clock import PATIENCE

ROOT = Path(__file__).parent.parent.parent
MIB = 2**20
# Nothing is sent to other machines, and nothing listens to them: Ray calls that a machine without support for clusters.
ENVIRONMENT = {
    **RAY_ENVIRONMENT,
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_memory_monitor_refresh_ms": "0",
    "OMP_NUM_THREADS": "1",
}


class LocalCluster:
    """A cluster of nodes with one processor and 3 GB each.

    Args:
        cache: pinxit's cache folder on all nodes.
        count: number of nodes.
    """

    def __init__(self, cache: Path, count: int = 3) -> None:
        os.environ.update(ENVIRONMENT)
        from ray.cluster_utils import Cluster

        self._environment = {"PINXIT_CACHE": str(cache), "PYTHONPATH": str(ROOT)}
        self._cluster: Any = Cluster()
        self.nodes = [self.add() for _ in range(count)]
        self.address = str(self._cluster.address)

    def add(self, **environment: str) -> Any:
        """Add a node, with its own environment."""
        return self._cluster.add_node(
            num_cpus=1,
            memory=3072 * MIB,
            object_store_memory=80 * MIB,
            node_ip_address="127.0.0.1",
            include_dashboard=False,
            env_vars={**self._environment, **environment},
        )

    def kill_node(self, node: Any) -> None:
        """End a node at once, as a power failure would."""
        self._cluster.remove_node(node, allow_graceful=False)
        if node in self.nodes:
            self.nodes.remove(node)

    def workers(self) -> list[psutil.Process]:
        """Return the processes of all workers."""
        found = []
        for process in psutil.Process().children(recursive=True):
            try:
                if process.cmdline()[0].startswith("ray::RayWorker") and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, IndexError):
                continue
        return found

    def wait_for_workers(self, count: int, seconds: float = PATIENCE) -> list[psutil.Process]:
        """Wait until there are `count` workers, and return their processes."""
        end = time.monotonic() + seconds
        while len(self.workers()) != count:
            assert time.monotonic() < end, f"{len(self.workers())} workers, not {count}"
            time.sleep(0.05)
        return self.workers()

    @contextlib.contextmanager
    def killing(self, count: int, pauses: tuple[float, float]) -> Iterator[list[int]]:
        """Kill at most `count` random workers within the context, after random pauses, s; give their process numbers."""
        ended = threading.Event()
        killed: list[int] = []

        def kill() -> None:
            chance = random.Random(8)  # noqa: S311
            while len(killed) < count and not ended.wait(chance.uniform(*pauses)):
                workers = self.workers()
                if workers:
                    pid = chance.choice(workers).pid
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)

        killer = threading.Thread(target=kill)
        killer.start()
        try:
            yield killed
        finally:
            ended.set()
            killer.join()

    def stop(self) -> None:
        """Stop the cluster."""
        self._cluster.shutdown()


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file in a folder, hidden ones too, except those that a killed writer has left unfinished."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
