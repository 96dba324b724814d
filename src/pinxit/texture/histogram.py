"""Histograms, as quantiles: measured in one picture and transferred to another.

Covariance gives an octave the contrast of another one. The histogram decides whether that contrast comes from a few hard
strokes or from many soft ones (Heeger and Bergen, "Pyramid-Based Texture Analysis/Synthesis", 1995).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels

AXES = (np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]]) / np.sqrt([[3], [2], [6]])).astype(np.float32)
"""Axes of the histograms: lightness and two of hue, which vary almost independently in photographs."""
PROBABILITIES = np.array([0.002, 0.005, 0.01, 0.02, *np.linspace(0.04, 0.96, 24), 0.98, 0.99, 0.995, 0.998])
"""Probabilities of the quantiles: dense at both ends, where strokes are."""
MAX_VALUES = 10_000
"""Most values that are sorted; of more, evenly spaced ones are taken."""
BINS = 4096  # entries in the table of moves by value
ROUNDING = 1e-6
"""Differences smaller than this come from rounding: such values count as one."""

Quantiles = NDArray[np.float32]
"""Quantiles `(Q, 3)`, one column for each axis."""


def quantiles(colors: Pixels, axes: Pixels = AXES) -> Quantiles:
    """Return the quantiles of colours `(H, W, 3)`, or of a sample of them, along axes `(3, 3)`."""
    flat = colors.reshape(-1, 3)
    ordered = np.sort(flat[:: stride(len(flat))] @ axes.T, axis=0)
    found: Quantiles = ordered[ranks(len(ordered))]
    return found


def stride(count: int) -> int:
    """Return the distance between the values that are sampled of so many."""
    return -(-count // MAX_VALUES)


def ranks(count: int) -> NDArray[np.intp]:
    """Return the positions of the quantiles among so many sorted values."""
    places: NDArray[np.intp] = np.rint(PROBABILITIES * (count - 1)).astype(np.intp)
    return places


def match_quantiles(values: Pixels, own: Quantiles, wanted: Quantiles) -> Pixels:
    """Move values `(H, W, 3)` so that their quantiles become the wanted ones; values between two move as those do."""
    moved = np.empty_like(values)
    for axis in range(values.shape[2]):
        plane = values[..., axis]
        least, most = plane.min(), plane.max()
        moves = wanted[:, axis] - own[:, axis]
        if most - least < ROUNDING:
            # Rounding would decide which quantile a value is: all move as the quantiles do on average.
            np.add(plane, np.trapezoid(moves, PROBABILITIES) / np.ptp(PROBABILITIES), out=moved[..., axis])
            continue
        table = np.interp(np.linspace(least, most, BINS), own[:, axis], moves)
        bins = ((plane - least) * ((BINS - 1) / (most - least)) + 0.5).astype(np.int32)
        np.add(plane, table.astype(np.float32).take(bins), out=moved[..., axis])
    return moved
