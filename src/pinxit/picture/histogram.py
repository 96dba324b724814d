"""How often each value occurs, and giving that to other values: histograms, as quantiles.

Covariances make an octave as lively as another one; its histogram says whether that life is in a few hard strokes or in many
soft ones (Heeger and Bergen, "Pyramid-Based Texture Analysis/Synthesis", 1995).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Pixels

AXES = (np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])).astype(np.float32)
"""Along which colours are counted: lightness, and two of hue; in photographs they vary almost independently."""
PROBABILITIES = np.array([0.002, 0.005, 0.01, 0.02, *np.linspace(0.04, 0.96, 24), 0.98, 0.99, 0.995, 0.998])
"""Of the quantiles: dense at both ends, where strokes are."""
ENOUGH = 10_000
"""Values that are looked at."""
BINS = 4096
NOTHING = 1e-6
"""What values differ by that rounding makes of one."""

Quantiles = NDArray[np.float32]
"""`(Q, 3)`, one column for each axis."""


def quantiles(colors: Pixels, axes: Pixels = AXES) -> Quantiles:
    """Those of colours `(H, W, 3)`, or of some of them, along axes `(3, 3)`."""
    flat = colors.reshape(-1, 3)
    ordered = np.sort(flat[:: step(len(flat))] @ axes.T, axis=0)
    found: Quantiles = ordered[ranks(len(ordered))]
    return found


def step(count: int) -> int:
    """From one to the next of so many values that is looked at."""
    return -(-count // ENOUGH)


def ranks(count: int) -> NDArray[np.intp]:
    """The places of the quantiles among so many values in order."""
    places: NDArray[np.intp] = np.rint(PROBABILITIES * (count - 1)).astype(np.intp)
    return places


def matched(values: Pixels, own: Quantiles, wanted: Quantiles) -> Pixels:
    """Values `(H, W, 3)` whose quantiles are those wanted: what lies between two of them moves as they do."""
    moved = np.empty_like(values)
    for axis in range(values.shape[2]):
        plane = values[..., axis]
        least, most = plane.min(), plane.max()
        moves = wanted[:, axis] - own[:, axis]
        if most - least < NOTHING:
            # Which quantile such a value is would be rounding's choice: it moves as they do on average.
            np.add(plane, np.trapezoid(moves, PROBABILITIES) / np.ptp(PROBABILITIES), out=moved[..., axis])
            continue
        table = np.interp(np.linspace(least, most, BINS), own[:, axis], moves)
        bins = ((plane - least) * ((BINS - 1) / (most - least)) + 0.5).astype(np.int32)
        np.add(plane, table.astype(np.float32).take(bins), out=moved[..., axis])
    return moved
