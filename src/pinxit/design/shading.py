"""What light does to a cloth or a wall, apart from the colour it has: folds, shadow and gloss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.design.light import linear, luminance
from pinxit.design.prints import without_prints
from pinxit.picture.alpha import bleed
from pinxit.picture.picture import Picture, Pixels

# Light that a cloth throws back beyond so many times its usual amount is the lamp's own reflection: it has the lamp's
# colour, and is as bright on a black cloth as on a white one.
_GLOSS = 2.0
# Of what a photograph shows, the middle reflects about so much; the exposure follows from that.
_MIDDLE = 0.22
_BRIGHTEST = 0.9
# Linear light below which a camera sees noise.
_BLACK = 0.004


@dataclass(frozen=True)
class Shading:
    """How light falls on the masked part of a photograph.

    Attributes:
        diffuse: what a colour is multiplied with, in linear light, `(H, W)`; its median over the mask is the exposure.
        gloss: what is added, `(H, W)`, linear light.
        slope: how the shading rises to the right and downwards, `(2, H, W)`, at most about 1: where the cloth bends.
    """

    diffuse: Pixels
    gloss: Pixels
    slope: Pixels


def shading(photo: Picture, mask: Pixels, strength: float = 1.0, printed: bool = False) -> Shading:
    """Read the light off a cloth.

    Args:
        photo: the photograph.
        mask: how much of each pixel is cloth, `(H, W)`, not black.
        strength: 0 for even light, 1 for the photograph's, more for harder folds.
        printed: whether there is a print on it to be told from its folds; for a cloth of one colour, sharp folds look like
            one.
    """
    import cv2

    light = luminance(linear(photo.pixels))
    inside = mask > 0.5 * mask.max()
    logarithm = np.log(light + _BLACK)
    if printed:
        logarithm = without_prints(logarithm, photo.pixels, inside)
    lightness = np.exp(logarithm / 3)
    # The filters must not see what is beside the cloth: it goes on there as it ends.
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
