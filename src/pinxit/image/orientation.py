"""EXIF's eight orientations (CIPA DC-008, tag 0x0112)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TAG = 0x0112


def upright(array: NDArray[np.generic], orientation: object) -> NDArray[np.generic]:
    """Turn and mirror stored pixels `(H, W, …)` upright; an unknown orientation leaves them as they are."""
    match orientation:
        case 2:
            return array[:, ::-1]
        case 3:
            return array[::-1, ::-1]
        case 4:
            return array[::-1]
        case 5:
            return array.swapaxes(0, 1)
        case 6:
            return array.swapaxes(0, 1)[:, ::-1]
        case 7:
            return array.swapaxes(0, 1)[::-1, ::-1]
        case 8:
            return array.swapaxes(0, 1)[::-1]
        case _:
            return array
