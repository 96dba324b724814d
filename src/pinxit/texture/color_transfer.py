"""Transfer of colours between style and content (Gatys et al., 2017, section 4)."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Picture, Pixels


def keep_colors(painted: Picture, content: Picture, strength: float) -> Picture:
    """Combine the lightness of one picture with the hues of another (luminance-only transfer).

    Args:
        painted: the source of the CIE lightness L.
        content: the source of the chroma a, b; it has the same size.
        strength: 0 leaves `painted` as it is, 1 takes all chroma from `content`.
    """
    from skimage.color import lab2rgb, rgb2lab

    lab, wanted = (rgb2lab(np.moveaxis(picture.pixels, 0, 2)) for picture in (painted, content))
    lab[..., 1:] += strength * (wanted[..., 1:] - lab[..., 1:])
    with warnings.catch_warnings():
        # A dark painted pixel cannot hold a bright colour: it is clipped on purpose, without a warning.
        warnings.simplefilter("ignore")
        rgb = lab2rgb(lab)
    return painted.with_pixels(np.ascontiguousarray(np.moveaxis(rgb, 2, 0), dtype=np.float32).clip(0, 1))


def match_colors(style: Picture, content: Picture, strength: float) -> Picture:
    """Give the style image the mean colour and the colour covariance of the content image.

    Args:
        style: the style image.
        content: the content image, of any size.
        strength: 0 leaves the style image as it is, 1 maps it fully.
    """
    return style.with_pixels(recolor(style.pixels, colors_of(style.pixels), colors_of(content.pixels), strength))


@dataclass(frozen=True)
class Colors:
    """Mean and covariance of a picture's colours.

    Attributes:
        mean: `(3,)`.
        covariance: `(3, 3)`.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


MIN_VARIANCE = 1e-6
"""An invisible variance, added so that a picture of one colour has something to divide by."""


def colors_of(pixels: NDArray[np.floating]) -> Colors:
    """Measure the colours of a picture `(3, …)`, in any colour space."""
    flat = pixels.reshape(3, -1)
    return Colors(flat.mean(axis=1, dtype=np.float64), np.cov(flat, dtype=np.float64) + MIN_VARIANCE * np.eye(3))


def mix_colors(several: Sequence[Colors], shares: Sequence[float]) -> Colors:
    """Average the colours of several pictures, weighted by shares that add up to 1."""
    mean = sum(share * one.mean for one, share in zip(several, shares, strict=True))
    covariance = sum(share * one.covariance for one, share in zip(several, shares, strict=True))
    return Colors(np.asarray(mean), np.asarray(covariance))


@dataclass(frozen=True)
class Recoloring:
    """An affine map of colours, `linear @ color + offset`.

    Attributes:
        linear: `(3, 3)`.
        offset: `(3,)`.
    """

    linear: NDArray[np.float64]
    offset: NDArray[np.float64]


UNCHANGED = Recoloring(np.eye(3), np.zeros(3))
MIN_SPREAD = 0.05
"""Smallest standard deviation that a correction amplifies; it leaves smaller variation alone."""


def limited_recoloring(own: Colors, wanted: Colors) -> Recoloring:
    """Return a gentle map between colours that are already close: it does not amplify spreads below `MIN_SPREAD`."""
    least = MIN_SPREAD**2 * np.eye(3)
    near, goal = (Colors(colors.mean, colors.covariance + least) for colors in (own, wanted))
    return recoloring(near, goal, 1)


def interpolate(own: Colors, wanted: Colors, strength: float) -> Colors:
    """Return the colours that `recoloring` with that strength produces."""
    linear = recoloring(own, wanted, strength).linear
    return Colors(own.mean + strength * (wanted.mean - own.mean), linear @ own.covariance @ linear.T)


def recoloring(own: Colors, wanted: Colors, strength: float) -> Recoloring:
    """Return the map from one set of colours to another that moves colours least.

    Its linear part is `Σs^-½ (Σs^½ Σc Σs^½)^½ Σs^-½` (Pitié and Kokaram, "The linear Monge-Kantorovitch linear colour
    mapping", 2007).

    Args:
        own: the colours to map.
        wanted: the colours to reach.
        strength: how far to go, 0 to 1.
    """
    root = _power(own.covariance, 0.5)
    inverse = _power(own.covariance, -0.5)
    linear = inverse @ _power(root @ wanted.covariance @ root, 0.5) @ inverse
    unchanged = np.eye(len(linear))
    linear = unchanged + strength * (linear - unchanged)
    return Recoloring(linear, own.mean + strength * (wanted.mean - own.mean) - linear @ own.mean)


def limited_map(
    own: NDArray[np.float64], wanted: NDArray[np.float64], strength: float, most: float, least: float | None = None
) -> NDArray[np.float32]:
    """Return the linear map of `recoloring` between two covariances, with a limited gain.

    It is meant for detail, and for chroma about a tint, whose mean is 0.

    Args:
        own: the covariance to map, `(N, N)`: of three channels, or of two of chroma.
        wanted: the covariance to reach, `(N, N)`.
        strength: how far to go, 0 to 1.
        most: the largest factor by which contrast grows in any direction.
        least: the smallest factor; None for 1 / `most`.
    """
    count = len(own)
    near, goal = (Colors(np.zeros(count), each + MIN_VARIANCE * np.eye(count)) for each in (own, wanted))
    times, axes = np.linalg.eigh(recoloring(near, goal, strength).linear)
    limited: NDArray[np.float32] = ((axes * times.clip(1 / most if least is None else least, most)) @ axes.T).astype(
        np.float32
    )
    return limited


def recolor(pixels: Pixels, own: Colors, wanted: Colors, strength: float) -> Pixels:
    """Map pixels `(3, …)` from one set of colours to another and clip them to [0, 1].

    Args:
        pixels: `(3, …)`.
        own: the colours to map.
        wanted: the colours to reach.
        strength: how far to go, 0 to 1; see `recoloring`.
    """
    return apply_recoloring(pixels, recoloring(own, wanted, strength))


def apply_recoloring(pixels: Pixels, colors: Recoloring) -> Pixels:
    """Map pixels `(3, …)` and clip them to [0, 1]."""
    return apply_unclipped(pixels, colors).clip(0, 1)


def apply_unclipped(pixels: Pixels, colors: Recoloring) -> Pixels:
    """Map pixels `(3, …)` without clipping."""
    flat = colors.linear.astype(np.float32) @ pixels.reshape(3, -1) + colors.offset.astype(np.float32)[:, None]
    return np.ascontiguousarray(flat.reshape(pixels.shape), dtype=np.float32)


def _power(matrix: NDArray[np.float64], exponent: float) -> NDArray[np.float64]:
    values, vectors = np.linalg.eigh(matrix)
    powered: NDArray[np.float64] = (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
    return powered
