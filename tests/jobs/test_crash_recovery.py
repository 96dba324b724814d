"""Nothing is lost, whatever is killed: benchmarks/crash_recovery.py, in short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow(
    reason="kills servers and workers six times, each time in another way, and waits until all jobs are done"
)
def test_nothing_is_lost_when_servers_and_workers_are_killed() -> None:
    program = Path(__file__).parents[2] / "benchmarks" / "crash_recovery.py"
    options = ["--kills", "6", "--waiting", "3", "--seed", "7"]
    done = subprocess.run([sys.executable, program, *options], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all whole" in done.stdout
    assert "Traceback" not in done.stderr
