"""Claim: `pinxit --help` answers in under 0.4 s and imports no torch.

python benchmarks/startup.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from support.machine_info import describe


def seconds(*command: str) -> float:
    """Return the seconds of one run of a command, as a whole process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    print(describe())
    for name, command in {
        "python -c pass": (sys.executable, "-c", "pass"),
        "pinxit --help": (sys.executable, "-m", "pinxit", "--help"),
        "pinxit stylize --help": (sys.executable, "-m", "pinxit", "stylize", "--help"),
    }.items():
        runs = sorted(seconds(*command) for _ in range(11))
        print(f"{name:22} median {statistics.median(runs):.2f} s, fastest {runs[0]:.2f} s, slowest {runs[-1]:.2f} s")


if __name__ == "__main__":
    main()
