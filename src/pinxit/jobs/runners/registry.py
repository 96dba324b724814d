"""From a spec to its runner: `NameRunner` in the module of the work's name.

Only that module is imported, so that a worker loads the libraries of one kind of work.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from pinxit.errors import PinxitError
from pinxit.jobs.errors import JobsError
from pinxit.jobs.files import Files
from pinxit.jobs.runners.base import Runner
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.specs import Spec


def open_runner(
    spec: Spec, files: Files, folder: Path, on_preparing: Callable[[float], object] = lambda share: None
) -> Runner:
    """Read the inputs of a spec and prepare its runner.

    Args:
        spec: what to make.
        files: the stored files.
        folder: the job's own, for its outputs and checkpoints.
        on_preparing: called while a long preparation is made, with the share that is done, 0 to 1.

    Raises:
        PinxitError: with one sentence on what is wrong.
    """
    kind = getattr(importlib.import_module(f"pinxit.jobs.runners.{spec.work}"), f"{spec.work.title()}Runner")
    inputs = InputResolver(files, on_preparing)
    try:
        runner: Runner = kind(spec, inputs, folder)
    except JobsError:
        raise
    except PinxitError as error:
        raise PinxitError(inputs.hide_paths(str(error))) from error
    return runner
