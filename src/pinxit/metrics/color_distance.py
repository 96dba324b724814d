"""The distance of a result's colours from the style image's, regardless of where they are in the picture."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.image import Picture
from pinxit.image.colorspaces import colors_to_oklab

DIRECTIONS = 32
QUANTILES = 1024
# Pixels to compare. More are sampled at random, always the same ones; an even grid might hit every other dot.
MOST = 1 << 16


def color_distance(result: Picture, style: Picture) -> float:
    """Measure the sliced Wasserstein distance (order 1) between the two pictures' colours in OKLab.

    It is doubled, because only half of a shift shows in the average direction: two pictures that differ by one shift of all
    colours are as far apart as that shift.

    Returns:
        The distance in OKLab's units, in which black and white are 1 apart, and just noticeably different colours about 0.02; 0
            for
        the same distribution of colours.
    """
    directions = _directions()
    ours, theirs = (_quantiles(directions @ _colors(picture).T) for picture in (result, style))
    return float(2 * np.abs(ours - theirs).mean())


def _colors(picture: Picture) -> NDArray[np.floating[Any]]:
    """Return OKLab colours `(N, 3)` of at most `MOST` pixels, sampled, not averaged, so that dots keep their colours."""
    pixels = picture.pixels.reshape(3, -1).T
    if len(pixels) > MOST:
        pixels = pixels[np.random.default_rng(0).integers(len(pixels), size=MOST)]
    return colors_to_oklab(pixels)


def _quantiles(values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return the sorted values of each row, resampled to one length, `(DIRECTIONS, QUANTILES)`."""
    ordered = np.sort(values, axis=1)
    last = ordered.shape[1] - 1
    at = np.linspace(0, last, QUANTILES)
    below = at.astype(int)
    share = (at - below).astype(np.float32)
    quantiles: NDArray[np.floating[Any]] = (
        ordered[:, below] * (1 - share) + ordered[:, np.minimum(below + 1, last)] * share
    )
    return quantiles


def _directions() -> NDArray[np.float32]:
    """Return unit vectors `(DIRECTIONS, 3)`, evenly over half a sphere by the golden angle."""
    height = (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS
    angle = np.arange(DIRECTIONS) * math.pi * (3 - math.sqrt(5))
    radius = np.sqrt(1 - height**2)
    return np.stack((height, radius * np.cos(angle), radius * np.sin(angle)), axis=1).astype(np.float32)
