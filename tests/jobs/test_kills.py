"""Nothing is lost, whatever is killed: benchmarks/kills.py, in short."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_nothing_is_lost_when_servers_and_workers_are_killed() -> None:
    program = Path(__file__).parents[2] / "benchmarks" / "kills.py"
    done = subprocess.run(
        [sys.executable, program, "--kills", "10", "--seed", "7"], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all whole" in done.stdout
    assert "Traceback" not in done.stderr
