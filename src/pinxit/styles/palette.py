"""Palettes of the house styles, and mixtures of their colours in OKLab (Ottosson, 2020), where they stay clean."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.image.colorspaces import colors_to_oklab, oklab_to_colors

Floats = NDArray[np.floating]

_MAX_COLORS = 64


def mix(one: Floats, other: Floats, share: Floats | float) -> Floats:
    """Mix colours `(…, 3)`.

    Args:
        one: the result where `share` is 0.
        other: the result where `share` is 1.
        share: `(…)`.
    """
    share = np.asarray(share, np.float32)[..., None]
    return (one + (other - one) * share).astype(np.float32)


def vary(lab: Floats, random: np.random.Generator, light: float, hue: float) -> Floats:
    """Vary colours at random, as no two strokes of a painter are the same.

    Args:
        lab: OKLab `(N, 3)`.
        random: the source of randomness.
        light: standard deviation in lightness.
        hue: standard deviation in a and b.
    """
    return (lab + random.normal(size=lab.shape) * [light, hue, hue]).astype(np.float32)


class Palette:
    """A style's colours by number, dark to light: 0 is the darkest.

    Other colours are brought to the number that the style's own palette has, in the order of their lightness, so that
    shadows stay dark and lights light in any colours.

    Args:
        own: the style's colours as `#rrggbb`, dark to light.
        given: colours to use instead, two or more.

    Raises:
        PinxitError: when fewer than two or too many are given, or one is not a colour.

    Attributes:
        lab: OKLab `(N, 3)`.
    """

    def __init__(self, own: Sequence[str], given: Sequence[str] | None = None) -> None:
        self.lab = _read(own)
        if given is not None:
            if not 2 <= len(given) <= _MAX_COLORS:
                raise PinxitError(f"a palette has 2 to {_MAX_COLORS} colours as #rrggbb, not {len(given)}.")
            lab = _read(given)
            lab = lab[np.argsort(lab[:, 0], kind="stable")]
            place = np.linspace(0, len(lab) - 1, len(own))
            if len(lab) >= len(own):
                place = np.round(place)  # there are enough colours: none must be mixed
            self.lab = _between(lab, place)

    def __getitem__(self, number: int) -> Floats:
        """Return the colour of that number: sRGB `(3,)`."""
        return oklab_to_colors(self.lab[number])

    def ramp(self, tone: Floats | float) -> Floats:
        """Map tones `(…)` to OKLab colours `(…, 3)`, from the darkest at 0 through all colours to the lightest at 1."""
        return _between(self.lab, np.clip(tone, 0, 1) * (len(self.lab) - 1))


def _read(colors: Sequence[str]) -> Floats:
    for color in colors:
        if not (isinstance(color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", color)):
            raise PinxitError(f"{color!r} is not a colour: write it as #rrggbb.")
    return colors_to_oklab(
        np.array([[int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)] for color in colors], np.float32)
    )


def _between(lab: Floats, place: NDArray[np.floating]) -> Floats:
    """Interpolate colours at fractional numbers."""
    return np.stack([np.interp(place, np.arange(len(lab)), lab[:, axis]) for axis in range(3)], -1).astype(np.float32)
