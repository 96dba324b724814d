"""Measure what the frames of a film by the optimiser cost, in seconds of the processor.

    OMP_NUM_THREADS=1 python benchmarks/optimizer_film.py CLIP PAINTING [--size 640] [--start 0] [--end 1] [--keys none]

Seconds of the processor do not depend on what else the machine does; half of them is an estimate of the time on two cores.
A frame's cost includes that of the keyframe that is painted for it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from pinxit.video.prepare import prepare_video
from support.machine_info import describe


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clip")
    parser.add_argument("painting")
    parser.add_argument("--size", type=int, default=640)
    parser.add_argument("--start", type=float, default=0.0)
    parser.add_argument("--end", type=float, default=1.0)
    parser.add_argument("--keys", choices=["auto", "none"], default="auto")
    options = parser.parse_args()
    print(describe())
    keys: dict[str, Any] = {"keys": "auto" if options.keys == "auto" else ()}
    film = prepare_video(
        options.clip, [(options.painting, None)], engine="optimizer", device="cpu", size=options.size,
        start=options.start, end=options.end, **keys,
    )  # fmt: skip
    costs: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        before = time.process_time()
        for progress in film.paint(Path(folder) / "film"):
            if progress.frame > len(costs):
                now = time.process_time()
                costs.append(now - before)
                before = now
                print(f"frame {progress.frame}: {costs[-1]:.1f} s", flush=True)
    print(f"mean of the frames after the first: {sum(costs[1:]) / max(1, len(costs) - 1):.1f} s")


if __name__ == "__main__":
    main()
