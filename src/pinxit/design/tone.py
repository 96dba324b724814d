"""A painted surface made calm enough to write on: its relief about one colour, no pixel without the contrast asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinxit.design.colors import Color
from pinxit.design.light import linear, luminance
from pinxit.design.oklab import oklab, srgb
from pinxit.picture.picture import Pixels

# Tried from much relief to little; where none will do, the colour itself has the contrast.
_SHARES = (1.0, 0.75, 0.5, 0.3, 0.15)


def toned(
    painted: Pixels, color: Color, against: Sequence[Color], ratio: float, strength: float, seen: Pixels | None = None
) -> Pixels:
    """What was painted, as variations of one colour.

    Args:
        painted: `(3, H, W)`.
        color: what it is to be; it has the contrast with all of `against`.
        against: what is written on it, or what it stands on.
        ratio: the least contrast of every pixel, at eight bits.
        strength: how much of the painted variation is wanted, 0 to 1.
        seen: `(H, W)`, above 0 where the picture is not transparent.

    Returns:
        `(3, H, W)`, every value one that eight bits have.
    """
    lab = oklab(painted)
    inside = np.ones(lab.shape[1:], bool) if seen is None or not seen.any() else seen > 0
    relief = strength * (lab - lab[:, inside].mean(axis=1)[:, None, None])
    plain = oklab(np.array(color.components))[:, None]
    result = np.repeat(np.array(color.components, np.float32)[:, None], inside.size, axis=1)
    relief, waiting = relief.reshape(3, -1), np.arange(inside.size)
    for share in _SHARES:
        tried = (srgb(plain + share * relief[:, waiting]) * 255).round() / np.float32(255)
        light = luminance(linear(tried))
        fine = np.ones(len(waiting), bool)
        for other in against:
            lighter, darker = np.maximum(light, other.luminance), np.minimum(light, other.luminance)
            fine &= (lighter + 0.05) / (darker + 0.05) >= ratio + 1e-3
        result[:, waiting[fine]] = tried[:, fine]
        waiting = waiting[~fine]
    return result.reshape(painted.shape)
