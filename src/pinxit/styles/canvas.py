"""What every manner paints on: coordinates that know no pixels, noise, strokes, and light on relief.

The shorter side has length 1 and everything is placed and sized in that unit, with numbers drawn from the seed in an order
that the size does not change: a larger picture shows the same composition with more pixels.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pinxit.picture import Picture
from pinxit.styles.palette import Floats

# Strokes are drawn this many times as large and averaged down.
_OVERSAMPLING = 2
# Fractions of a pixel that OpenCV's drawing understands: 1/16.
_SHIFT = 4


class Canvas:
    """A surface of `height × width` px.

    Attributes:
        x, y: coordinates of the pixels' centres, `(H, W)` float32, the shorter side from 0 to 1.
        pixel: the side of a pixel in that unit.
        right, bottom: the farthest x and y.
        random: the manner's own source of chance.
        paint: sRGB `(H, W, 3)` float32, what has been painted.
    """

    def __init__(self, height: int, width: int, seed: int) -> None:
        self.height, self.width = height, width
        self.pixel = 1 / min(height, width)
        self.right, self.bottom = width * self.pixel, height * self.pixel
        self.random = np.random.Generator(np.random.PCG64(seed))
        columns = (np.arange(width, dtype=np.float32) + 0.5) * np.float32(self.pixel)
        rows = (np.arange(height, dtype=np.float32) + 0.5) * np.float32(self.pixel)
        self.x, self.y = np.meshgrid(columns, rows)
        self.paint: Floats = np.zeros((height, width, 3), np.float32)

    def picture(self) -> Picture:
        """What has been painted."""
        return Picture(np.ascontiguousarray(self.paint.transpose(2, 0, 1).clip(0, 1), dtype=np.float32))

    def smooth(self, distance: Floats, width: float | None = None) -> Floats:
        """1 where `distance` is positive, 0 where negative, softly over a pixel (or `width`) in between."""
        cover: Floats = np.clip(distance / (width or self.pixel) + 0.5, 0, 1)
        return cover

    def lay(self, color: Floats, cover: Floats) -> None:
        """Lay colour `(3,)` or `(H, W, 3)` over the paint, as far as `cover` `(H, W)` says."""
        self.paint += (color - self.paint) * cover[..., None]

    def scatter(self, spacing: float, jitter: float = 0.5) -> tuple[Floats, Floats]:
        """Points spread evenly over the canvas and a little beyond, in a random order: two arrays `(N,)`."""
        columns, rows = (int(np.ceil(side / spacing)) + 2 for side in (self.right, self.bottom))
        x, y = np.meshgrid(np.arange(-1, columns), np.arange(-1, rows))
        points = np.stack([x.ravel(), y.ravel()], 1) + 0.5 + self.random.uniform(-jitter, jitter, (x.size, 2))
        points = self.random.permutation(points) * spacing
        return points[:, 0], points[:, 1]

    def noise(self, scale: float, octaves: int = 1) -> Noise:
        """A new smooth field of chance whose features are about `scale` large."""
        return Noise(self.random, scale, octaves)

    def strokes(self, lines: Floats, widths: Floats, colors: Floats) -> None:
        """Paint curves one over the other.

        Args:
            lines: `(N, points, 2)`, x and y.
            widths: `(N,)`.
            colors: sRGB `(N, 3)`.
        """
        large = cv2.resize(
            (self.paint * 255).astype(np.uint8),
            None,
            fx=_OVERSAMPLING,
            fy=_OVERSAMPLING,
            interpolation=cv2.INTER_LINEAR,
        )
        pixels = np.round((lines / self.pixel * _OVERSAMPLING - 0.5) * 2**_SHIFT).astype(np.int32)
        thickness = np.maximum(1, np.round(widths / self.pixel * _OVERSAMPLING)).astype(int)
        for line, thick, color in zip(pixels, thickness.tolist(), (colors * 255).tolist(), strict=True):
            cv2.polylines(large, [line], False, color, thick, cv2.LINE_AA, _SHIFT)
        self._shrink(large)

    def polygons(self, corners: list[Floats], colors: Floats) -> None:
        """Paint filled convex shapes one over the other: a list of `(corners, 2)`, and sRGB `(N, 3)`."""
        large = cv2.resize(
            (self.paint * 255).astype(np.uint8),
            None,
            fx=_OVERSAMPLING,
            fy=_OVERSAMPLING,
            interpolation=cv2.INTER_LINEAR,
        )
        for shape, color in zip(corners, (colors * 255).tolist(), strict=True):
            points = np.round((shape / self.pixel * _OVERSAMPLING - 0.5) * 2**_SHIFT).astype(np.int32)
            cv2.fillConvexPoly(large, points, color, cv2.LINE_AA, _SHIFT)
        self._shrink(large)

    def light(self, relief: Floats, strength: float) -> Floats:
        """How bright a relief `(H, W)` (its height in canvas units) is under a lamp at the upper left; flat is 1."""
        down, across = np.gradient(relief, self.pixel)
        bright: Floats = np.clip(1 - strength * (across + down) / np.sqrt(1 + across**2 + down**2), 0, 2)
        return bright

    def _shrink(self, large: NDArray[Any]) -> None:
        small = cv2.resize(large, (self.width, self.height), interpolation=cv2.INTER_AREA)
        self.paint = small.astype(np.float32) / 255


class Noise:
    """Value noise: random numbers on a lattice, smoothly joined; octaves add ever finer and fainter copies.

    Args:
        random: where the numbers come from.
        scale: the lattice's spacing.
        octaves: how many copies, each half as large and half as strong.
    """

    _SIDE = 256  # the lattice repeats after so many points

    def __init__(self, random: np.random.Generator, scale: float, octaves: int) -> None:
        self._scale = scale
        self._lattices = [random.random((self._SIDE, self._SIDE), dtype=np.float32) for _ in range(octaves)]

    def __call__(self, x: Floats, y: Floats) -> Floats:
        """The field at points of any shape; mean ½, nearly always within [0, 1]."""
        total, weight, frequency = np.zeros_like(x, dtype=np.float32), 0.0, 1 / self._scale
        for octave, lattice in enumerate(self._lattices):
            total += self._at(lattice, x * frequency, y * frequency) * 0.5**octave
            weight += 0.5**octave
            frequency *= 2
        # Averages crowd around ½: stretch them again.
        stretched: Floats = 0.5 + (total / np.float32(weight) - 0.5) * 1.4
        return stretched

    def _at(self, lattice: NDArray[np.float32], x: Floats, y: Floats) -> Floats:
        column, row = np.floor(x).astype(int), np.floor(y).astype(int)
        u, v = (x - column).astype(np.float32), (y - row).astype(np.float32)
        u, v = u * u * (3 - 2 * u), v * v * (3 - 2 * v)
        left, right, top, bottom = (value % self._SIDE for value in (column, column + 1, row, row + 1))
        above = lattice[top, left] * (1 - u) + lattice[top, right] * u
        below = lattice[bottom, left] * (1 - u) + lattice[bottom, right] * u
        field: Floats = above * (1 - v) + below * v
        return field
