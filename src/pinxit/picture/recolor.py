"""Whose colours the result has: the style's, the content's, or some of both (Gatys et al., 2017, section 4)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.picture.picture import Picture, Pixels


def keep_colors(painted: Picture, content: Picture, strength: float) -> Picture:
    """The lightness of one picture with the hues of another (luminance-only transfer).

    Args:
        painted: where the CIE lightness L comes from.
        content: where the chroma a, b comes from, of the same size.
        strength: 0 leaves `painted` as it is, 1 takes all chroma from `content`.
    """
    from skimage.color import lab2rgb, rgb2lab

    lab, wanted = (rgb2lab(np.moveaxis(picture.pixels, 0, 2)) for picture in (painted, content))
    lab[..., 1:] += strength * (wanted[..., 1:] - lab[..., 1:])
    with warnings.catch_warnings():
        # A dark painted pixel cannot hold a bright colour; clipping it is what is wanted, and needs no word.
        warnings.simplefilter("ignore")
        rgb = lab2rgb(lab)
    return painted.with_pixels(np.ascontiguousarray(np.moveaxis(rgb, 2, 0), dtype=np.float32).clip(0, 1))


def match_colors(style: Picture, content: Picture, strength: float) -> Picture:
    """The style image with the mean colour and the colour covariance of the content image.

    Args:
        strength: 0 leaves the style image as it is, 1 maps it fully.
    """
    return style.with_pixels(recolor(style.pixels, colors_of(style.pixels), colors_of(content.pixels), strength))


@dataclass(frozen=True)
class Colors:
    """How the colours of a picture are spread.

    Attributes:
        mean: `(3,)`.
        covariance: `(3, 3)`.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


GRAIN = 1e-6
"""A variance too fine to see, which a picture of one colour is given to have something to divide by."""


def colors_of(pixels: Pixels) -> Colors:
    """The colours of a picture `(3, H, W)`."""
    flat = pixels.reshape(3, -1)
    return Colors(flat.mean(axis=1, dtype=np.float64), np.cov(flat, dtype=np.float64) + GRAIN * np.eye(3))


def mix_colors(several: Sequence[Colors], shares: Sequence[float]) -> Colors:
    """What lies between the colours of several pictures; the shares add up to 1."""
    mean = sum(share * one.mean for one, share in zip(several, shares, strict=True))
    covariance = sum(share * one.covariance for one, share in zip(several, shares, strict=True))
    return Colors(np.asarray(mean), np.asarray(covariance))


@dataclass(frozen=True)
class Recoloring:
    """A map of colours, `linear @ color + offset`.

    Attributes:
        linear: `(3, 3)`.
        offset: `(3,)`.
    """

    linear: NDArray[np.float64]
    offset: NDArray[np.float64]


UNCHANGED = Recoloring(np.eye(3), np.zeros(3))
LEAST_SPREAD = 0.05
"""Of colours that are corrected: nothing is made of what varies less."""


def correcting(own: Colors, wanted: Colors) -> Recoloring:
    """What maps colours that are near to those wanted already to them, no further than their spread allows."""
    least = LEAST_SPREAD**2 * np.eye(3)
    near, goal = (Colors(colors.mean, colors.covariance + least) for colors in (own, wanted))
    return recoloring(near, goal, 1)


def toward(own: Colors, wanted: Colors, strength: float) -> Colors:
    """What `recoloring` makes of colours."""
    linear = recoloring(own, wanted, strength).linear
    return Colors(own.mean + strength * (wanted.mean - own.mean), linear @ own.covariance @ linear.T)


def recoloring(own: Colors, wanted: Colors, strength: float) -> Recoloring:
    """What maps one set of colours to another, or, at a strength below 1, some of the way.

    It is the linear map that moves colours least: `Σs^-½ (Σs^½ Σc Σs^½)^½ Σs^-½` (Pitié and Kokaram, "The linear
    Monge-Kantorovitch linear colour mapping", 2007).
    """
    root = _power(own.covariance, 0.5)
    inverse = _power(own.covariance, -0.5)
    linear = inverse @ _power(root @ wanted.covariance @ root, 0.5) @ inverse
    linear = np.eye(3) + strength * (linear - np.eye(3))
    return Recoloring(linear, own.mean + strength * (wanted.mean - own.mean) - linear @ own.mean)


def spreading(
    own: NDArray[np.float64], wanted: NDArray[np.float64], strength: float, most: float
) -> NDArray[np.float32]:
    """The linear map of `recoloring` for detail, whose mean is 0, from one covariance `(3, 3)` to another.

    Nothing gets more than `most` times livelier, or fainter.
    """
    near, goal = (Colors(np.zeros(3), covariance + GRAIN * np.eye(3)) for covariance in (own, wanted))
    times, axes = np.linalg.eigh(recoloring(near, goal, strength).linear)
    limited: NDArray[np.float32] = ((axes * times.clip(1 / most, most)) @ axes.T).astype(np.float32)
    return limited


def recolor(pixels: Pixels, own: Colors, wanted: Colors, strength: float) -> Pixels:
    """Pixels `(3, …)` of a picture with one set of colours in another, clipped to [0, 1]; see `recoloring`."""
    return recolored(pixels, recoloring(own, wanted, strength))


def recolored(pixels: Pixels, colors: Recoloring) -> Pixels:
    """Pixels `(3, …)` mapped, clipped to [0, 1]."""
    mapped = colors.linear.astype(np.float32) @ pixels.reshape(3, -1) + colors.offset.astype(np.float32)[:, None]
    return np.ascontiguousarray(mapped.reshape(pixels.shape), dtype=np.float32).clip(0, 1)


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    powered: NDArray[np.float64] = (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
    return powered
