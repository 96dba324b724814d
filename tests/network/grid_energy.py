"""A detector of the grids that networks paint: energy at the periods of their enlargements."""

from __future__ import annotations

import numpy as np

from pinxit.image.picture import Pixels

PERIODS = (2, 4, 8)  # px
INVISIBLE = 0.5 / 255  # amplitude of noise that no display shows


def grid_energy(pixels: Pixels) -> float:
    """Return the energy at the periods of a grid as a multiple of that of the neighbouring frequencies.

    Photographs have 1.0 to 1.3. It is the greatest over periods and axes.

    Args:
        pixels: `(3, H, W)`, sides of at least 128 px.
    """
    greatest = 0.0
    for axis in (1, 2):
        lines = np.moveaxis(pixels, axis, 2).astype(np.float64)
        count = lines.shape[2] // 8 * 8
        window = np.hanning(count + 1)[:count]
        lines = (lines[:, :, :count] - lines[:, :, :count].mean(2, keepdims=True)) * window
        energy = (np.abs(np.fft.rfft(lines, axis=2)) ** 2).mean((0, 1))
        least = np.square(window).sum() * INVISIBLE**2
        for period in PERIODS:
            place = count // period
            near = [place + side * away for away in range(3, 8) for side in (-1, 1)]
            around = np.median([energy[one] for one in near if 0 < one < len(energy)])
            greatest = max(greatest, float(energy[place - 1 : place + 2].mean() / (around + least)))
    return greatest
