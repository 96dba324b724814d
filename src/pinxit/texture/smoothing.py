"""Blur and resize planes of any number, and measure how much detail is where."""

from __future__ import annotations

import numpy as np

from pinxit.image.picture import Pixels

DETAIL = (
    6.0  # px: detail is what a Gaussian of this deviation takes away; also how far the amount of detail is averaged
)


def amounts_of_detail(pixels: Pixels, *around: float) -> list[Pixels]:
    """Return the deviation of the detail around each pixel, averaged by Gaussians of these deviations, px, each `(H, W)`."""
    detail = pixels - blurred(pixels, DETAIL)
    squares = (detail**2).mean(axis=0)[None]
    return [np.sqrt(np.maximum(blurred(squares, deviation)[0], 0)) for deviation in around]


def blurred(planes: Pixels, deviation: float) -> Pixels:
    """Blur planes `(n, H, W)` by a Gaussian; one that is many pixels wide is computed at a lower resolution."""
    import cv2

    smaller = int(deviation / DETAIL)
    if smaller > 1:
        height, width = (-(-side // smaller) for side in planes.shape[1:])
        small = blurred(resized(planes, height, width), deviation / smaller)
        return resized(small, *planes.shape[1:])
    result = [
        cv2.GaussianBlur(np.ascontiguousarray(plane), (0, 0), deviation, borderType=cv2.BORDER_REFLECT)
        for plane in planes
    ]
    return np.asarray(result, np.float32)


def resized(planes: Pixels, height: int, width: int) -> Pixels:
    """Return planes `(n, H, W)`, of any range, at another size."""
    import cv2

    if planes.shape[1:] == (height, width):
        return planes
    smaller = height < planes.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return np.asarray([cv2.resize(plane, (width, height), interpolation=how) for plane in planes], np.float32)
