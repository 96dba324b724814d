"""Claim: two paintings at once take at most 2.2 times as long as one, so painting does not break down beside other programs.

Each painting is a draft in its own process, with the default number of threads. `--spin N` sets how long idle threads of GNU's
OpenMP spin (GOMP_SPINCOUNT), for comparison.

    python benchmarks/beside.py [--spin 10000]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

from support.machine_info import describe

PAINT = (
    "from pinxit.preparation import prepare\n"
    "*_, last = prepare('sample:astronaut', 'house:swirl', preset='draft', match_by='vgg', device='cpu').paint()\n"
)


def main() -> None:
    """Time one painting, then two at once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spin", type=int)
    spin = parser.parse_args().spin
    environment = os.environ | ({} if spin is None else {"GOMP_SPINCOUNT": str(spin)})
    print(describe(), flush=True)
    seconds(1, environment)  # fill the system's file cache
    alone, both = seconds(1, environment), seconds(2, environment)
    print(f"one {alone:.1f} s, two at once {both:.1f} s: {both / alone:.2f} times as long")


def seconds(count: int, environment: dict[str, str]) -> float:
    """Return the seconds until the last of `count` simultaneous paintings is done."""
    begun = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-c", PAINT], env=environment) for _ in range(count)]
    for process in running:
        if process.wait():
            raise SystemExit("a painting failed.")
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
