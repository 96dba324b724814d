"""Three-dimensional lookup tables of colours: applying one, and the `.cube` files that other programs read."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.image.picture import Pixels

SIDE = 33
"""Entries along each side of a table that pinxit writes: the size that editing programs and monitors take."""
ENDING = ".cube"
_LEAST, _MOST = (
    2,
    65,
)  # entries along each side of a table that is read; FFmpeg's lut3d takes up to 64, Adobe's format 256
MAX_BYTES = 16 * 2**20
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_ROW = re.compile(rf"({_NUMBER})\s+({_NUMBER})\s+({_NUMBER})")
_PIXELS_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class LookupTable:
    """A map of sRGB colours, given on a grid.

    Attributes:
        entries: `(N, N, N, 3)` float32, range [0, 1]: the colour for red, green and blue at the first three indices.
    """

    entries: NDArray[np.float32]

    @property
    def side(self) -> int:
        """The number of entries along each side."""
        return len(self.entries)

    def apply(self, pixels: Pixels) -> Pixels:
        """Map sRGB planes `(3, …)`, range [0, 1], with tetrahedral interpolation, as FFmpeg's lut3d does.

        The cube between eight entries is cut into six tetrahedra along its diagonal of greys, so greys are interpolated
        between greys.
        """
        flat = pixels.reshape(3, -1)
        mapped = np.empty_like(flat)
        for begin in range(0, flat.shape[1], _PIXELS_AT_ONCE):
            part = slice(begin, begin + _PIXELS_AT_ONCE)
            mapped[:, part] = self._interpolate(flat[:, part])
        return mapped.reshape(pixels.shape)

    def _interpolate(self, colors: Pixels) -> Pixels:
        """Map colours `(3, N)`."""
        top = self.side - 1
        position = colors.clip(0, 1) * np.float32(top)
        corner = np.minimum(position.astype(np.int32), top - 1)
        within = position - corner
        strides = np.array([self.side**2, self.side, 1], np.int32)
        # From the lowest corner the way to the highest goes along the axes in the order of their distances.
        order = np.argsort(-within, axis=0, kind="stable")
        steps = np.take_along_axis(within, order, axis=0)
        table = self.entries.reshape(-1, 3)
        at = strides @ corner
        weights = np.stack([1 - steps[0], steps[0] - steps[1], steps[1] - steps[2], steps[2]])
        mapped = weights[0][:, None] * table[at]
        for number in range(3):
            at = at + strides[order[number]]
            mapped += weights[number + 1][:, None] * table[at]
        return np.ascontiguousarray(mapped.T)


def grid(side: int = SIDE) -> NDArray[np.float32]:
    """Return the colours that leave a picture as it is, `(side, side, side, 3)`."""
    steps = np.linspace(0, 1, side, dtype=np.float32)
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)


def to_cube(table: LookupTable, title: str) -> str:
    """Return the text of a `.cube` file (Adobe, "Cube LUT Specification", version 1.0); red changes fastest.

    Args:
        table: the table.
        title: its name in other programs.
    """
    plain = re.sub(r"[^ !#-~]", "?", title)[:200]
    rows = table.entries.transpose(2, 1, 0, 3).reshape(-1, 3)
    lines = [f'TITLE "{plain}"', f"LUT_3D_SIZE {table.side}", "DOMAIN_MIN 0.0 0.0 0.0", "DOMAIN_MAX 1.0 1.0 1.0"]
    return "\n".join([*lines, *(f"{red:.6f} {green:.6f} {blue:.6f}" for red, green, blue in rows.tolist()), ""])


def from_cube(content: bytes, name: str) -> LookupTable:
    """Read the text of a `.cube` file.

    Args:
        content: the file's bytes.
        name: what to call it.

    Raises:
        PinxitError: when it is no three-dimensional table from 0 to 1, or damaged.
    """
    side, rows = 0, list[tuple[float, float, float]]()
    for line in content.decode("utf-8", errors="replace").splitlines():
        words = line.split("#")[0].split()
        if not words:
            continue
        if words[0] == "LUT_1D_SIZE":
            raise PinxitError(f"{name} holds curves, not a table of colours: give a .cube file with LUT_3D_SIZE.")
        if words[0] == "LUT_3D_SIZE" and len(words) == 2 and words[1].isdecimal():
            side = int(words[1])
            if not _LEAST <= side <= _MOST:
                raise PinxitError(f"{name} has {side} entries a side: tables of {_LEAST} to {_MOST} can be read.")
        elif words[0] in ("DOMAIN_MIN", "DOMAIN_MAX"):
            if words[1:] and any(_number(word) != (words[0] == "DOMAIN_MAX") for word in words[1:]):
                raise PinxitError(f"{name} is for colours outside 0 to 1: export the table for sRGB or Rec. 709.")
        elif (row := _ROW.fullmatch(" ".join(words))) is not None:
            rows.append((float(row[1]), float(row[2]), float(row[3])))
            if len(rows) > _MOST**3:
                break
    if not side or len(rows) != side**3:
        wanted = f"{side**3} colours" if side else "the line LUT_3D_SIZE"
        raise PinxitError(f"{name} is not a .cube file, or it is damaged: it has {len(rows)} colours, not {wanted}.")
    entries = np.array(rows, np.float32).reshape(side, side, side, 3).transpose(2, 1, 0, 3)
    if not np.isfinite(entries).all():
        raise PinxitError(f"{name} holds numbers that are too large: export the table again.")
    return LookupTable(np.ascontiguousarray(entries.clip(0, 1)))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
