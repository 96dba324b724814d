"""A workload whose tasks crash or raise on request, in a module that Ray's nodes can import."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from pinxit.cluster import files
from pinxit.cluster.tasks import Outcome, TaskProgress, Workspace


@dataclass(frozen=True)
class NamedTask:
    name: str


@dataclass(frozen=True)
class FailingWorkload:
    """Write each task's name into a file of that name, and into a log."""

    folder: str
    seconds: float = 0.0
    bytes_in_workspace: int = 0

    @property
    def input_files(self) -> list[str]:
        return []

    def check(self) -> None:
        pass

    def paint(self, task: NamedTask, workspace: Workspace) -> Generator[TaskProgress, None, Outcome]:
        result = Path(self.folder) / f"{task.name}.txt"
        if result.exists():  # its worker was killed after writing it, before reporting it
            return Outcome(task.name, "already_done")
        with (Path(self.folder) / "log").open("a") as log:
            log.write(f"{task.name}\n")
        if task.name == "crashes":
            os.kill(os.getpid(), signal.SIGKILL)
        if task.name == "raises":
            raise ZeroDivisionError("by nothing")
        with workspace.task_folder() as folder:
            (folder / "much").write_bytes(bytes(self.bytes_in_workspace))
        for part in range(10):
            time.sleep(self.seconds / 10)
            yield TaskProgress(part / 10, f"part {part}")
        files.publish(task.name.encode(), str(result), overwrite=True)
        return Outcome(task.name, "painted")
