"""Claim: saving a run's state costs a small share of its time.

python benchmarks/checkpoint.py [--size 512]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from pinxit.checkpoint import SECONDS_BETWEEN, SHARE, Checkpoint
from pinxit.optimize.lbfgs import HISTORY
from pinxit.optimize.progress import OptimizerProgress
from pinxit.preparation import prepare
from support.machine_info import describe


def main() -> None:
    """Fill the history of L-BFGS, save it a few times, print the time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512)
    options = parser.parse_args()
    print(describe())
    job = prepare(
        "sample:astronaut", "house:swirl", size=options.size, coarsest=options.size, iterations=HISTORY + 5, tolerance=0
    )
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PINXIT_CACHE"] = folder
        *_, progress = job.paint()
        assert isinstance(progress, OptimizerProgress)  # noqa: S101 - for the type checker
        checkpoint, took = Checkpoint(job.recipe), []
        for _ in range(5):
            start = time.perf_counter()
            checkpoint._save(progress.state())
            took.append(time.perf_counter() - start)
        saved = sum(file.stat().st_size for file in (Path(folder) / "checkpoints").iterdir())
    seconds = statistics.median(took)
    print(f"{options.size} px: {saved / 2**20:.0f} MiB in {seconds:.2f} s")
    print(f"every {SECONDS_BETWEEN:.0f} s: {seconds / SECONDS_BETWEEN:.1%} of the time; never more than {SHARE:.0%}")


if __name__ == "__main__":
    main()
