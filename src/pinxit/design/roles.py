"""The colours of an interface, made from a painting's: roles in light and dark modes, with readable text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pinxit.design.colors import CONTROL, TEXT, Color, color, contrast, reaching
from pinxit.design.palette import Swatch

# Roles of filled controls; each also has `on-…` for the text on it and `…-text` for its use as text.
FILLED: Final = ("primary", "accent", "success", "warning", "danger")
# Hues with a meaning, in degrees of OKLab. The painting may shift them by at most `_MAX_PULL`, or green would stop being green.
_MEANINGS: Final = {"success": 148.0, "warning": 75.0, "danger": 26.0}
_MAX_PULL = 12.0
# A colour with less chroma is a grey, whose hue is accidental.
_GRAY = 0.025
# Text gets a little more contrast than required, so that a background may have some relief.
_TEXT = TEXT + 0.5


@dataclass(frozen=True)
class Scheme:
    """The colours of an interface.

    Attributes:
        light, dark: colours of each mode by role.
        palette: colours of the painting.
    """

    light: Mapping[str, Color]
    dark: Mapping[str, Color]
    palette: tuple[Swatch, ...]

    @property
    def modes(self) -> dict[str, Mapping[str, Color]]:
        """The colours of both modes, by the mode's name."""
        return {"light": self.light, "dark": self.dark}


def text_pairs() -> Iterator[tuple[str, str]]:
    """Yield every pair of a text role and the role of the ground that it is written on."""
    for ground in ("background", "surface"):
        for text in ("text", "muted", *(f"{role}-text" for role in FILLED)):
            yield text, ground
    for role in FILLED:
        yield f"on-{role}", role


def scheme(swatches: Sequence[Swatch]) -> Scheme:
    """Assign roles to a painting's colours.

    The most prominent colour (vivid and frequent) becomes primary, and the most prominent one of another hue the accent. The
    hue that covers most of the painting tints the near-white and near-black colours. Where the painting has too few hues, the
    colour wheel gives the missing ones.

    Args:
        swatches: the painting's colours, the most frequent first; at least one.
    """
    lch = [swatch.color.lch for swatch in swatches]
    vivid = [index for index, one in enumerate(lch) if one[1] >= _GRAY]
    # A grey painting gets a grey interface with the hue of faintly blue slate.
    tint = max(vivid, key=lambda index: swatches[index].share * lch[index][1], default=None)
    tint_hue = 255.0 if tint is None else lch[tint][2]
    tint_chroma = 0.004 if tint is None else 0.012
    if vivid:
        lead = max(vivid, key=lambda index: _prominence(swatches[index].share, lch[index]))
        primary = lch[lead]
        others = [index for index in vivid if _apart(lch[index][2], primary[2]) >= 35]
        other = max(others, key=lambda index: _prominence(swatches[index].share, lch[index]), default=None)
        accent = lch[other] if other is not None else (primary[0], primary[1], (primary[2] + 150) % 360)
    else:
        primary, accent = (0.45, 0.02, tint_hue), (0.6, 0.05, 65.0)
    chroma = float(np.clip(np.mean([primary[1], accent[1]]) + 0.05, 0.13, 0.18))
    wanted = {"primary": (primary, 0.09), "accent": (accent, 0.09)}
    for role, hue in _MEANINGS.items():
        pull = _toward(hue, primary[2]) if vivid else 0.0
        wanted[role] = ((0.0, chroma, hue + pull), chroma)
    grounds = {"hue": tint_hue, "chroma": tint_chroma}
    return Scheme(_mode(wanted, False, **grounds), _mode(wanted, True, **grounds), tuple(swatches))


def _prominence(share: float, lch: tuple[float, float, float]) -> float:
    """Return how prominent a colour is: vivid, frequent, and neither black nor white."""
    lightness, chroma, _ = lch
    return float(chroma**1.5 * (share + 0.02) ** 0.3 * np.clip(1.6 - 3 * abs(lightness - 0.58), 0.3, 1))


def _apart(one: float, other: float) -> float:
    return abs((one - other + 180) % 360 - 180)


def _toward(hue: float, goal: float) -> float:
    """Return how far a hue with a meaning shifts to the painting's, degrees."""
    difference = (goal - hue + 180) % 360 - 180
    return float(np.clip(difference * 0.15, -_MAX_PULL, _MAX_PULL))


def _mode(
    wanted: Mapping[str, tuple[tuple[float, float, float], float]], dark: bool, hue: float, chroma: float
) -> dict[str, Color]:
    """Make one mode; text and controls move away from the backgrounds until they are readable."""
    found: dict[str, Color] = {}
    found["background"] = color(0.185 if dark else 0.975, chroma, hue)
    found["surface"] = color(0.235 if dark else 0.995, chroma * (1.3 if dark else 0.3), hue)
    grounds = [found["background"], found["surface"]]
    found["text"] = reaching((0.94 if dark else 0.24, 1.2 * chroma, hue), grounds, _TEXT, not dark)
    found["muted"] = reaching((0.72 if dark else 0.50, 1.8 * chroma, hue), grounds, _TEXT, not dark)
    found["outline"] = reaching((0.52 if dark else 0.66, 1.8 * chroma, hue), grounds, CONTROL, not dark)
    for role in FILLED:
        (lightness, own, role_hue), least = wanted[role]
        own = own if own < _GRAY else max(own, least)
        usual = {"warning": 0.74, "success": 0.56, "danger": 0.56}.get(role, lightness)
        start = max(usual, 0.6) if dark else min(max(usual, 0.42), 0.72)
        fill = reaching((start, own, role_hue), grounds, CONTROL, not dark)
        fill, on = _readable(fill, hue, chroma)
        found[role], found[f"on-{role}"] = fill, on
        found[f"{role}-text"] = reaching((fill.lch[0], own, role_hue), grounds, _TEXT, not dark)
    return found


def _readable(fill: Color, hue: float, chroma: float) -> tuple[Color, Color]:
    """Return a fill, shifted a little where necessary, and the colour of the text on it."""
    paper, ink = color(0.99, 0.5 * chroma, hue), color(0.17, chroma, hue)
    # Text on a strong colour is usually light; it is dark only where light text would change the fill too much.
    on = paper if contrast(fill, paper) >= TEXT or contrast(fill, paper) > 0.85 * contrast(fill, ink) else ink
    return reaching(fill.lch, [on], TEXT, on is paper), on
