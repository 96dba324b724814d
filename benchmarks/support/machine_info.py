"""A description of the machine, to print above measurements."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import torch


def processor() -> str:
    """Return the processor's name, if the system knows it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def describe() -> str:
    """Return processor, cores, threads and PyTorch's version in one line."""
    return f"{processor()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads, PyTorch {torch.__version__}"


def describe_load() -> str:
    """Return processor, cores and the load of the last minute in one line."""
    return f"{processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


def matrix_product_rate(side: int = 2048, repeats: int = 4) -> float:
    """Return this machine's present rate of single-precision matrix products, FLOP/s."""
    a, b = torch.randn(side, side), torch.randn(side, side)
    a @ b
    start = time.perf_counter()
    for _ in range(repeats):
        a @ b
    return repeats * 2 * side**3 / (time.perf_counter() - start)
