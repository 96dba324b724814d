"""Colourways: one design in other colours, as cloth and paper are printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image import Picture, fit
from pinxit.image.colorspaces import colors_to_oklab, oklab_to_colors
from pinxit.styles.palette import Palette

# Number of colours taken from a picture that serves as the palette.
COLORS = 6
# Share of each pixel's difference from its cluster's mean that is kept, in lightness and in a and b: strokes stay visible, in
# the new hue.
_KEPT = np.array([0.8, 0.4, 0.4], np.float32)
_SOFTNESS = 0.06  # OKLab: distance over which two clusters mix where they meet
_MEASURED = 128  # px: longer side at which a picture's colours are measured


def read_palette(text: str) -> tuple[str, ...]:
    """Read two or more colours, dark to light, from a list `#aabbcc,#112233` or from a picture's file.

    Raises:
        PinxitError: when it is neither, or has only one colour.
    """
    if text.strip().startswith("#"):
        colors = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",")))
        lab = Palette(colors).lab  # raises for what is not a colour
        colors = tuple(colors[number] for number in np.argsort(lab[:, 0], kind="stable"))
        source = text
    else:
        picture, entry = inputs.load(text if text.startswith((inputs.HOUSE, inputs.SAMPLE)) else Path(text), 512)
        colors = _hex(centers(_measured(picture), COLORS))
        source = entry.name
    if len(colors) < 2:
        raise PinxitError(f"{source} is a palette of one colour: a colourway needs two or more, as #aabbcc,#112233.")
    return colors


def in_colors(picture: Picture, colors: Sequence[str]) -> Picture:
    """Recolour a picture by a palette: its darkest colours become the palette's darkest, and so on up to the lightest."""
    wanted = Palette(sorted_by_lightness(colors)).lab
    flat = _flat(picture)
    own = centers(_measured(picture), len(wanted))
    # A picture with fewer colours than the palette takes evenly spaced ones.
    wanted = wanted[np.linspace(0, len(wanted) - 1, len(own)).round().astype(int)]
    result = np.empty_like(flat)
    for start in range(0, len(flat), 2**18):  # a million distances at a time
        part = flat[start : start + 2**18]
        offsets = part[:, None] - own
        far = np.square(offsets).sum(-1)
        nearness = np.exp(-(far - far.min(1, keepdims=True)) / (2 * _SOFTNESS**2))
        nearness /= nearness.sum(1, keepdims=True)
        result[start : start + 2**18] = (nearness[..., None] * (wanted + _KEPT * offsets)).sum(1)
    rgb = oklab_to_colors(result).reshape(picture.height, picture.width, 3)
    return picture.with_pixels(np.ascontiguousarray(np.moveaxis(rgb, 2, 0), dtype=np.float32))


def sorted_by_lightness(colors: Sequence[str]) -> list[str]:
    """Return the colours, dark to light."""
    return [colors[number] for number in np.argsort(Palette(colors).lab[:, 0], kind="stable")]


def centers(lab: NDArray[np.floating], count: int) -> NDArray[np.float32]:
    """Cluster colours `(N, 3)` by Lloyd's algorithm; return at most `count` means, dark to light."""
    ordered = lab[np.argsort(lab[:, 0], kind="stable")]
    found = np.unique(ordered[np.linspace(0, len(ordered) - 1, 2 * count + 1).astype(int)[1::2]], axis=0)
    for _ in range(30):
        nearest = np.square(lab[:, None] - found).sum(-1).argmin(1)
        found = np.stack([lab[nearest == number].mean(0) for number in np.unique(nearest)])
    result: NDArray[np.float32] = found[np.argsort(found[:, 0], kind="stable")].astype(np.float32)
    return result


def _measured(picture: Picture) -> NDArray[np.float32]:
    return _flat(fit(picture, min(_MEASURED, max(picture.height, picture.width))))


def _flat(picture: Picture) -> NDArray[np.float32]:
    lab: NDArray[np.float32] = colors_to_oklab(np.moveaxis(picture.pixels, 0, 2).reshape(-1, 3)).astype(np.float32)
    return lab


def _hex(lab: NDArray[np.floating]) -> tuple[str, ...]:
    levels = (oklab_to_colors(lab) * 255).round().astype(int)
    return tuple(dict.fromkeys(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in levels))
