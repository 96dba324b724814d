"""ONNX Runtime with its telemetry disabled."""

from __future__ import annotations

from types import ModuleType


def load_onnxruntime() -> ModuleType:
    """Return onnxruntime with its telemetry disabled; nothing else in pinxit imports it, which ruff's TID251 checks.

    `pinxit/__init__.py` sets the variable that onnxruntime reads on import. A program that imported it before pinxit has
    already sent the event of that import; the call stops the events of all later sessions.
    """
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module
