"""A style and the network that paints it as one ONNX file, for games, phones and browsers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinxit.network import graph
from pinxit.network.paint import MOST_READ, read_at
from pinxit.network.painter import opened
from pinxit.network.weights import Weights
from pinxit.picture import Picture
from pinxit.picture.recolor import colors_of, mix_colors


def export(style: Picture, network: Weights, size: int = MOST_READ) -> bytes:
    """The bytes of an ONNX file: `picture` `(1, 3, H, W)` in, `painted`, of the same size, out; both RGB in [0, 1].

    H and W may be any multiples of the network's grid, 8 for the one that pinxit ships. Instance normalisation finds the
    statistics of each picture anew, so a picture is to be given whole.

    Args:
        style: the style image.
        network: what paints.
        size: the longer side at which pictures will be painted, px: the style is read at that.

    Raises:
        PinxitError: when the style image is too small.
    """
    return export_mixture([style], [1.0], network, size)


def export_mixture(
    styles: Sequence[Picture], shares: Sequence[float], network: Weights, size: int = MOST_READ, strength: float = 1.0
) -> bytes:
    """The same for a mixture of styles, and how far the picture goes towards it.

    Args:
        styles: the style images.
        shares: how much each counts; only the ratio matters.
        network, size: see `export`.
        strength: 0 is the picture as it was, 1 the style in full.
    """
    parts = [share / sum(shares) for share in shares]
    manners = [read_at(style, size).pixels for style in styles]
    reader, painter = opened(network)
    code = np.tensordot(np.array(parts, np.float32), np.stack([reader.read(one) for one in manners]), 1)
    affine = painter.affine(code)
    colors = mix_colors([colors_of(one) for one in manners], parts)
    return graph.independent(network.transformer, network.shape, affine, colors, strength)
