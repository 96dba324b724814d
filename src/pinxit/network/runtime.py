"""ONNX Runtime with its telemetry off."""

from __future__ import annotations

from types import ModuleType


def load_onnxruntime() -> ModuleType:
    """Return onnxruntime, silenced; the only way in which pinxit imports it (ruff's TID251 holds the code to that).

    `pinxit/__init__.py` has set the variable that silences it. Where a program imported onnxruntime before pinxit, that import
    has sent its event already; the call ends the events of all sessions since.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module
