"""Shading of a cloth or a wall in a photograph, apart from its own colour: folds, shadow and gloss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.design.print_removal import without_prints
from pinxit.image.alpha import bleed
from pinxit.image.colorspaces import luminance, srgb_to_linear
from pinxit.image.picture import Picture, Pixels

# Multiple of a cloth's usual light beyond which it is gloss, the reflection of the lamp: that has the lamp's colour, and is as
# bright on a black cloth as on a white one.
_GLOSS = 2.0
_MIDDLE = 0.22  # reflectance assumed for the median of a photograph, from which the exposure follows
_BRIGHTEST = 0.9  # largest reflectance assumed for a cloth
_BLACK = 0.004  # linear light below which a camera records noise


@dataclass(frozen=True)
class Shading:
    """The light on the masked part of a photograph.

    Attributes:
        diffuse: factor of a colour in linear light, `(H, W)`; its median over the mask is the exposure.
        gloss: linear light that is added, `(H, W)`.
        slope: rise of the shading to the right and downwards, `(2, H, W)`, at most about 1: it shows where the cloth bends.
    """

    diffuse: Pixels
    gloss: Pixels
    slope: Pixels


def shading(photo: Picture, mask: Pixels, strength: float = 1.0, printed: bool = False) -> Shading:
    """Estimate the light on a cloth.

    Args:
        photo: the photograph.
        mask: how much of each pixel is cloth, `(H, W)`, not black everywhere.
        strength: 0 for even light, 1 for the photograph's, more for harder folds.
        printed: whether the cloth has a print, which must be distinguished from folds. On a cloth of one colour, sharp folds
            would be mistaken for a print.
    """
    import cv2

    light = luminance(srgb_to_linear(photo.pixels))
    inside = mask > 0.5 * mask.max()
    logarithm = np.log(light + _BLACK)
    if printed:
        logarithm = without_prints(logarithm, photo.pixels, inside)
    lightness = np.exp(logarithm / 3)
    # The filters must not mix in what is beside the cloth: its border is extended there.
    lightness = bleed(lightness[None], inside.astype(np.float32))[0]
    side = float(np.sqrt(inside.sum()))
    smooth = cv2.bilateralFilter(np.ascontiguousarray(lightness), 0, 0.1, max(1.0, 0.006 * side))
    usual = max(float(np.median(smooth[inside])) ** 3, 1e-4)
    ratio = smooth**3 / usual
    diffuse = np.minimum(ratio, _GLOSS)
    exposure = float(np.clip(np.median(light) / _MIDDLE, usual / _BRIGHTEST, 1.0))
    bends = cv2.GaussianBlur(np.log(diffuse + 0.05), (0, 0), max(1.0, 0.012 * side))
    slope = np.stack([cv2.Sobel(bends, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(bends, cv2.CV_32F, 0, 1, scale=0.125)])
    steepness = np.hypot(*slope)
    slope = slope / (steepness + float(np.quantile(steepness[inside], 0.8)) + 1e-6)
    return Shading(
        (exposure * diffuse**strength).astype(np.float32),
        ((ratio - diffuse) * (usual * min(strength, 1.0))).astype(np.float32),
        slope.astype(np.float32),
    )
