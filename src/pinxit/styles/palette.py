"""Colours and the way from one to the next, in OKLab (Ottosson, 2020), where mixtures stay clean."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError

Floats = NDArray[np.floating]

# Ottosson, "A perceptual color space for image processing": linear sRGB → LMS → OKLab.
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LMS, _FROM_LAB = np.linalg.inv(TO_LMS).astype(np.float32), np.linalg.inv(TO_LAB).astype(np.float32)
_MOST_COLORS = 64  # more is no palette but a mistake


def to_oklab(rgb: Floats) -> Floats:
    """sRGB `(…, 3)` in [0, 1] → OKLab `(…, 3)`: lightness 0 to 1, then green–red and blue–yellow."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: Floats = (np.cbrt(linear @ TO_LMS.T) @ TO_LAB.T).astype(np.float32)
    return lab


def to_rgb(lab: Floats) -> Floats:
    """OKLab `(…, 3)` → sRGB `(…, 3)`, clipped to [0, 1]."""
    linear = ((lab.astype(np.float32) @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T).clip(0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055).astype(np.float32)


def mix(one: Floats, other: Floats, share: Floats | float) -> Floats:
    """From `one` `(…, 3)` towards `other` by `share` `(…)`: 0 is one, 1 the other."""
    share = np.asarray(share, np.float32)[..., None]
    return (one + (other - one) * share).astype(np.float32)


def vary(lab: Floats, random: np.random.Generator, light: float, hue: float) -> Floats:
    """Colours `(N, 3)`, each a little off in lightness and in hue, as no two strokes of a painter are the same."""
    return (lab + random.normal(size=lab.shape) * [light, hue, hue]).astype(np.float32)


class Palette:
    """A manner's colours by number, dark to light: 0 is the darkest.

    Whatever colours are given, a manner finds as many as its own palette has, in the order of their lightness: so
    shadows stay shadows and lights lights in any colours.

    Args:
        own: the manner's colours as `#rrggbb`, dark to light.
        given: colours to use instead, two or more.

    Raises:
        PinxitError: when fewer than two are given, or one is no colour.

    Attributes:
        lab: OKLab `(N, 3)`.
    """

    def __init__(self, own: Sequence[str], given: Sequence[str] | None = None) -> None:
        self.lab = _read(own)
        if given is not None:
            if not 2 <= len(given) <= _MOST_COLORS:
                raise PinxitError(f"a palette has 2 to {_MOST_COLORS} colours as #rrggbb, not {len(given)}.")
            lab = _read(given)
            lab = lab[np.argsort(lab[:, 0], kind="stable")]
            place = np.linspace(0, len(lab) - 1, len(own))
            if len(lab) >= len(own):
                place = np.round(place)  # enough colours: none needs to be mixed
            self.lab = _between(lab, place)

    def __getitem__(self, number: int) -> Floats:
        """The colour of that number: sRGB `(3,)`."""
        return to_rgb(self.lab[number])

    def ramp(self, tone: Floats | float) -> Floats:
        """From the darkest at tone 0 through all colours to the lightest at 1: `(…)` → OKLab `(…, 3)`."""
        return _between(self.lab, np.clip(tone, 0, 1) * (len(self.lab) - 1))


def _read(colors: Sequence[str]) -> Floats:
    for color in colors:
        if not (isinstance(color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", color)):
            raise PinxitError(f"{color!r} is no colour: write it as #rrggbb.")
    return to_oklab(np.array([[int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)] for color in colors], np.float32))


def _between(lab: Floats, place: NDArray[np.floating]) -> Floats:
    """Colours at fractional numbers."""
    return np.stack([np.interp(place, np.arange(len(lab)), lab[:, axis]) for axis in range(3)], -1).astype(np.float32)
