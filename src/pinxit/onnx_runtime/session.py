"""ONNX Runtime with its telemetry disabled, and sessions that run a graph on the processor."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray


def load_onnxruntime() -> ModuleType:
    """Return onnxruntime with its telemetry disabled; nothing else in pinxit imports it, which ruff's TID251 checks.

    `pinxit/__init__.py` sets the variable that onnxruntime reads on import. A program that imported it before pinxit has
    already sent the event of that import; the call stops the events of all later sessions.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module


def run_session(session: Any, inputs: Mapping[str, NDArray[np.generic]]) -> list[NDArray[Any]]:
    """Run a session and return all of its outputs.

    Args:
        session: see `open_session`.
        inputs: arrays by name.

    Raises:
        MemoryError: when memory is missing, for which ONNX Runtime has no exception of its own.
    """
    try:
        outputs: list[NDArray[Any]] = session.run(None, inputs)
    except Exception as error:
        if "allocate memory" not in str(error):
            raise
        raise MemoryError(str(error)) from error
    return outputs


def open_session(model: bytes) -> Any:
    """Return an `onnxruntime.InferenceSession` of an ONNX file's content; the size of its inputs may vary from run to run."""
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # sizes vary, and a memory plan for one does not fit the next
    # Threads that spin while they wait slow down other sessions.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The variable that PyTorch follows too; the result is the same with any number of threads.
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
