"""Painting with a network: no PyTorch, any size, bounded memory, every tile like its neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.network import graph
from pinxit.picture.picture import Pixels

Array = NDArray[np.float32]
# What the normalisations subtract and divide by is measured on a picture of at most so many pixels (An et al., "Style
# Transfer for High-Resolution Images", 2022: URST), and holds for the whole, so that no tile differs from the next.
MOST_MEASURED = 768 * 768
TILE = 1024
# How far what is painted at a pixel depends on its surroundings, px, rounded up to a multiple of 4: 1 and 2 px for the two
# convolutions that lead down, 4 for each at a quarter of the resolution, 2 for each of the last two.
GRID = 4


class Reader:
    """Reads style images.

    Args:
        weights: of `transformer.Reader`.
    """

    def __init__(self, weights: Mapping[str, Array]) -> None:
        levels = sum(name.startswith("convolutions") and name.endswith("bias") for name in weights)
        self._session = _session(graph.reader(weights, levels))

    def read(self, style: Pixels) -> Array:
        """The code `(K,)` of a style image `(3, H, W)`, range [0, 1]."""
        code: Array = self._session.run(None, {"style": style[None]})[0][0]
        return code


class Painter:
    """Repaints pictures.

    Args:
        weights: of `transformer.Transformer`.
        widths: channels of each of its normalisations.
    """

    def __init__(self, weights: Mapping[str, Array], widths: list[int]) -> None:
        self._weights = weights
        self._widths = widths
        blocks = (len(widths) - 3) // 2
        self.margin = -(-(3 + 4 * (2 * blocks) + 4) // GRID) * GRID

    def affine(self, code: Array) -> Array:
        """The scales and shifts of all normalisations for a style's code."""
        weight, bias = (self._weights[f"hypernetwork.1.{part}"] for part in ("weight", "bias"))
        return (weight @ np.maximum(code, 0) + bias).astype(np.float32)

    def measure(self, picture: Pixels, affine: Array) -> Array:
        """Means and variances of what is normalised, for a small version of the picture to paint."""
        session = _session(graph.transformer(self._weights, self._widths, affine, measure=True))
        moments: Array = session.run(None, {"picture": _padded(picture)[None]})[0].ravel()
        return moments

    def paint(self, picture: Pixels, affine: Array, moments: Array) -> Iterator[tuple[float, Pixels]]:
        """Paint `(3, H, W)`, range [0, 1], tile by tile: the share done, and the picture as far as it is."""
        session = _session(graph.transformer(self._weights, self._widths, affine, moments))
        padded = _padded(picture)
        painted = picture.copy()
        _, height, width = picture.shape
        corners = [(top, left) for top in range(0, height, TILE) for left in range(0, width, TILE)]
        for number, (top, left) in enumerate(corners, start=1):
            above, before = max(top - self.margin, 0), max(left - self.margin, 0)
            bottom, right = min(top + TILE, height), min(left + TILE, width)
            part = padded[:, above : bottom + self.margin, before : right + self.margin]
            part = _padded(part)
            result = session.run(None, {"picture": np.ascontiguousarray(part)[None]})[0][0]
            inner = result[:, top - above : bottom - above, left - before : right - before]
            painted[:, top:bottom, left:right] = inner.clip(0, 1)
            yield number / len(corners), painted


def _padded(picture: Pixels) -> Pixels:
    """Sides made multiples of 4 by reflection."""
    _, height, width = picture.shape
    return np.pad(picture, ((0, 0), (0, -height % GRID), (0, -width % GRID)), mode="reflect")


def _session(model: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
