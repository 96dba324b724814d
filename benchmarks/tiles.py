"""Claim: a picture painted in tiles has no seams and agrees with the one painted whole.

Where tiles meet, neighbouring pixels must differ no more than elsewhere. The same lines in the picture painted whole show how
much of a difference is chance.

    python benchmarks/tiles.py [--size 768] [--iterations 12]
"""

from __future__ import annotations

import argparse

import numpy as np
import torch

from pinxit.encoder.tiles import divide
from pinxit.image.picture import Pixels
from pinxit.optimize.memory import GIB, demand_of, plan
from pinxit.preparation import prepare
from support.machine_info import describe

AMPLE, TIGHT = 16.0, 1.3


def main() -> None:
    """Paint twice, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=768)
    parser.add_argument("--iterations", type=int, default=12)
    options = parser.parse_args()
    print(describe())
    painted: dict[float, Pixels] = {}
    for memory in (AMPLE, TIGHT):
        job = prepare(
            "sample:astronaut", "house:swirl", size=options.size, coarsest=options.size, iterations=options.iterations,
            tolerance=0, memory=memory, device="cpu",
        )  # fmt: skip
        *_, last = job.paint()
        painted[memory] = last.picture().pixels
        height, width = painted[memory].shape[1:]
        side = plan(height, width, memory * GIB, demand_of(job.recipe, job.ingredients, options.iterations)).side
        taps = {*job.recipe.content_layers, *job.recipe.style_layers}
        tiles = divide(torch.from_numpy(painted[memory])[None], side, "vgg16", taps)
        print(f"--memory {memory:g}GB: {len(tiles)} tiles, {last.seconds / options.iterations:.2f} s an iteration")
    borders = sorted({tile.inner[1].start for tile in tiles} - {0})
    for memory, pixels in painted.items():
        print(f"--memory {memory:g}GB: step over those borders {step(pixels, borders):.3f} of the step elsewhere")
    print(f"mean difference {np.abs(painted[AMPLE] - painted[TIGHT]).mean():.1e} of the range")


def step(pixels: Pixels, borders: list[int]) -> float:
    """Return the mean difference of neighbours across the left borders of some columns, relative to that across all others."""
    steps = np.abs(np.diff(pixels, axis=2)).mean((0, 1))
    at = np.isin(np.arange(1, pixels.shape[2]), borders)
    return float(steps[at].mean() / steps[~at].mean())


if __name__ == "__main__":
    main()
