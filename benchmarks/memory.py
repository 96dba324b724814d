"""Peak resident memory of painting at one scale, each in a process of its own, without a limit and with one.

python benchmarks/memory.py
python benchmarks/memory.py --poster      4096 px from a 512-px composition, and nothing else; kept as out/poster.png
"""

from __future__ import annotations

import subprocess
import sys

from machine import describe

# (what, settings): after a few iterations only L-BFGS's history still grows, to 40 vectors of 12 bytes a pixel.
RUNS = [
    ("512 × 512 px", {"size": 512, "coarsest": 512, "iterations": 12}),
    ("1024 × 1024 px", {"size": 1024, "coarsest": 1024, "iterations": 6}),
    ("1024 × 1024 px, --memory 1.5GB", {"size": 1024, "coarsest": 1024, "iterations": 6, "memory": 1.5}),
]
POSTER = (
    "4096 × 4096 px, --memory 7GB",
    {"size": 4096, "coarsest": 512, "iterations": (20, 6, 3, 2), "memory": 7},
)
PAINT = (
    "import resource; from pinxit.job import prepare\n"
    "job = prepare('sample:astronaut', 'house:swirl', tolerance=0, device='cpu', **{settings})\n"
    "*_, last = job.paint()\n"
    "{keep}"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)
KEEP = (
    "from pathlib import Path; from pinxit.picture import write\n"
    "write(last.picture(), Path('out/poster.png'), overwrite=True)\n"
)


def main() -> None:
    """Measure and print."""
    print(describe(), flush=True)
    idle = "import resource, torch, pinxit.job; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    unit = 2**10 if sys.platform != "darwin" else 1
    runs = [POSTER] if "--poster" in sys.argv else RUNS
    keep = KEEP if runs == [POSTER] else ""
    paintings = [(what, PAINT.format(settings=chosen, keep=keep)) for what, chosen in runs]
    for what, script in [("PyTorch alone", idle), *paintings]:
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        print(f"{what:32} {int(done.stdout) * unit / 2**30:.2f} GiB", flush=True)


if __name__ == "__main__":
    main()
