"""Many at once: the benchmark's promise, for a few seconds and with patience for the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clock import under_load

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "load_test.py"


@pytest.mark.slow(reason="sends requests for eight seconds from twenty clients")
def test_no_job_is_lost_and_nothing_fails() -> None:
    options = ["--seconds", "8", "--clients", "20", "--busy", "1", "--p95", str(under_load(5))]
    done = subprocess.run([sys.executable, BENCHMARK, *options], capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'succeeded'" in done.stdout
