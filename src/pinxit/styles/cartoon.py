"""The cartoon, a painter's preparatory drawing: colours, directions and shapes of a composition, before it is painted."""

from __future__ import annotations

import copy
import itertools
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pinxit.styles.grid import Grid
from pinxit.styles.palette import Floats

# px along the shorter side, for every size of picture: finer than any mark that is made from it.
_SIDE = 400

Number = TypeVar("Number", bound=np.generic)


class Cartoon(Grid):
    """Colours, directions and parts of a composition, always at the same resolution.

    Args:
        grid: the canvas that will be painted.

    Attributes:
        lab: OKLab `(H, W, 3)`.
        angle: direction of a brush, radians, `(H, W)`.
        part: number of the topmost shape, `(H, W)`; 0 is the ground.
        place: rows and columns of this cartoon in the whole one: see `near`.
    """

    def __init__(self, grid: Grid) -> None:
        super().__init__(round(grid.bottom * _SIDE), round(grid.right * _SIDE))
        self.lab: Floats = np.zeros((self.height, self.width, 3), np.float32)
        self.angle: Floats = np.zeros((self.height, self.width), np.float32)
        self.part: NDArray[np.int32] = np.zeros((self.height, self.width), np.int32)
        self.place = slice(0, self.height), slice(0, self.width)
        self._numbers = itertools.count(1)

    def near(self, spot: Floats | tuple[float, float], reach: float) -> Cartoon:
        """Return the part within `reach` of a point, as a small cartoon that shares this one's maps: faster to draw on."""
        window = copy.copy(self)
        (left, top), (right, bottom) = ((np.asarray(spot) + side) / self.pixel for side in (-reach, reach))
        # It has at least one pixel, even if that is far from the point.
        rows = slice(min(max(0, int(top)), self.height - 1), max(1, int(bottom) + 2))
        columns = slice(min(max(0, int(left)), self.width - 1), max(1, int(right) + 2))
        window.place = rows, columns
        window.x, window.y = self.x[:, columns], self.y[rows]
        window.lab, window.angle, window.part = (
            self.lab[rows, columns],
            self.angle[rows, columns],
            self.part[rows, columns],
        )
        window.height, window.width = window.part.shape
        return window

    def ground(self, lab: Floats, angle: Floats | float = 0.0) -> None:
        """Set the ground under everything: colours `(H, W, 3)` and directions."""
        self.lab[:], self.angle[:] = lab, angle

    def fill(self, where: NDArray[np.bool_], lab: Floats, angle: Floats | float | None = None) -> None:
        """Add a new part.

        Args:
            where: the N points that it covers, broadcast to `(H, W)`.
            lab: its colour `(3,)`, or colours `(H, W, 3)` or `(N, 3)`.
            angle: its direction, radians, or directions that broadcast to `(H, W)`; None keeps the present ones.
        """
        where = np.broadcast_to(where, self.part.shape)
        self.lab[where] = lab[where] if lab.ndim == 3 else lab
        if angle is not None:
            self.angle[where] = np.broadcast_to(angle, where.shape)[where]
        self.part[where] = next(self._numbers)

    def inside(self, outline: Floats) -> NDArray[np.bool_]:
        """Return the area within a closed outline `(corners, 2)`, `(H, W)`."""
        mask = np.zeros((self.height, self.width), np.uint8)
        corner = self.place[1].start + 0.5, self.place[0].start + 0.5
        cv2.fillPoly(mask, [np.round((outline / self.pixel - corner) * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
        return mask.astype(bool)

    def at(self, field: NDArray[Number], x: Floats, y: Floats) -> NDArray[Number]:
        """Sample a map of the cartoon `(H, W[, C])` at points `(…)`; points beyond the edge get the value at the edge."""
        column = np.clip(x / self.pixel, 0, self.width - 1).astype(int)
        row = np.clip(y / self.pixel, 0, self.height - 1).astype(int)
        there: NDArray[Number] = field[row, column]
        return there

    def edge(self) -> Floats:
        """Return the distance of every point to the nearest boundary between two parts, `(H, W)`."""
        same = np.ones(self.part.shape, np.uint8)
        same[1:][self.part[1:] != self.part[:-1]] = 0
        same[:, 1:][self.part[:, 1:] != self.part[:, :-1]] = 0
        return (cv2.distanceTransform(same, cv2.DIST_L2, 5) * self.pixel).astype(np.float32)

    def contours(self) -> list[Floats]:
        """Return the outlines of all parts but the ground, `(points, 2)` each, with a point for every pixel of the cartoon."""
        from scipy.ndimage import find_objects

        lines: list[Floats] = []
        for number, place in enumerate(find_objects(self.part), start=1):
            if place is not None:  # a part may be completely covered
                top, left = (max(0, side.start - 1) for side in place)
                there = self.part[top : place[0].stop + 1, left : place[1].stop + 1] == number
                corner = np.array([left, top], np.float32) * np.float32(self.pixel)
                lines += [line + corner for line in self.levels(there, 0.5)]
        return lines

    def levels(self, field: Floats | NDArray[np.bool_], level: float) -> list[Floats]:
        """Return the contour lines `(points, 2)` of a map at a level, relative to its upper left corner."""
        from skimage.measure import find_contours

        lines = find_contours(field, level)  # type: ignore[no-untyped-call]
        return [((line[:, ::-1] + 0.5) * self.pixel).astype(np.float32) for line in lines]

    def on(self, grid: Grid, field: Floats) -> Floats:
        """Resample a map of the cartoon to another grid's resolution."""
        return cv2.resize(field, (grid.width, grid.height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
