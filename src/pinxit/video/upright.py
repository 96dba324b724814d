"""Which side of a clip's frames is up: turned by quarters, mirrored, as its display matrix says (ISO/IEC 14496-12, 6.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ENTRIES = 9


@dataclass(frozen=True)
class Orientation:
    """How stored frames become upright ones.

    Attributes:
        crossed: whether rows become columns, first of all.
        rows, columns: whether their order is then turned round.
    """

    crossed: bool = False
    rows: bool = False
    columns: bool = False

    def __call__(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return `(H, W, …)` as stored as the picture that is meant."""
        array = array.swapaxes(0, 1) if self.crossed else array
        return np.ascontiguousarray(array[:: -1 if self.rows else 1, :: -1 if self.columns else 1])

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Return height and width of upright frames by those of stored ones, or the other way round."""
        return (width, height) if self.crossed else (height, width)


def orientation_of(frame: Any) -> Orientation:
    """Return what a frame's display matrix says; a frame without one is upright. Angles between are rounded to quarters."""
    for data in frame.side_data:
        if data.type.name == "DISPLAYMATRIX":
            matrix = np.frombuffer(bytes(data), np.int32)
            if matrix.size == _ENTRIES:
                # x' = a x + c y, y' = b x + d y, with y downwards.
                a, b, _, c, d = (int(entry) for entry in matrix[:5])
                if abs(a) + abs(d) >= abs(b) + abs(c):
                    return Orientation(rows=d < 0, columns=a < 0)
                return Orientation(crossed=True, rows=b < 0, columns=c < 0)
    return Orientation()
