"""Colour profiles that consist of three curves and a matrix, applied at any depth; cameras' and screens' are of this kind.

Source: ICC.1:2022, sections 8.3, 9.2, 10.6 and 10.18.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Curve: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_HEADER = 128  # bytes
_MOST_TAGS = 100
# Numbers of a parametric curve by its kind: g a b c d e f.
_PARAMETERS = (1, 3, 4, 5, 7)
_STEPS = 4096  # of the table that a curve is computed once for


@dataclass(frozen=True)
class MatrixProfile:
    """A profile's curves and matrix.

    Attributes:
        matrix: from linear light to XYZ under D50, `(3, 3)`.
        tables: for red, green and blue, the linear light in [0, 1] of equal steps from 0 to 1.
    """

    matrix: NDArray[np.float64]
    tables: tuple[NDArray[np.float64], ...]

    def linear(self, rgb: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the linear light of encoded colours `(…, 3)` in [0, 1]."""
        steps = np.linspace(0, 1, _STEPS)
        return np.stack([np.interp(rgb[..., i], steps, table) for i, table in enumerate(self.tables)], axis=-1)


def matrix_profile(profile: bytes) -> MatrixProfile | None:
    """Parse a profile; None where it is of another kind, or damaged."""
    if profile[16:20] != b"RGB " or profile[20:24] != b"XYZ ":
        return None
    try:
        tags = _tags(profile)
        if b"A2B0" in tags:
            return None  # tables take precedence over the matrix
        columns = [struct.unpack_from(">3i", tags[name], 8) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
        steps = np.linspace(0, 1, _STEPS)
        tables = tuple(_curve(tags[name])(steps) for name in (b"rTRC", b"gTRC", b"bTRC"))
    except (struct.error, KeyError, IndexError, ValueError):
        return None
    matrix = np.array(columns, np.float64).T / 65536
    if not all(np.isfinite(table).all() for table in tables) or abs(np.linalg.det(matrix)) < 1e-6:
        return None
    return MatrixProfile(matrix, tuple(table.clip(0, 1) for table in tables))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, _HEADER)
    found = {}
    for number in range(min(count, _MOST_TAGS)):
        name, offset, length = struct.unpack_from(">4sII", profile, _HEADER + 4 + 12 * number)
        found[name] = profile[offset : offset + length]
    return found


def _curve(tag: bytes) -> Curve:
    """Return the function from encoded values to light of a `curv` or `para` tag."""
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return lambda x: x
        if count == 1:
            gamma = struct.unpack_from(">H", tag, 12)[0] / 256
            return lambda x: x**gamma
        table = np.frombuffer(tag, ">u2", count, 12) / 65535
        return lambda x: np.interp(x, np.linspace(0, 1, count), table)
    if tag[:4] != b"para":
        raise ValueError("a curve of an unknown kind")
    (kind,) = struct.unpack_from(">H", tag, 8)
    numbers = [n / 65536 for n in struct.unpack_from(f">{_PARAMETERS[kind]}i", tag, 12)]
    g, a, b, c, d, e, f = (
        (*numbers, *[0.0] * (7 - len(numbers))) if kind else (numbers[0], 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    )
    if kind in (1, 2):
        # Below -b/a the curve is 0, or c.
        edge, low = (-b / a if a else 0.0), (c if kind == 2 else 0.0)
        return lambda x: np.where(x >= edge, np.maximum(a * x + b, 0) ** g + low, low)
    if kind == 0:
        return lambda x: x**g
    return lambda x: np.where(x >= d, np.maximum(a * x + b, 0) ** g + e, c * x + f)
