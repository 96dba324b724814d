"""The canvas of a house style: colour and relief, strokes and shapes on them, and the light on the relief."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from pinxit.image import Picture
from pinxit.styles.grid import Grid
from pinxit.styles.palette import Floats

# Binary digits of a pixel's fraction in OpenCV's drawing: 1/16.
_SHIFT = 4
# From this size on OpenCV's own smoothing of edges is fine enough; below, strokes are drawn twice as large and averaged.
_LARGE = 2048
# Number of marks from which single edges are invisible and the averaging smooths enough: this is three times as fast.
_MANY = 8000
# Width of a mark from end to end: even, with rounded ends.
ROUND = (0.5, 1, 1, 1, 1, 1, 1, 1, 0.5)


class Canvas(Grid):
    """A surface of `height × width` px.

    Attributes:
        paint: sRGB and relief, `(H, W, 4)` float32, range [0, 1]; each style chooses the relief's unit.
    """

    def __init__(self, height: int, width: int) -> None:
        super().__init__(height, width)
        self.paint: Floats = np.zeros((height, width, 4), np.float32)

    def picture(self, factor: int, size: tuple[int, int]) -> Picture:
        """Return the picture, shrunk by `factor` and cropped about its middle to `size`, height and width in px."""
        paint = self.paint[..., :3].reshape(self.height // factor, factor, self.width // factor, factor, 3).mean((1, 3))
        top, left = (paint.shape[0] - size[0]) // 2, (paint.shape[1] - size[1]) // 2
        paint = paint[top : top + size[0], left : left + size[1]]
        return Picture(np.ascontiguousarray(paint.transpose(2, 0, 1).clip(0, 1), dtype=np.float32))

    def smooth(self, distance: Floats, width: float = 0.0) -> Floats:
        """Return 1 where `distance` is positive and 0 where it is negative, with a soft edge of `width` or at least a pixel."""
        cover: Floats = np.clip(distance / max(width, self.pixel) + 0.5, 0, 1)
        return cover

    def blur(self, field: Floats, radius: float) -> Floats:
        """Smooth a field `(H, W[, C])` by a Gaussian of that standard deviation."""
        return cv2.GaussianBlur(field, (0, 0), radius / self.pixel).astype(np.float32)

    def lay(self, color: Floats, cover: Floats | float = 1.0) -> None:
        """Lay colour `(3,)` or `(H, W, 3)` over the paint with the opacity `cover`, `(H, W)`."""
        self.paint[..., :3] += (color - self.paint[..., :3]) * np.asarray(cover, np.float32)[..., None]

    def shade(self, factor: Floats) -> None:
        """Multiply the paint by `factor`, `(H, W)`."""
        self.paint[..., :3] *= factor[..., None]

    def strokes(
        self,
        lines: Floats,
        widths: Floats,
        colors: Floats,
        relief: Floats | float = 0.0,
        profile: Sequence[float] = ROUND,
    ) -> None:
        """Paint curves one over the other. A curve that crosses itself leaves a hole there: cut it in two.

        Args:
            lines: `(N, points, 2)`, x and y.
            widths: `(N,)`.
            colors: sRGB `(N, 3)`, or one for all `(3,)`.
            relief: height of the paint, `(N,)` or one for all.
            profile: width of a mark from its start to its end, as shares of its width.
        """
        self.shapes(marks(lines, widths, profile), colors, relief)

    def shapes(self, outlines: Sequence[Floats] | Floats, colors: Floats, relief: Floats | float = 0.0) -> None:
        """Paint filled outlines one over the other.

        Args:
            outlines: the outlines, `(corners, 2)` each.
            colors: sRGB `(N, 3)`, or one for all `(3,)`.
            relief: height of the paint, `(N,)` or one for all.
        """
        count = len(outlines)
        table = np.empty((count, 4), np.float32)
        table[:, :3], table[:, 3] = colors, relief
        factor = 1 if min(self.height, self.width) >= _LARGE else 2
        edges = cv2.LINE_AA if factor == 1 or count < _MANY else cv2.LINE_8
        scale, half = factor / self.pixel * 2**_SHIFT, 2**_SHIFT / 2
        # All corners are converted at once: one by one would take longer than the drawing.
        corners = np.round(np.concatenate(outlines) * scale - half).astype(np.int32)
        ends = np.cumsum([len(outline) for outline in outlines]).tolist()
        large = (self.paint.clip(0, 1) * 255 + 0.5).astype(np.uint8).repeat(factor, 0).repeat(factor, 1)
        for start, end, color in zip([0, *ends[:-1]], ends, (table.clip(0, 1) * 255).tolist(), strict=True):
            cv2.fillPoly(large, [corners[start:end]], color, edges, _SHIFT)
        small = cv2.resize(large, (self.width, self.height), interpolation=cv2.INTER_AREA)
        self.paint = small.astype(np.float32) * np.float32(1 / 255)

    def light(self, depth: float, strength: float, *, gloss: float = 0.0) -> None:
        """Light the relief by a lamp at the upper left.

        Args:
            depth: height of a relief of 1, in the canvas's unit.
            strength: how much darker or brighter a slope becomes.
            gloss: whiteness of the highlights on slopes that face the lamp.
        """
        down, across = np.gradient(self.paint[..., 3] * np.float32(depth / self.pixel))
        facing = -(across + down) / np.sqrt(2 * (1 + across**2 + down**2))
        self.shade(1 + strength * facing)
        if gloss:
            # Slopes of about 20° and more have highlights.
            self.lay(np.ones(3, np.float32), gloss * (facing - 0.35).clip(0, None))


def normals(lines: Floats) -> Floats:
    """Return unit vectors across curves `(N, points, 2)`, at every point."""
    along = np.gradient(lines, axis=1)
    across = np.stack([-along[..., 1], along[..., 0]], -1)
    unit: Floats = across / (np.linalg.norm(across, axis=-1, keepdims=True) + 1e-9)
    return unit


def marks(lines: Floats, widths: Floats, profile: Sequence[float] = ROUND) -> Floats:
    """Return the outlines `(N, 2·points, 2)` of what `Canvas.strokes` paints."""
    shares = np.interp(np.linspace(0, 1, lines.shape[1]), np.linspace(0, 1, len(profile)), profile)
    half = normals(lines) * (widths[:, None] * shares / 2)[..., None]
    return np.concatenate([lines + half, (lines - half)[:, ::-1]], 1).astype(np.float32)
