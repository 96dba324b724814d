"""Coordinates independent of resolution, smooth noise on them, and points scattered on them.

The shorter side of every picture has length 1, and everything is placed and sized in that unit. Random numbers are drawn
in an order that does not depend on the number of pixels, so that a larger picture shows the same with more pixels.
"""

from __future__ import annotations

import copy

import numpy as np

from pinxit.styles.palette import Floats


class Grid:
    """The centres of `height × width` pixels, x to the right and y down.

    Attributes:
        right, bottom: the farthest x and y; the smaller of them is 1.
        pixel: the side of a pixel in that unit.
        x, y: the pixels' centres, `(1, W)` and `(H, 1)`: together they broadcast to `(H, W)`.
    """

    def __init__(self, height: int, width: int) -> None:
        self.height, self.width = height, width
        self.pixel = 1 / min(height, width)
        self.right, self.bottom = width * self.pixel, height * self.pixel
        self.x = ((np.arange(width) + 0.5) * self.pixel).astype(np.float32)[None, :]
        self.y = ((np.arange(height) + 0.5) * self.pixel).astype(np.float32)[:, None]

    def cloud(
        self, random: np.random.Generator, scale: float, octaves: int = 1, stretch: tuple[float, float] = (1, 1)
    ) -> Floats:
        """Return smooth noise, `(H, W)`, with mean 0 and standard deviation 0.4, so nearly always within [-1, 1].

        Random numbers on a lattice are interpolated by cubic B-splines, first down, then across.

        Args:
            random: the source of randomness.
            scale: spacing of the lattice, about half the size of visible features.
            octaves: copies added, each half as large and half as strong as the one before.
            stretch: factors of the size along x and along y.
        """
        total = np.zeros((self.height, self.width), np.float32)
        for octave in range(octaves):
            across, down = scale * stretch[0] / 2**octave, scale * stretch[1] / 2**octave
            shape = int(self.bottom / down) + 5, int(self.right / across) + 5
            lattice = random.uniform(-1, 1, shape).astype(np.float32)
            columns = _spline(lattice, self.y[:, 0] / np.float32(down))
            total += _spline(columns.T, self.x[0] / np.float32(across)).T * np.float32(0.5**octave)
        # Uniform numbers have a standard deviation of 0.577, after the splines 0.277; octaves add up by their squares.
        return total * np.float32(0.4 / 0.277 / np.sqrt(np.sum(0.25 ** np.arange(octaves))))

    def ridge(self, random: np.random.Generator, scale: float, octaves: int = 1) -> Floats:
        """Return smooth noise along x only, for a skyline, `(1, W)`; see `cloud`."""
        line = copy.copy(self)
        line.height, line.y = 1, self.y[:1]
        return line.cloud(random, scale, octaves)

    def scatter(self, random: np.random.Generator, spacing: float, jitter: float = 0.5) -> tuple[Floats, Floats]:
        """Scatter points evenly over the picture and a little beyond, in a random order.

        Args:
            random: the source of randomness.
            spacing: distance between neighbouring points.
            jitter: random displacement, as a share of the spacing.

        Returns:
            x and y, `(N,)` each.
        """
        columns, rows = (int(np.ceil(side / spacing)) + 2 for side in (self.right, self.bottom))
        x, y = np.meshgrid(np.arange(-1, columns), np.arange(-1, rows))
        points = np.stack([x.ravel(), y.ravel()], 1) + 0.5 + random.uniform(-jitter, jitter, (x.size, 2))
        points = (random.permutation(points) * spacing).astype(np.float32)
        return points[:, 0], points[:, 1]


def _spline(values: Floats, place: Floats) -> Floats:
    """Evaluate a cubic B-spline of rows of values `(points, …)` at places from 0 on; return `(places, …)`."""
    low = np.floor(place).astype(int)
    t = (place - low)[:, None]
    total: Floats = values[low] * ((1 - t) ** 3 / 6)
    total += values[low + 1] * (2 / 3 - t**2 + t**3 / 2)
    total += values[low + 2] * (1 / 6 + (t + t**2 - t**3) / 2)
    total += values[low + 3] * (t**3 / 6)
    return total
