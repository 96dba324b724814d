"""Peak resident memory of painting at 512 and 1024 px, each in a process of its own.

python benchmarks/memory.py
"""

from __future__ import annotations

import subprocess
import sys

from machine import describe

SIZES = (512, 1024)
# After a few iterations only L-BFGS’s history still grows, to 40 vectors of 12 bytes a pixel: 0.25 GiB more at 1024 px.
PAINT = (
    "import resource; from pinxit.job import prepare\n"
    "job = prepare('sample:astronaut', 'house:swirl', size={size}, coarsest={size}, iterations=12, tolerance=0, device='cpu')\n"
    "list(job.paint())\n"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def main() -> None:
    """Measure and print."""
    print(describe())
    idle = "import resource, torch, pinxit.job; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    unit = 2**10 if sys.platform != "darwin" else 1
    for what, script in [("PyTorch alone", idle)] + [(f"{size}×{size} px", PAINT.format(size=size)) for size in SIZES]:
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        print(f"{what:14} {int(done.stdout) * unit / 2**30:.2f} GiB", flush=True)


if __name__ == "__main__":
    main()
