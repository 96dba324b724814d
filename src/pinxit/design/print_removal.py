"""Removal of prints from the light on a cloth: a jump in lightness or colour is a change of the cloth's colour, not a fold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.image.picture import Pixels

# px: longer side at which prints are detected; it gives some ten thousand equations, solved in less than a second.
_SIDE = 224
# Steps between neighbours that no fold makes: of the light's logarithm, and of CIELAB's chroma relative to lightness, since
# shadow reduces both.
_STEP, _CHROMA = 1.0, 0.35


def without_prints(light: Pixels, pixels: Pixels, inside: NDArray[np.bool_]) -> Pixels:
    """Estimate the logarithm of the light on a cloth as if all of it had one colour.

    Steps between neighbours that a print makes are removed, and the rest is integrated by least squares (the Retinex of Land
    and McCann, 1971, as an equation).

    Args:
        light: logarithm of the luminance, `(H, W)`.
        pixels: the photograph, `(3, H, W)`.
        inside: which pixels are cloth.

    Returns:
        `light`, smoothed in and around prints.
    """
    import cv2
    from skimage.color import rgb2lab

    height, width = light.shape
    lab = rgb2lab(pixels.transpose(1, 2, 0)).transpose(2, 0, 1)
    chroma = lab[1:] / (lab[0] + 10)
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    small, a, b, share = (
        np.asarray(cv2.resize(np.ascontiguousarray(plane, np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
        for plane in (light, *chroma, inside)
    )
    cloth = share > 0.6
    steps = _Steps(small, a, b, cloth)
    if not steps.printed.any():
        return light
    own = small - steps.solve()
    # The remainder is the logarithm of the cloth's own colour. Its median is the cloth; what differs is printed on it.
    usual = np.float32(np.median(own[cloth]))
    print_ = np.where(cloth, ((np.abs(own - usual) - 0.15) / 0.2).clip(0, 1), 0).astype(np.float32)
    print_ = np.asarray(cv2.dilate(np.maximum(print_, steps.printed), np.ones((3, 3), np.uint8)), np.float32)
    wanted, where = (
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
        for plane in (cv2.GaussianBlur(small - own, (0, 0), 1.0) + usual, print_)
    )
    result: Pixels = light + where * (wanted - light)
    return result


class _Steps:
    """Pairs of neighbouring pixels within the cloth, and the steps of light between them."""

    def __init__(self, light: Pixels, a: Pixels, b: Pixels, cloth: NDArray[np.bool_]) -> None:
        self._light, self._cloth = light, cloth
        number = np.arange(cloth.size).reshape(cloth.shape)
        self.printed = np.zeros(cloth.shape, np.float32)
        pairs, steps = [], []
        for one, other in (
            ((slice(None), slice(None, -1)), (slice(None), slice(1, None))),
            ((slice(None, -1), slice(None)), (slice(1, None), slice(None))),
        ):
            both = cloth[one] & cloth[other]
            step = light[other] - light[one]
            jump = both & ((np.abs(step) > _STEP) | (np.hypot(a[other] - a[one], b[other] - b[one]) > _CHROMA))
            self.printed[one] += jump
            self.printed[other] += jump
            pairs.append(np.stack([number[one][both], number[other][both]]))
            steps.append(np.where(jump, 0, step)[both])
        self._pairs = np.concatenate(pairs, axis=1)
        self._steps = np.concatenate(steps).astype(np.float64)
        self.printed = self.printed.clip(0, 1)

    def solve(self) -> Pixels:
        """Return the light whose steps are nearest to those that no print made, at the same overall level."""
        from scipy.sparse import coo_array, eye_array
        from scipy.sparse.linalg import spsolve

        count, size = self._pairs.shape[1], self._light.size
        rows = np.tile(np.arange(count), 2)
        values = np.repeat([-1.0, 1.0], count)
        difference = coo_array((values, (rows, self._pairs.ravel())), shape=(count, size)).tocsr()
        # A faint pull to the original light fixes the overall level, which the steps leave open.
        pull = 1e-4
        matrix = (difference.T @ difference + pull * eye_array(size)).tocsc()
        right = difference.T @ self._steps + pull * self._light.ravel().astype(np.float64)
        solved: Pixels = spsolve(matrix, right).reshape(self._light.shape).astype(np.float32)
        return solved
