"""A synthetic landscape, computed for any direction, so that the panorama has no seam and no poles.

python benchmarks/support/synthetic_panorama.py pano.png [--size 2048]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pinxit import image as pictures
from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.surface.projection import as_panorama
from pinxit.surface.sphere import Directions


def landscape(directions: Directions) -> Pixels:
    """Return sun, clouds, mountains, a lake and fields in the given directions, `(3, H, W)`, range [0, 1]."""
    x, y, z = np.moveaxis(directions / np.linalg.norm(directions, axis=-1, keepdims=True), -1, 0)
    level = np.hypot(x, z)
    sky = _mix(_color(0.93, 0.86, 0.72), _color(0.16, 0.36, 0.68), np.sqrt(y.clip(0, 1)))
    clouds = _step(0.08, 0.3, _noise(x, 2.5 * y, z, 3.0, 1)) * _step(0.05, 0.25, y)
    sky = _mix(sky, _color(0.97, 0.96, 0.94), 0.85 * clouds)
    sun = 0.5 * x + 0.45 * y - 0.74 * z
    sky = _mix(sky, _color(1.0, 0.93, 0.7), _step(0.9, 1.0, sun) ** 2)
    sky = _mix(sky, _color(1.0, 0.97, 0.85), _step(0.985, 0.99, sun))
    # The ground is a plane at a distance of 1 below the viewer, with fields in crooked rows.
    far = 1 / (-y).clip(0.02, 1)
    east, north = x * far, z * far
    rows = np.sin(2.4 * east + 2 * _noise(east, north, 0 * east, 0.5, 2)) * np.sin(1.7 * north + 1.0)
    soil = _mix(_color(0.45, 0.52, 0.2), _color(0.78, 0.66, 0.34), _step(-0.2, 0.2, rows))
    soil = _mix(soil, _color(0.25, 0.33, 0.16), _step(0.1, 0.5, _noise(east, north, 0 * east, 1.5, 3)))
    lake = _step(0.0, 0.15, np.cos(np.arctan2(x, z) - 1.0) - 0.8) * _step(-0.22, -0.15, y)
    soil = _mix(soil, _color(0.3, 0.48, 0.6), lake)
    ridges = [(0.16, 2.0, 4, _color(0.5, 0.55, 0.66)), (0.09, 3.0, 5, _color(0.27, 0.37, 0.4))]
    scene = sky
    for height, frequency, seed, color in ridges:
        around = x / level.clip(1e-6), z / level.clip(1e-6)
        top = height * (0.6 + _noise(*around, 0 * x, frequency, seed))
        shade = 0.85 + 0.3 * _noise(4 * x, 9 * y, 4 * z, 2.0, seed)
        scene = _mix(scene, color * shade, _step(-0.004, 0.004, top - y))
    return np.asarray(_mix(scene, soil, _step(-0.002, 0.002, -y)).clip(0, 1), np.float32)


def _noise(x: Pixels, y: Pixels, z: Pixels, frequency: float, seed: int) -> Pixels:
    """Return noise of about −0.5 to 0.5: plane waves in all directions, fainter the finer they are."""
    generator = np.random.default_rng(seed)
    total = np.zeros_like(x)
    for octave in range(4):
        for _ in range(5):
            a, b, c = generator.normal(size=3) * frequency * 2**octave
            total += np.sin(a * x + b * y + c * z + generator.uniform(0, 6.3)) * 0.14 / 1.7**octave
    return total


def _color(red: float, green: float, blue: float) -> Pixels:
    return np.array([red, green, blue], np.float32)[:, None, None]


def _mix(one: Pixels, other: Pixels, share: Pixels) -> Pixels:
    return one + share * (other - one)


def _step(low: float, high: float, value: Pixels) -> Pixels:
    share: Pixels = ((value - low) / (high - low)).clip(0, 1)
    return share * share * (3 - 2 * share)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--size", type=int, default=2048)
    options = parser.parse_args()
    pictures.write(Picture(as_panorama(landscape, options.size)), options.file, overwrite=True)
