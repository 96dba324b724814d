"""Painting with a network: no PyTorch, any size, bounded memory, every tile like its neighbours."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinxit.network import graph
from pinxit.network.runtime import load_onnxruntime
from pinxit.network.weights import Array, Shape, Weights
from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import Colors, Recoloring, colors_of, correcting, mix_colors

# What the normalisations subtract and divide by is measured on a picture of at most so many pixels (An et al., "Style
# Transfer for High-Resolution Images", 2022: URST), and holds for the whole, so that no tile differs from the next.
MOST_MEASURED = 768 * 768
SIDE = 1024
# Of a style image, the shorter side, px: a reader halves it five times. Smaller ones are enlarged.
LEAST_READ = 32
# A picture whose colours vary by less than this share of the variance that is wanted is flat: its features' variances are what
# rounding makes of 0, and convolutions that are divided by them, layer after layer, overflow.
FLAT = 1e-4


@dataclass(frozen=True)
class Tile:
    """Rows and columns that a tile answers for, and those that it must see for that."""

    rows: slice
    columns: slice
    outer_rows: slice
    outer_columns: slice


@dataclass(frozen=True)
class Measured:
    """What a small version says of how to paint the whole.

    Attributes:
        moments: means and variances of what is normalised; None of a flat picture, whose own colours are its painting.
        painted, wanted: the colours that come out, and those that should.
    """

    moments: Array | None
    painted: Colors
    wanted: Colors

    def toward(self, other: Measured, part: float) -> Measured:
        """What lies between two; the one that is not flat, where only one is."""
        if self.moments is None or other.moments is None:
            return other if self.moments is None else self
        shares = [1 - part, part]
        return Measured(
            self.moments + np.float32(part) * (other.moments - self.moments),
            mix_colors([self.painted, other.painted], shares),
            mix_colors([self.wanted, other.wanted], shares),
        )

    @property
    def correction(self) -> Recoloring:
        """What gives the painting the colours that were wanted."""
        return correcting(self.painted, self.wanted)


@functools.lru_cache(2)
def opened(network: Weights) -> tuple[Reader, Painter]:
    """A network ready to read and to paint: to make it ready takes as long as to paint a small picture."""
    return Reader(network.reader), Painter(network.transformer, network.shape)


class Reader:
    """Reads style images.

    Args:
        weights: of `transformer.Reader`.
    """

    def __init__(self, weights: Mapping[str, Array]) -> None:
        levels = sum(name.startswith("convolutions") and name.endswith("bias") for name in weights)
        self._session = _session(graph.reader(weights, levels))

    def read(self, style: Pixels) -> Array:
        """The code `(K,)` of a style image `(3, H, W)`, sides of at least 16 px, range [0, 1]."""
        if min(style.shape[1:]) < LEAST_READ:
            style = style.repeat(2, axis=1).repeat(2, axis=2)
        code: Array = self._session.run(None, {"style": style[None]})[0][0]
        return code

    def between(self, picture: Pixels, code: Array, strength: float) -> Array:
        """So far on the way from a picture's own code to a style's: half way, it is painted half in its own manner."""
        if strength == 1:
            return code
        own = self.read(picture)
        return own + np.float32(strength) * (code - own)


class Painter:
    """Repaints pictures.

    Args:
        weights: of `transformer.Transformer`.
        shape: its shape.
    """

    def __init__(self, weights: Mapping[str, Array], shape: Shape) -> None:
        self._weights = weights
        self._shape = shape
        self.margin = shape.margin

    def affine(self, code: Array) -> Array:
        """The scales and shifts of all normalisations for a style's code."""
        weight, bias = (self._weights[f"hypernetwork.1.{part}"] for part in ("weight", "bias"))
        return (weight @ np.maximum(code, 0) + bias).astype(np.float32)

    def measure(self, picture: Pixels, affine: Array, wanted: Colors) -> tuple[Measured, Pixels]:
        """What to know of a picture to be painted, from a small version of it, and the colours that it should have then.

        Returns:
            What is known, and that version painted, `(3, H, W)`, before its colours are corrected.
        """
        if picture.reshape(3, -1).var(axis=1).sum() < FLAT * np.trace(wanted.covariance):
            return Measured(None, wanted, wanted), picture
        moments, painted = self._measuring.run(None, {"picture": self._padded(picture)[None], "affine": affine})
        _, height, width = picture.shape
        seen = painted[0, :, :height, :width]
        return Measured(moments.ravel(), colors_of(seen), wanted), seen

    @functools.cached_property
    def _measuring(self) -> Any:
        return _session(graph.measuring(self._weights, self._shape))

    def session(self, affine: Array, measured: Measured) -> Any:
        """The network with a style and what was measured folded in, ready to run."""
        return _session(graph.folded(self._weights, self._shape, affine, measured.moments, measured.correction))

    def filming(self, affine: Array, measured: Measured, colors: Recoloring) -> Any:
        """The same for frames of bytes `(H, W, 3)`, H and W multiples of the shape's grid, colours mapped as well."""
        return _session(graph.framed(self._weights, self._shape, affine, measured.moments, measured.correction, colors))

    def tiles(self, height: int, width: int) -> Iterator[Tile]:
        """The tiles of a picture, row by row."""
        for top in range(0, height, SIDE):
            for left in range(0, width, SIDE):
                yield Tile(
                    slice(top, min(top + SIDE, height)),
                    slice(left, min(left + SIDE, width)),
                    slice(max(top - self.margin, 0), min(top + SIDE + self.margin, height)),
                    slice(max(left - self.margin, 0), min(left + SIDE + self.margin, width)),
                )

    def paint(self, session: Any, outer: Pixels, tile: Tile) -> Pixels:
        """A tile painted, `(3, h, w)`, range [0, 1], from the picture's pixels within the tile's outer bounds."""
        painted = session.run(None, {"picture": self._padded(outer)[None]})[0][0]
        top, left = tile.rows.start - tile.outer_rows.start, tile.columns.start - tile.outer_columns.start
        height, width = tile.rows.stop - tile.rows.start, tile.columns.stop - tile.columns.start
        inner: Pixels = painted[:, top : top + height, left : left + width].clip(0, 1)
        return inner

    def _padded(self, picture: Pixels) -> Pixels:
        """Sides made multiples of the grid by reflection."""
        _, height, width = picture.shape
        grid = self._shape.grid
        return np.pad(picture, ((0, 0), (0, -height % grid), (0, -width % grid)), mode="reflect")


def _session(model: bytes) -> Any:
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.enable_mem_pattern = False  # sizes vary: a plan for one of them is in the way of the next
    # Threads that wait for work at full speed keep other sessions from theirs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # As PyTorch heeds it; the result is the same with any number of threads.
    options.intra_op_num_threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
