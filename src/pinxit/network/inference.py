"""Run a network with ONNX Runtime, without PyTorch: any size, bounded memory, tiles without seams."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pinxit.image.picture import Pixels
from pinxit.network import onnx_graph
from pinxit.network.style_code import StyleCode, affine_of, mix_codes
from pinxit.network.weights import Array, NetworkWeights, Shape
from pinxit.onnx_runtime.session import open_session, run_session
from pinxit.texture.color_transfer import Colors, Recoloring, colors_of, limited_recoloring, mix_colors

MOST_MEASURED = 768 * 768
"""Most pixels on which the statistics of the normalisations are measured. They hold for the whole picture, so that tiles
have no seams (An et al., "Style Transfer for High-Resolution Images", 2022: URST)."""
SIDE = 1024  # px: side of a tile, without its margin
LEAST_READ = 32  # px: shorter side of a style image, which the encoder halves five times; smaller ones are enlarged
FLAT = 1e-4
"""Share of the wanted colour variance below which a picture is flat: the variances of its features are rounding errors, and
convolutions divided by them, layer after layer, would overflow."""


@dataclass(frozen=True)
class OutputTile:
    """The rows and columns that a tile paints, and those that the network needs for that."""

    rows: slice
    columns: slice
    outer_rows: slice
    outer_columns: slice


@dataclass(frozen=True)
class Statistics:
    """Statistics measured on a small version of a picture, with which all of it is painted.

    Attributes:
        moments: means and variances of the features that are normalised; None for a flat picture, which is only recoloured.
        painted: the colours that the network gives the picture.
        wanted: the colours that the painting should have.
    """

    moments: Array | None
    painted: Colors
    wanted: Colors

    def interpolate(self, other: Statistics, part: float) -> Statistics:
        """Return statistics at `part`, 0 to 1, of the way from these to others; if one of the two is flat, return the other."""
        if self.moments is None or other.moments is None:
            return other if self.moments is None else self
        shares = [1 - part, part]
        return Statistics(
            self.moments + np.float32(part) * (other.moments - self.moments),
            mix_colors([self.painted, other.painted], shares),
            mix_colors([self.wanted, other.wanted], shares),
        )

    @property
    def correction(self) -> Recoloring:
        """The map that gives the painting the colours wanted."""
        return limited_recoloring(self.painted, self.wanted)


@functools.lru_cache(2)
def open_network(network: NetworkWeights) -> tuple[StyleEncoder, Stylizer]:
    """Open both parts of a network; cached, because opening takes as long as painting a small picture."""
    return StyleEncoder(network.reader), Stylizer(network.transformer, network.shape)


class StyleEncoder:
    """Reads style images into codes.

    Args:
        weights: the parameters of `model.StyleEncoderNet`.
    """

    def __init__(self, weights: Mapping[str, Array]) -> None:
        levels = sum(name.startswith("convolutions") and name.endswith("bias") for name in weights)
        self._weights = weights
        self._session = open_session(onnx_graph.style_encoder(weights, levels))

    def encode(self, style: Pixels) -> StyleCode:
        """Return the code of a style image `(3, H, W)`, sides of at least 16 px, range [0, 1]."""
        if min(style.shape[1:]) < LEAST_READ:
            style = style.repeat(2, axis=1).repeat(2, axis=2)
        numbers, fine, coarse = run_session(self._session, {"style": style[None]})
        return StyleCode.from_features(numbers[0], fine[0], coarse[0], self._weights)

    def interpolate(self, picture: Pixels, code: StyleCode, strength: float) -> StyleCode:
        """Return the code `strength` of the way from a picture's own code to a style's.

        Half way, half of the picture's own style is kept.

        Args:
            picture: the picture, `(3, H, W)`, range [0, 1].
            code: the style's code.
            strength: 0 to 1.
        """
        if strength == 1:
            return code
        return mix_codes([self.encode(picture), code], [1 - strength, strength])


class Stylizer:
    """Paints pictures.

    Args:
        weights: the parameters of `model.TransformNet`.
        shape: its shape.
    """

    def __init__(self, weights: Mapping[str, Array], shape: Shape) -> None:
        self._weights = weights
        self._shape = shape
        self.margin = shape.margin

    def measure(self, picture: Pixels, code: StyleCode, wanted: Colors) -> tuple[Statistics, Pixels]:
        """Measure a small version of a picture to be painted.

        Args:
            picture: the small version, in the style's colours, `(3, H, W)`, range [0, 1].
            code: the style.
            wanted: the colours that the painting should have.

        Returns:
            The statistics, and the small version painted, `(3, H, W)`, before its colours are corrected.
        """
        if picture.reshape(3, -1).var(axis=1).sum() < FLAT * np.trace(wanted.covariance):
            return Statistics(None, wanted, wanted), picture
        given = {"picture": self._padded(picture)[None], "affine": affine_of(self._weights, code)}
        if self._shape.attention:
            given |= dict(zip(("keys", "values"), code.attended(), strict=True))
        moments, painted = run_session(self._measuring, given)
        _, height, width = picture.shape
        small = painted[0, :, :height, :width]
        return Statistics(moments.ravel(), colors_of(small), wanted), small

    @functools.cached_property
    def _measuring(self) -> Any:
        return open_session(onnx_graph.measuring_network(self._weights, self._shape))

    def tile_session(self, code: StyleCode, measured: Statistics) -> Any:
        """Return a session of the network for tiles, with the style and the statistics folded into its convolutions."""
        return open_session(
            onnx_graph.tile_network(self._weights, self._shape, code, measured.moments, measured.correction)
        )

    def frame_session(self, code: StyleCode, measured: Statistics, colors: Recoloring) -> Any:
        """Return a session of the network for frames of bytes `(H, W, 3)`, H and W multiples of the shape's grid.

        Args:
            code: the style.
            measured: the statistics of the scene.
            colors: the map that gives frames the style's colours.
        """
        return open_session(
            onnx_graph.frame_network(self._weights, self._shape, code, measured.moments, measured.correction, colors)
        )

    def tiles(self, height: int, width: int) -> Iterator[OutputTile]:
        """Yield the tiles of a picture, row by row."""
        for top in range(0, height, SIDE):
            for left in range(0, width, SIDE):
                yield OutputTile(
                    slice(top, min(top + SIDE, height)),
                    slice(left, min(left + SIDE, width)),
                    slice(max(top - self.margin, 0), min(top + SIDE + self.margin, height)),
                    slice(max(left - self.margin, 0), min(left + SIDE + self.margin, width)),
                )

    def paint(self, session: Any, outer: Pixels, tile: OutputTile) -> Pixels:
        """Paint a tile.

        Args:
            session: a session from `tile_session`.
            outer: the picture's pixels within the tile's outer bounds, `(3, h', w')`.
            tile: the tile.

        Returns:
            The tile's inner part, `(3, h, w)`, range [0, 1].
        """
        painted = run_session(session, {"picture": self._padded(outer)[None]})[0][0]
        top, left = tile.rows.start - tile.outer_rows.start, tile.columns.start - tile.outer_columns.start
        height, width = tile.rows.stop - tile.rows.start, tile.columns.stop - tile.columns.start
        inner: Pixels = painted[:, top : top + height, left : left + width].clip(0, 1)
        return inner

    def _padded(self, picture: Pixels) -> Pixels:
        """Return a picture padded by reflection so that its sides are multiples of the grid."""
        _, height, width = picture.shape
        grid = self._shape.grid
        return np.pad(picture, ((0, 0), (0, -height % grid), (0, -width % grid)), mode="reflect")
