"""Many at once: the benchmark's promise, for a few seconds and with patience for the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "clients.py"


@pytest.mark.slow
def test_no_job_is_lost_and_nothing_fails() -> None:
    options = ["--seconds", "8", "--clients", "20", "--busy", "1", "--p95", "5"]
    done = subprocess.run([sys.executable, BENCHMARK, *options], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'succeeded'" in done.stdout
