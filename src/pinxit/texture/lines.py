"""Distinguish lines and edges, which show what a picture is of, from texture, such as leaves, gravel and hair."""

from __future__ import annotations

import numpy as np

from pinxit.image.picture import Pixels
from pinxit.texture.smoothing import blurred

_AROUND = 5.0  # px: gradients are compared within a Gaussian of this deviation
_TEXTURE, _LINES = 0.3, 0.8  # the coherence of what is all texture, and of what is all lines
_FAINT = 1e-5  # of the squared gradient, in which gradients are too faint to have a direction


def line_map(pixels: Pixels) -> Pixels:
    """Return how far gradients around each pixel have one direction, by the coherence of the structure tensor.

    See Bigün and Granlund, "Optimal Orientation Detection of Linear Symmetry" (1987), and Weickert, "Anisotropic Diffusion in
    Image Processing" (1998).

    Args:
        pixels: the picture, `(3, H, W)`, range [0, 1].

    Returns:
        `(H, W)`, 0 for texture to 1 for lines and edges.
    """
    import cv2

    gray = np.ascontiguousarray(pixels.mean(axis=0))
    across, down = cv2.Sobel(gray, -1, 1, 0), cv2.Sobel(gray, -1, 0, 1)
    horizontal, vertical, mixed = blurred(np.stack([across**2, down**2, across * down]), _AROUND)
    coherence = np.hypot(horizontal - vertical, 2 * mixed) / (horizontal + vertical + np.float32(_FAINT))
    return np.asarray(((coherence - _TEXTURE) / (_LINES - _TEXTURE)).clip(0, 1), np.float32)
