"""Colours of an interface: eight bits a channel, chosen by lightness, chroma and hue, with guaranteed contrast."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pinxit.image.colorspaces import LUMINANCE, linear_to_srgb, oklab_to_linear, srgb_to_linear, srgb_to_oklab

# Contrast that WCAG 2.2 requires of text (1.4.3, level AA), and of a control and its surroundings (1.4.11).
TEXT, CONTROL = 4.5, 3.0
_STEP = 0.004


@dataclass(frozen=True)
class Color:
    """An sRGB colour with eight bits a channel.

    Attributes:
        red, green, blue: 0 to 255, sRGB.
    """

    red: int
    green: int
    blue: int

    @property
    def hex(self) -> str:
        """`#rrggbb`."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def components(self) -> tuple[float, float, float]:
        """Red, green and blue in [0, 1]."""
        return self.red / 255, self.green / 255, self.blue / 255

    @property
    def luminance(self) -> float:
        """WCAG's relative luminance: 0 for black, 1 for white."""
        return float(LUMINANCE.astype(np.float64) @ srgb_to_linear(np.array(self.components)).astype(np.float64))

    @property
    def lch(self) -> tuple[float, float, float]:
        """Lightness, chroma and hue (degrees) in OKLab."""
        light, a, b = (float(number) for number in srgb_to_oklab(np.array(self.components)))
        return light, float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a)) % 360)


def color(lightness: float, chroma: float, hue: float) -> Color:
    """Return a colour of a lightness and hue in OKLab, with as much of the chroma as sRGB allows.

    Args:
        lightness: 0 to 1; it is clipped.
        chroma: the chroma wanted.
        hue: degrees.
    """
    lightness = min(max(lightness, 0.0), 1.0)
    direction = np.array([np.cos(np.radians(hue)), np.sin(np.radians(hue))])

    def fits(share: float) -> bool:
        light = oklab_to_linear(np.array([lightness, *(share * chroma * direction)]))
        return bool(light.min() > -1e-4 and light.max() < 1 + 1e-4)

    least, most = 0.0, 1.0
    if fits(1.0):
        least = 1.0
    else:
        for _ in range(12):
            middle = (least + most) / 2
            least, most = (middle, most) if fits(middle) else (least, middle)
    light = oklab_to_linear(np.array([lightness, *(least * chroma * direction)]))
    red, green, blue = (int(number) for number in (linear_to_srgb(light) * 255).round())
    return Color(red, green, blue)


def contrast(one: Color, other: Color) -> float:
    """Compute WCAG's contrast ratio, 1 to 21."""
    darker, lighter = sorted((one.luminance, other.luminance))
    return (lighter + 0.05) / (darker + 0.05)


def reaching(lch: tuple[float, float, float], against: Iterable[Color], ratio: float, darker: bool) -> Color:
    """Return the colour nearest to the wanted one that has a contrast with all of several others.

    Args:
        lch: wanted lightness, chroma and hue.
        against: the other colours; black or white must have the contrast with all of them.
        ratio: the least contrast.
        darker: whether lightness is reduced to reach it, not raised.
    """
    lightness, chroma, hue = lch
    others = list(against)
    end = 0.0 if darker else 1.0
    while True:
        found = color(lightness, chroma, hue)
        if lightness == end or all(contrast(found, other) >= ratio for other in others):
            return found
        lightness = max(lightness - _STEP, end) if darker else min(lightness + _STEP, end)
