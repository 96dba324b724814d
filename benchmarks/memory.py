"""Measure the peak resident memory of painting at one scale, each run in its own process, with and without a limit.

python benchmarks/memory.py
python benchmarks/memory.py --poster      4096 px from a 512-px composition, and nothing else; saved as out/poster.png
python benchmarks/memory.py --promises    2048, 4096 and 8192 px, or the sizes given, in float32, within the memory of the plan:
                                          two steps each, because the first one fills the history of L-BFGS
python benchmarks/memory.py --where       1024 px within 1.5 GB, and the peak in each function
"""

from __future__ import annotations

import subprocess
import sys

from support.machine_info import describe

# (what, settings): after a few iterations only L-BFGS's history still grows, to 40 vectors of 12 bytes a pixel.
RUNS = [
    ("512 × 512 px", {"size": 512, "coarsest": 512, "iterations": 12}),
    ("1024 × 1024 px", {"size": 1024, "coarsest": 1024, "iterations": 6}),
    ("1024 × 1024 px, --memory 1.5GB", {"size": 1024, "coarsest": 1024, "iterations": 6, "memory": 1.5}),
]
PROMISES = {2048: 2, 4096: 7, 8192: 24}
"""GB: memory within which a square picture with that many px per side must be painted."""
POSTER = (
    "4096 × 4096 px, --memory 7GB",
    {"size": 4096, "coarsest": 512, "iterations": (20, 6, 3, 2), "memory": 7},
)
PAINT = (
    "import resource; from pinxit.preparation import prepare\n"
    "job = prepare('sample:astronaut', 'house:swirl', tolerance=0, device='cpu', precision='float32', **{settings})\n"
    "*_, last = job.paint()\n"
    "{keep}"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)
# After two steps, memory grows only by the pairs of L-BFGS. Here all pairs exist from the first step on.
FULL = """
import torch
from pinxit.optimize.half_vector import HalfVector
from pinxit.optimize.lbfgs import LBFGS
first = LBFGS.step
def step(self, picture, gradient):
    while len(self._pairs) < self._pairs.maxlen:
        one, other = (HalfVector(gradient.flatten().clone(), self._half) for _ in range(2))
        self._pairs.append((one, other, 1.0))
    return first(self, picture, gradient)
LBFGS.step = step
"""
# Print progress, because a run may take an hour.
STEPS = """
import sys
from pinxit.preparation import prepare
job = prepare('sample:astronaut', 'house:swirl', tolerance=0, device='cpu', precision='float32', **{settings})
for count, last in enumerate(job.paint()):
    print(f'{{last.seconds:.0f}} s', file=sys.stderr, flush=True)
    if count == 1:
        break
import resource
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
KEEP = (
    "from pathlib import Path; from pinxit.image import write\n"
    "write(last.picture(), Path('out/poster.png'), overwrite=True)\n"
)
# Sample the resident memory every 5 ms, with the current pinxit function of the main thread.
WHERE = """
import collections, sys, threading, time
from pathlib import Path
peaks = collections.Counter()
def watch(main=threading.main_thread().ident):
    while True:
        frame = sys._current_frames()[main]
        while frame and "/pinxit/" not in frame.f_code.co_filename:
            frame = frame.f_back
        if frame:
            name = Path(frame.f_code.co_filename).stem + "." + frame.f_code.co_qualname
            peaks[name] = max(peaks[name], int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
        time.sleep(0.005)
threading.Thread(target=watch, daemon=True).start()
"""
REPORT = "for name, most in peaks.most_common(12): print(f'{most / 2**30:8.2f} GiB  {name}')\n"


def main() -> None:
    """Measure and print."""
    print(describe(), flush=True)
    idle = "import resource, torch, pinxit.job; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    unit = 2**10 if sys.platform != "darwin" else 1
    runs = [POSTER] if "--poster" in sys.argv else RUNS
    keep = KEEP if runs == [POSTER] else ""
    paintings = [(what, PAINT.format(settings=chosen, keep=keep)) for what, chosen in runs]
    if "--promises" in sys.argv:
        paintings = []
        for size in map(int, sys.argv[2:] or PROMISES):
            promised = {"size": size, "coarsest": size, "iterations": 25, "memory": PROMISES[size]}
            what = f"{size} × {size} px, --memory {PROMISES[size]}GB"
            paintings.append((what, FULL + STEPS.format(settings=promised)))
    if "--where" in sys.argv:
        what, settings = RUNS[-1]
        print(what)
        subprocess.run([sys.executable, "-c", WHERE + PAINT.format(settings=settings, keep=REPORT)], check=True)
        return
    for what, script in [("PyTorch alone", idle), *paintings]:
        done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
        print(f"{what:32} {int(done.stdout) * unit / 2**30:.2f} GiB", flush=True)


if __name__ == "__main__":
    main()
