"""The primaries of colour spaces, and the conversion between linear light in them.

Sources: IEC 61966-2-1 for sRGB; SMPTE EG 432-1 and Apple's Display P3; Lindbloom, "RGB/XYZ matrices" and "Chromatic
adaptation" (Bradford).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# x and y of red, green, blue and white.
SRGB_XY = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
P3_XY = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290)
D50 = np.array([0.96422, 1.0, 0.82521])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


def to_xyz(xy: Sequence[float]) -> NDArray[np.float64]:
    """Return the matrix `(3, 3)` from linear light to XYZ, adapted to D50 as in colour profiles.

    Args:
        xy: chromaticities x and y of red, green, blue and white.

    Raises:
        ZeroDivisionError: when a y is 0. numpy raises LinAlgError for primaries on one line.
    """
    if 0 in xy[1::2]:
        raise ZeroDivisionError
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in zip(xy[::2], xy[1::2], strict=True)]).T
    primaries, white = columns[:, :3], columns[:, 3]
    matrix = primaries * np.linalg.solve(primaries, white)
    gains = (_BRADFORD @ D50) / (_BRADFORD @ white)
    adapted: NDArray[np.float64] = np.linalg.inv(_BRADFORD) @ np.diag(gains) @ _BRADFORD @ matrix
    return adapted
