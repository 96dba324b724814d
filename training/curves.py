"""Draw how losses fell over a training, from the log that `shipped.py` keeps.

python training/curves.py training/fine.jsonl docs/images/training.png
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt


def main() -> None:
    """Draw."""
    log, target = map(Path, sys.argv[1:3])
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    figure, axes = plt.subplots(1, 2, figsize=(8, 2.6))
    for place, name in zip(axes, ("content", "style"), strict=True):
        place.plot([line["step"] for line in lines], [line[name] for line in lines])
        place.set(title=f"{name} loss", xlabel="step")
        place.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(target, dpi=90)


if __name__ == "__main__":
    main()
