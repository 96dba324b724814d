"""Detail by its size: how lively each octave of a picture is and in which colours, and giving these to another picture.

A Laplacian pyramid (Burt and Adelson, 1983) takes a picture apart; that textures look alike where their octaves do is from
Heeger and Bergen ("Pyramid-Based Texture Analysis/Synthesis", 1995). Here only the covariance of colours is given, by a linear
map for each octave: what is where stays, what is faint comes out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import GRAIN, Colors, recoloring

MOST = 6
SMALLEST_SIDE = 16
"""Of a picture that is halved, px: smaller ones are no detail any more."""
PASSES = 2
"""An octave is not quite apart from the next: what one of them is given, its neighbours lose a little of."""
MOST_TIMES = 2.0
"""As lively as it was an octave becomes in a pass: what is faint is brought out, but no strokes are made of noise."""

Octaves = Sequence[NDArray[np.float64]]
"""The covariances `(3, 3)` of the octaves' colours, from the finest on."""
Livening = Sequence[Sequence[Pixels]]
"""The maps `(3, 3)` of the octaves' colours, from the finest on, one pass after another."""


def octaves_of(pixels: Pixels) -> Octaves:
    """Those of a picture `(3, H, W)`: at most six, fewer of a small one."""
    return [_covariance(octave) for octave in _taken_apart(pixels)[0]]


def mix_octaves(several: Sequence[Octaves], shares: Sequence[float]) -> Octaves:
    """What lies between those of several pictures; the shares add up to 1."""
    return [
        sum((share * one for share, one in zip(shares, same, strict=True)), np.zeros((3, 3)))
        for same in zip(*several, strict=False)
    ]


def liven(pixels: Pixels, wanted: Octaves, strength: float) -> tuple[Pixels, Livening]:
    """A picture `(3, H, W)` whose octaves have those covariances, as far as strength, 0 to 1, says, and what did it.

    It may overshoot [0, 1].
    """
    livening = []
    for _ in range(PASSES):
        details, whole = _taken_apart(pixels)
        maps = [_toward(_covariance(detail), octave, strength) for detail, octave in zip(details, wanted, strict=False)]
        pixels = _put_together(details, whole, maps)
        livening.append(maps)
    return pixels, livening


def livened(pixels: Pixels, livening: Livening) -> Pixels:
    """A picture `(3, H, W)` to which is done what was done to another one: a frame that stands for its film."""
    for maps in livening:
        pixels = _put_together(*_taken_apart(pixels), maps)
    return pixels


def between(one: Livening, other: Livening, part: float) -> Livening:
    """What lies between two, of pictures of the same size."""
    share = np.float32(part)
    return [
        [near + share * (far - near) for near, far in zip(*maps, strict=True)] for maps in zip(one, other, strict=True)
    ]


def _put_together(details: Sequence[Pixels], whole: Pixels, maps: Sequence[Pixels]) -> Pixels:
    """A picture again, of octaves mapped: `maps` are `(3, 3)`, from the finest on."""
    import cv2

    for number, detail in reversed(list(enumerate(details))):
        mapped = cv2.transform(detail, maps[number]) if number < len(maps) else detail
        larger: Pixels = np.asarray(cv2.pyrUp(whole, dstsize=detail.shape[1::-1]), np.float32)
        whole = larger + mapped
    return np.ascontiguousarray(np.moveaxis(whole, 2, 0))


def _toward(own: NDArray[np.float64], wanted: NDArray[np.float64], strength: float) -> Pixels:
    """The map of an octave's colours, `(3, 3)`."""
    near, goal = (Colors(np.zeros(3), covariance + GRAIN * np.eye(3)) for covariance in (own, wanted))
    times, axes = np.linalg.eigh(recoloring(near, goal, strength).linear)
    linear: Pixels = ((axes * times.clip(1 / MOST_TIMES, MOST_TIMES)) @ axes.T).astype(np.float32)
    return linear


def _taken_apart(pixels: Pixels) -> tuple[list[Pixels], Pixels]:
    """The octaves `(H, W, 3)`, `(H / 2, W / 2, 3)`, … and what is left when they are taken away."""
    import cv2

    whole = np.ascontiguousarray(np.moveaxis(pixels, 0, 2))
    octaves: list[Pixels] = []
    while len(octaves) < MOST and min(whole.shape[:2]) >= SMALLEST_SIDE:
        half: Pixels = np.asarray(cv2.pyrDown(whole), np.float32)
        octaves.append(whole - cv2.pyrUp(half, dstsize=whole.shape[1::-1]))
        whole = half
    return octaves, whole


def _covariance(octave: Pixels) -> NDArray[np.float64]:
    """Of its colours, whose mean is about 0."""
    flat = octave.reshape(-1, 3)
    covariance: NDArray[np.float64] = (flat.T @ flat).astype(np.float64) / len(flat)
    return covariance
