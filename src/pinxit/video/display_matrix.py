"""The display matrix of a clip (ISO/IEC 14496-12, 6.2.2): how stored frames are rotated and mirrored for display."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ENTRIES = 9  # of the matrix, 3 × 3


@dataclass(frozen=True)
class Orientation:
    """A rotation by quarter turns, with or without mirroring, that makes stored frames upright.

    Attributes:
        transposed: whether rows and columns are swapped, as the first step.
        flipped_rows, flipped_columns: whether the order of rows and of columns is then reversed.
    """

    transposed: bool = False
    flipped_rows: bool = False
    flipped_columns: bool = False

    def __call__(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return a stored array `(H, W, …)` upright."""
        array = array.swapaxes(0, 1) if self.transposed else array
        return np.ascontiguousarray(array[:: -1 if self.flipped_rows else 1, :: -1 if self.flipped_columns else 1])

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width of upright frames, given those of stored ones, or the reverse."""
        return (width, height) if self.transposed else (height, width)


def orientation_of(frame: Any) -> Orientation:
    """Return the orientation that a frame's display matrix gives, rounded to quarter turns; upright without a matrix."""
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            matrix = np.frombuffer(bytes(data), np.int32)
            if matrix.size == _ENTRIES:
                # x' = a x + c y, y' = b x + d y, where y points down.
                a, b, _, c, d = (int(entry) for entry in matrix[:5])
                if abs(a) + abs(d) >= abs(b) + abs(c):
                    return Orientation(flipped_rows=d < 0, flipped_columns=a < 0)
                return Orientation(transposed=True, flipped_rows=b < 0, flipped_columns=c < 0)
    return Orientation()
