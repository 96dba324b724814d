"""ONNX Runtime with its telemetry off."""

from __future__ import annotations

from types import ModuleType


def load_onnxruntime() -> ModuleType:
    """Return onnxruntime with its telemetry off; nothing else in pinxit imports it, which ruff's TID251 checks.

    `pinxit/__init__.py` sets the variable that onnxruntime reads when it is imported. A program that imported it before pinxit
    has sent the event of that import already; the call ends those of all sessions since.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module
