"""The pictures that a recipe is applied to, read into memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Picture, Pixels
from pinxit.recipe.style_cache import StyleCache


def normalized_shares(shares: Iterable[float]) -> list[float]:
    """Return shares of which only the ratio matters, divided by their sum."""
    shares = list(shares)
    whole = sum(shares)
    return [share / whole for share in shares]


@dataclass(frozen=True)
class StyleInput:
    """A style image and where it is applied.

    Attributes:
        picture: the style image.
        share: its weight where several styles mix; only the ratio matters.
        region: weights `(H, W)` of the content image's pixels, range [0, 1]: where the style is applied. None is the rest,
            which no other style has a region for.
        mask: weights `(H, W)` of the style image's own pixels, range [0, 1]: the part that is used. None is all of it.
        network: SHA-256 of a network trained on this style alone; empty without one.
    """

    picture: Picture
    share: float = 1.0
    region: Pixels | None = None
    mask: Pixels | None = None
    network: str = ""


@dataclass(frozen=True)
class Neighbor:
    """The result of a neighbouring frame of a film, for temporal consistency.

    Attributes:
        pixels: its result, warped to this frame by optical flow, `(3, H, W)`, range [0, 1].
        mask: where both frames show the same things, `(H, W)`, range [0, 1].
        weight: weight of the temporal loss.
    """

    pixels: Pixels
    mask: Pixels
    weight: float


@dataclass(frozen=True)
class JobInputs:
    """Everything that a job reads from files.

    Attributes:
        content: the content image.
        styles: the style images.
        start: the picture to start from, where the recipe asks for one.
        keep: how much of each pixel stays the content image's, `(H, W)`, range [0, 1].
        finer: where strokes are half as large, `(H, W)`, range [0, 1].
        broader: where strokes are twice as large, the same.
        detailed: where the content image's fine detail stays, the same.
        regions: the number of each pixel's region in the content image, `(H, W)` of any size; None where they are to be found.
        neighbors: neighbouring frames that a frame of a film should resemble; only the optimiser uses them.
        cache: what earlier frames of the film have computed from the style images.
    """

    content: Picture
    styles: tuple[StyleInput, ...]
    start: Picture | None = None
    keep: Pixels | None = None
    finer: Pixels | None = None
    broader: Pixels | None = None
    detailed: Pixels | None = None
    regions: NDArray[np.uint8] | None = None
    neighbors: tuple[Neighbor, ...] = ()
    cache: StyleCache | None = None
