"""Contrast and colour of detail, octave by octave: measured in one picture and transferred to another.

A Laplacian pyramid (Burt and Adelson, 1983) splits a picture into octaves. Textures look alike where the statistics of their
octaves agree (Heeger and Bergen, "Pyramid-Based Texture Analysis/Synthesis", 1995). A linear map gives each octave the wanted
covariance of colours and a curve gives it the wanted histogram, so that faint detail becomes visible and stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels
from pinxit.texture.color_transfer import MIN_VARIANCE, limited_map
from pinxit.texture.histogram import AXES, Quantiles, match_quantiles, quantiles

MAX_OCTAVES = 6
SMALLEST_SIDE = 16  # px: a picture with a shorter side is not halved again, since it holds no detail any more
MAX_GAIN = 1.4
"""Largest gain of an octave: it brings out faint detail without turning noise into strokes."""


@dataclass(frozen=True)
class Octave:
    """Statistics of one octave.

    Attributes:
        covariance: covariance of its colours, `(3, 3)`.
        shape: its histogram, as quantiles along `AXES` in standard deviations.
    """

    covariance: NDArray[np.float64]
    shape: Quantiles


@dataclass(frozen=True)
class OctaveChange:
    """A change of one octave's statistics.

    Attributes:
        linear: the linear map of its colours, `(3, 3)`.
        curve: quantiles along `AXES` after that map, and the wanted quantiles.
    """

    linear: Pixels
    curve: tuple[Quantiles, Quantiles]

    def __call__(self, octave: Pixels) -> Pixels:
        """Apply the change to an octave `(H, W, 3)`."""
        import cv2

        turned = np.asarray(cv2.transform(octave, AXES @ self.linear), np.float32)
        return np.asarray(cv2.transform(match_quantiles(turned, *self.curve), AXES.T), np.float32)

    def interpolate(self, other: OctaveChange, part: float) -> OctaveChange:
        """Interpolate between this change, at `part` 0, and another one, at 1."""
        share = np.float32(part)
        (own, wanted), (last, goal) = self.curve, other.curve
        curve = own + share * (last - own), wanted + share * (goal - wanted)
        return OctaveChange(self.linear + share * (other.linear - self.linear), curve)


Octaves = Sequence[Octave]
"""Statistics of a picture's octaves, finest first."""
OctaveChanges = Sequence[OctaveChange]
"""One change for each octave, finest first."""


def octaves_of(pixels: Pixels) -> Octaves:
    """Measure the octaves of a picture `(3, H, W)`: at most `MAX_OCTAVES`, fewer for a small picture."""
    return [_octave(octave) for octave in _decompose(pixels)[0]]


def mix_octaves(several: Sequence[Octaves], shares: Sequence[float]) -> Octaves:
    """Average the octaves of several pictures, weighted by shares that add up to 1."""
    mixed = []
    for same in zip(*several, strict=False):
        covariances, shapes = (
            np.stack(parts) for parts in zip(*((one.covariance, one.shape) for one in same), strict=True)
        )
        mixed.append(
            Octave(np.tensordot(shares, covariances, 1), np.tensordot(np.asarray(shares, np.float32), shapes, 1))
        )
    return mixed


def match_octaves(pixels: Pixels, wanted: Octaves, strength: float) -> tuple[Pixels, OctaveChanges]:
    """Give a picture the octave statistics of another one.

    Args:
        pixels: `(3, H, W)`.
        wanted: the statistics to reach.
        strength: how far to go, 0 to 1.

    Returns:
        The picture, which may overshoot [0, 1], and the changes that made it.
    """
    details, rest = _decompose(pixels)
    changes = [_change_toward(detail, octave, strength) for detail, octave in zip(details, wanted, strict=False)]
    return _reconstruct(_changed(details, changes), rest), changes


def apply_changes(pixels: Pixels, changes: OctaveChanges) -> Pixels:
    """Apply to a picture `(3, H, W)` the changes computed for another one, such as for a frame that represents its film."""
    details, rest = _decompose(pixels)
    return _reconstruct(_changed(details, changes), rest)


def scale_octaves(pixels: Pixels, times: Sequence[float]) -> Pixels:
    """Multiply each octave of a picture `(3, H, W)` by a factor, finest first; the last factor is for all that remains."""
    details, rest = _decompose(pixels)
    factors = [np.float32(times[min(number, len(times) - 1)]) for number in range(len(details) + 1)]
    *details, rest = (factor * part for factor, part in zip(factors, [*details, rest], strict=True))
    return _reconstruct(details, rest)


def interpolate_changes(one: OctaveChanges, other: OctaveChanges, part: float) -> OctaveChanges:
    """Interpolate between the changes of two pictures of the same size: `part` 0 is the first, 1 the second."""
    return [near.interpolate(far, part) for near, far in zip(one, other, strict=True)]


def _deviations(covariance: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the standard deviations along `AXES`, `(3,)`, of colours with that covariance."""
    found: NDArray[np.float32] = np.sqrt(np.einsum("ij,jk,ik->i", AXES, covariance, AXES) + MIN_VARIANCE).astype(
        np.float32
    )
    return found


def _octave(detail: Pixels) -> Octave:
    covariance = _covariance(detail)
    return Octave(covariance, quantiles(detail) / _deviations(covariance))


def _changed(details: Sequence[Pixels], changes: OctaveChanges) -> list[Pixels]:
    """Apply the changes; octaves beyond the last change stay as they are."""
    return [changes[number](detail) if number < len(changes) else detail for number, detail in enumerate(details)]


def _reconstruct(details: Sequence[Pixels], rest: Pixels) -> Pixels:
    """Put a picture `(3, H, W)` together from octaves, finest first, and what remains below them."""
    import cv2

    for detail in reversed(details):
        larger: Pixels = np.asarray(cv2.pyrUp(rest, dstsize=detail.shape[1::-1]), np.float32)
        rest = larger + detail
    return np.ascontiguousarray(np.moveaxis(rest, 2, 0))


def _change_toward(detail: Pixels, wanted: Octave, strength: float) -> OctaveChange:
    """Return the change that gives an octave the wanted covariance and the wanted shape of its histogram."""
    own = _covariance(detail)
    linear = limited_map(own, wanted.covariance, strength, MAX_GAIN)
    found = quantiles(detail, AXES @ linear)
    shaped = wanted.shape * _deviations(linear @ own @ linear.T)
    return OctaveChange(linear, (found, found + np.float32(strength) * (shaped - found)))


def _decompose(pixels: Pixels) -> tuple[list[Pixels], Pixels]:
    """Split a picture into octaves `(H, W, 3)`, `(H / 2, W / 2, 3)`, … and what remains below them."""
    import cv2

    rest = np.ascontiguousarray(np.moveaxis(pixels, 0, 2))
    octaves: list[Pixels] = []
    while len(octaves) < MAX_OCTAVES and min(rest.shape[:2]) >= SMALLEST_SIDE:
        half: Pixels = np.asarray(cv2.pyrDown(rest), np.float32)
        octaves.append(rest - cv2.pyrUp(half, dstsize=rest.shape[1::-1]))
        rest = half
    return octaves, rest


def _covariance(octave: Pixels) -> NDArray[np.float64]:
    """Return the covariance of an octave's colours, whose mean is about 0."""
    flat = octave.reshape(-1, 3)
    covariance: NDArray[np.float64] = (flat.T @ flat).astype(np.float64) / len(flat)
    return covariance
