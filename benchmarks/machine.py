"""What a figure was measured on: one line to print above it."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import torch


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def describe() -> str:
    """Processor, cores, PyTorch."""
    return f"{processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, PyTorch {torch.__version__}"


def matrix_product_rate(side: int = 2048, repeats: int = 4) -> float:
    """What this machine reaches in single-precision matrix products right now, in FLOP/s."""
    a, b = torch.randn(side, side), torch.randn(side, side)
    a @ b
    start = time.perf_counter()
    for _ in range(repeats):
        a @ b
    return repeats * 2 * side**3 / (time.perf_counter() - start)
