"""Colours and the way from one to the next, in OKLab (Ottosson, 2020), where mixtures stay clean."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError

Floats = NDArray[np.floating]

# Ottosson, "A perceptual color space for image processing": linear sRGB → LMS → OKLab.
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def rgb(red: float, green: float, blue: float) -> Floats:
    """A colour of its own, sRGB from 0 to 1, as `(3,)`."""
    return np.array([red, green, blue], np.float32)


def to_oklab(rgb: Floats) -> Floats:
    """sRGB `(…, 3)` in [0, 1] → OKLab `(…, 3)`."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab: Floats = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def from_oklab(lab: Floats) -> Floats:
    """OKLab `(…, 3)` → sRGB `(…, 3)`, clipped to [0, 1]."""
    linear = ((lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T).clip(0, 1)
    rgb: Floats = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return rgb


class Palette:
    """A few colours, dark to light.

    Args:
        colors: as `#rrggbb`, two or more.

    Raises:
        PinxitError: when there are fewer than two, or one is no colour.
    """

    def __init__(self, colors: Sequence[str]) -> None:
        if len(colors) < 2:
            raise PinxitError("a palette needs at least two colours as #rrggbb.")
        for color in colors:
            if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
                raise PinxitError(f"{color!r} is no colour: write it as #rrggbb.")
        rgb = np.array([[int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)] for color in colors])
        self._lab = to_oklab(rgb)
        # A table, for a picture asks a million times.
        steps = np.linspace(0, len(colors) - 1, 1024)
        self._ramp = np.stack([np.interp(steps, np.arange(len(colors)), self._lab[:, axis]) for axis in range(3)], 1)
        self._ramp_rgb = from_oklab(self._ramp).astype(np.float32)

    def __len__(self) -> int:
        return len(self._lab)

    def ramp(self, tone: Floats | float) -> Floats:
        """The colour at each tone, 0 the first, 1 the last, mixed in between: `(…)` → sRGB `(…, 3)`."""
        rgb: Floats = self._ramp_rgb[(np.clip(tone, 0, 1) * 1023).astype(int)]
        return rgb

    def pick(self, index: NDArray[np.integer] | int) -> Floats:
        """The colours themselves, by number, round and round: `(…)` → sRGB `(…, 3)`."""
        rgb: Floats = from_oklab(self._lab[np.asarray(index) % len(self)])
        return rgb

    def vary(self, tone: Floats, random: np.random.Generator, light: float, color: float) -> Floats:
        """`ramp`, each colour a little off in lightness and hue: `(N,)` → sRGB `(N, 3)`."""
        lab = self._ramp[(np.clip(tone, 0, 1) * 1023).astype(int)]
        return from_oklab(lab + random.normal(size=lab.shape) * [light, color, color])
