"""The Ray actor that paints: it keeps its encoder and networks loaded and does one task after another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from pinxit.cluster.resources import Resources
from pinxit.cluster.tasks import Outcome, TaskProgress, Workload, Workspace, outcome_of_error
from pinxit.errors import PinxitError
from pinxit.version import __version__


class RayWorker:
    """A worker on a node.

    Args:
        workload: the work that its tasks are part of.
        input_files: files of the driver, name → bytes.
        resources: the part of the node that Ray reserves for it.
        version: the driver's version of pinxit; another version could paint other bytes.
    """

    def __init__(
        self, workload: Workload, input_files: Mapping[str, bytes], resources: Resources, version: str
    ) -> None:
        self._workload, self._input_files, self._resources, self._version = workload, input_files, resources, version
        self._workspace: Workspace | None = None
        self._progress = TaskProgress(0.0)

    def ready(self) -> tuple[str, str, str]:
        """Set up the workspace.

        Returns:
            The node's id, its address, and why no task can be done there; an empty string where tasks can.
        """
        import ray

        context = ray.get_runtime_context()
        node, host = context.get_node_id(), str(ray.util.get_node_ip_address())  # type: ignore[no-untyped-call]
        # Set before PyTorch and the networks are loaded, which happens with the first task.
        os.environ["OMP_NUM_THREADS"] = str(self._resources.cpus)
        if not self._resources.gpus:
            os.environ["CUDA_VISIBLE_DEVICES"] = ""
        try:
            if self._version != __version__:
                raise PinxitError(f"it has pinxit {__version__}, this machine {self._version}")
            self._workload.check()
            self._workspace = Workspace(self._input_files)
        except (OSError, PinxitError) as error:
            return node, host, outcome_of_error("", error).error
        return node, host, ""

    def paint(self, task: Any) -> Outcome:
        """Do a task; an exception becomes a failed outcome."""
        self._progress = TaskProgress(0.0)
        if self._workspace is None:
            raise AssertionError("not ready")
        steps = self._workload.paint(task, self._workspace)
        try:
            while True:
                self._progress = next(steps)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        except Exception as error:
            return outcome_of_error(task.name, error)

    def progress(self) -> TaskProgress:
        """Return the progress of the current task; Ray calls this in a second thread while `paint` runs."""
        return self._progress
