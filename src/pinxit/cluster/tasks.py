"""What is handed out to workers: tasks, their workload and outcomes, and the workspace that they are done in."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pinxit.cluster import files
from pinxit.errors import PinxitError

# Errors of a disk that is full or broken: the node fails, not the task.
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_PREFIX = "pinxit-painter-"  # of the folders of workspaces


@dataclass(frozen=True)
class Outcome:
    """The outcome of a task.

    Attributes:
        name: the task's name.
        state: painted now, already done before, failed for good, or not possible on this node.
        error: what is wrong, one sentence.
        report: facts on the result, for a program to read.
    """

    name: str
    state: Literal["painted", "already_done", "failed", "node_failed"]
    error: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskProgress:
    """The progress of a task.

    Attributes:
        share: share that is done, range [0, 1].
        facts: a line for a person.
    """

    share: float
    facts: str = ""


class ClusterTask(Protocol):
    """Something that one worker does in one go.

    Attributes:
        name: for a person.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - described above


class Workload(Protocol):
    """What all tasks have in common; each worker holds one."""

    @property
    def input_files(self) -> Sequence[str]:
        """Names of files on the driver's machine that every worker needs."""

    def check(self) -> None:
        """Raise PinxitError on a node that can do no task, because it does not see the files."""

    def paint(self, task: Any, workspace: Workspace) -> Generator[TaskProgress, None, Outcome]:
        """Do a task whole: an existing result is not painted again, an interrupted task leaves nothing behind."""


def driver_workspace(workload: Workload) -> Workspace:
    """Return a workspace of the driver, in which mistakes are found before any worker starts."""
    return Workspace({name: files.read(name) for name in workload.input_files})


class Workspace:
    """A worker's own folder, with copies of the input files.

    Args:
        input_files: name → bytes.

    Attributes:
        folder: the folder.
        cache: what a workload keeps from task to task, by name.
    """

    def __init__(self, input_files: Mapping[str, bytes]) -> None:
        _remove_stale_workspaces(Path(tempfile.gettempdir()))
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        self.cache: dict[str, Any] = {}
        self._copies: dict[str, Path] = {}
        for name, content in input_files.items():
            parent, _, own = name.rpartition("/")
            # Files of one folder stay together in one folder.
            folder = self._copies.setdefault(parent, self.folder / "input_files" / str(len(self._copies)))
            folder.mkdir(parents=True, exist_ok=True)
            self._copies[name] = files.place_in(folder, own, name)
            self._copies[name].write_bytes(content)

    def path(self, name: str) -> str:
        """Return the path of the copy of an input file or of its folder; any other name is returned unchanged."""
        return str(self._copies.get(name, name))

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def task_folder(self) -> Any:
        """Give one task an empty folder, and remove it afterwards."""
        folder = self.folder / "task"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_stale_workspaces(folder: Path) -> None:
    """Remove the workspaces of workers that were killed."""
    for workspace in folder.glob(f"{_PREFIX}*"):
        pid = workspace.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            shutil.rmtree(workspace, ignore_errors=True)


def disk_trouble(error: BaseException | None) -> str:
    """Return the disk's error in the chain of an exception's causes, or an empty string."""
    while error is not None:
        number = getattr(error, "errno", None)  # FFmpeg's errors have one, too, and are no OSError
        if number in _DISK_ERRORS:
            return os.strerror(number).lower()
        error = error.__cause__ or error.__context__
    return ""


def outcome_of_error(name: str, error: Exception) -> Outcome:
    """Return the outcome of the named task that raised an exception."""
    trouble = disk_trouble(error)
    if trouble:
        return Outcome(name, "node_failed", trouble)
    if isinstance(error, PinxitError):
        return Outcome(name, "failed", str(error))
    return Outcome(name, "failed", f"failed unexpectedly ({type(error).__name__}: {error}), please report it.")
