"""Painted surfaces for text: the painted relief around one colour, with the required contrast at every pixel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinxit.design.colors import Color
from pinxit.image.colorspaces import luminance, oklab_to_srgb, srgb_to_linear, srgb_to_oklab
from pinxit.image.picture import Pixels

# Shares of the relief, tried from much to little; where none has the contrast, the plain colour is used.
_SHARES = (1.0, 0.75, 0.5, 0.3, 0.15)


def toned(
    painted: Pixels, color: Color, against: Sequence[Color], ratio: float, strength: float, seen: Pixels | None = None
) -> Pixels:
    """Turn a painted surface into variations of one colour that keep a contrast.

    Args:
        painted: `(3, H, W)`.
        color: the colour of the result; it has the contrast with all of `against`.
        against: colours of text on the surface, or of the ground that it stands on.
        ratio: the least contrast of every pixel, at eight bits.
        strength: share of the painted variation that is wanted, 0 to 1.
        seen: `(H, W)`, above 0 where the picture is visible.

    Returns:
        `(3, H, W)`, rounded to eight bits.
    """
    lab = srgb_to_oklab(painted)
    inside = np.ones(lab.shape[1:], bool) if seen is None or not seen.any() else seen > 0
    relief = strength * (lab - lab[:, inside].mean(axis=1)[:, None, None])
    plain = srgb_to_oklab(np.array(color.components))[:, None]
    result = np.repeat(np.array(color.components, np.float32)[:, None], inside.size, axis=1)
    relief, waiting = relief.reshape(3, -1), np.arange(inside.size)
    for share in _SHARES:
        tried = (oklab_to_srgb(plain + share * relief[:, waiting]) * 255).round() / np.float32(255)
        light = luminance(srgb_to_linear(tried))
        fine = np.ones(len(waiting), bool)
        for other in against:
            lighter, darker = np.maximum(light, other.luminance), np.minimum(light, other.luminance)
            fine &= (lighter + 0.05) / (darker + 0.05) >= ratio + 1e-3
        result[:, waiting[fine]] = tried[:, fine]
        waiting = waiting[~fine]
    return result.reshape(painted.shape)
