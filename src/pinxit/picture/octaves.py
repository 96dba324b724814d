"""Detail by its size: how lively each octave of a picture is and in which colours, and giving these to another picture.

A Laplacian pyramid (Burt and Adelson, 1983) takes a picture apart; that textures look alike where their octaves do is from
Heeger and Bergen ("Pyramid-Based Texture Analysis/Synthesis", 1995). A linear map gives each octave the covariance of colours,
and a curve the histogram: what is where stays, what is faint comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.histogram import AXES, Quantiles, matched, quantiles
from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import GRAIN, spreading

MOST = 6
SMALLEST_SIDE = 16
"""Of a picture that is halved, px: smaller ones are no detail any more."""
MOST_TIMES = 1.4
"""As lively as it was an octave becomes: what is faint is brought out, but no strokes are made of noise."""


@dataclass(frozen=True)
class Octave:
    """How lively one octave is.

    Attributes:
        covariance: of its colours, `(3, 3)`.
        shape: its histogram: quantiles along `AXES`, in standard deviations.
    """

    covariance: NDArray[np.float64]
    shape: Quantiles


@dataclass(frozen=True)
class Change:
    """What is done to an octave.

    Attributes:
        linear: maps its colours, `(3, 3)`.
        curve: quantiles that they have then, and those that they are to have, along `AXES`.
    """

    linear: Pixels
    curve: tuple[Quantiles, Quantiles]

    def __call__(self, octave: Pixels) -> Pixels:
        """An octave `(H, W, 3)`, changed."""
        import cv2

        turned = np.asarray(cv2.transform(octave, AXES @ self.linear), np.float32)
        return np.asarray(cv2.transform(matched(turned, *self.curve), AXES.T), np.float32)

    def toward(self, other: Change, part: float) -> Change:
        """What lies between two."""
        share = np.float32(part)
        (own, wanted), (last, goal) = self.curve, other.curve
        curve = own + share * (last - own), wanted + share * (goal - wanted)
        return Change(self.linear + share * (other.linear - self.linear), curve)


Octaves = Sequence[Octave]
"""From the finest on."""
Livening = Sequence[Change]
"""What is done to the octaves, from the finest on."""


def octaves_of(pixels: Pixels) -> Octaves:
    """Those of a picture `(3, H, W)`: at most six, fewer of a small one."""
    return [_octave(octave) for octave in _taken_apart(pixels)[0]]


def mix_octaves(several: Sequence[Octaves], shares: Sequence[float]) -> Octaves:
    """What lies between those of several pictures; the shares add up to 1."""
    mixed = []
    for same in zip(*several, strict=False):
        covariances, shapes = (
            np.stack(parts) for parts in zip(*((one.covariance, one.shape) for one in same), strict=True)
        )
        mixed.append(
            Octave(np.tensordot(shares, covariances, 1), np.tensordot(np.asarray(shares, np.float32), shapes, 1))
        )
    return mixed


def liven(pixels: Pixels, wanted: Octaves, strength: float) -> tuple[Pixels, Livening]:
    """A picture `(3, H, W)` whose octaves have those covariances, as far as strength, 0 to 1, says, and what did it.

    It may overshoot [0, 1].
    """
    details, whole = _taken_apart(pixels)
    livening = [_toward(detail, octave, strength) for detail, octave in zip(details, wanted, strict=False)]
    return _put_together(_changed(details, livening), whole), livening


def livened(pixels: Pixels, livening: Livening) -> Pixels:
    """A picture `(3, H, W)` to which is done what was done to another one: a frame that stands for its film."""
    details, whole = _taken_apart(pixels)
    return _put_together(_changed(details, livening), whole)


def scaled(pixels: Pixels, times: Sequence[float]) -> Pixels:
    """A picture `(3, H, W)` with each octave so many times as strong, from the finest on; the last number is for the rest."""
    details, whole = _taken_apart(pixels)
    factors = [np.float32(times[min(number, len(times) - 1)]) for number in range(len(details) + 1)]
    *details, whole = (factor * part for factor, part in zip(factors, [*details, whole], strict=True))
    return _put_together(details, whole)


def between(one: Livening, other: Livening, part: float) -> Livening:
    """What lies between two, of pictures of the same size."""
    return [near.toward(far, part) for near, far in zip(one, other, strict=True)]


def _deviations(covariance: NDArray[np.float64]) -> NDArray[np.float32]:
    """Along `AXES`, `(3,)`, of colours with a covariance."""
    found: NDArray[np.float32] = np.sqrt(np.einsum("ij,jk,ik->i", AXES, covariance, AXES) + GRAIN).astype(np.float32)
    return found


def _octave(detail: Pixels) -> Octave:
    covariance = _covariance(detail)
    return Octave(covariance, quantiles(detail) / _deviations(covariance))


def _changed(details: Sequence[Pixels], livening: Livening) -> list[Pixels]:
    """Octaves changed; those that the other picture did not have stay as they are."""
    return [livening[number](detail) if number < len(livening) else detail for number, detail in enumerate(details)]


def _put_together(details: Sequence[Pixels], whole: Pixels) -> Pixels:
    """A picture again, of octaves from the finest on."""
    import cv2

    for detail in reversed(details):
        larger: Pixels = np.asarray(cv2.pyrUp(whole, dstsize=detail.shape[1::-1]), np.float32)
        whole = larger + detail
    return np.ascontiguousarray(np.moveaxis(whole, 2, 0))


def _toward(detail: Pixels, wanted: Octave, strength: float) -> Change:
    """What makes an octave as lively as is wanted; its histogram gets that shape, but no more life."""
    own = _covariance(detail)
    linear = spreading(own, wanted.covariance, strength, MOST_TIMES)
    found = quantiles(detail, AXES @ linear)
    shaped = wanted.shape * _deviations(linear @ own @ linear.T)
    return Change(linear, (found, found + np.float32(strength) * (shaped - found)))


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
