"""A style and the network that paints it as one ONNX file, for games, phones and browsers."""

from __future__ import annotations

from pinxit.network import graph
from pinxit.network.paint import MOST_READ, SMALLEST_SIDE
from pinxit.network.painter import Painter, Reader
from pinxit.network.weights import Weights
from pinxit.picture import Picture
from pinxit.picture.finish import style_at
from pinxit.picture.recolor import colors_of


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
    manner = style_at(style, min(size, MOST_READ), SMALLEST_SIDE, "network").pixels
    affine = Painter(network.transformer, network.shape).affine(Reader(network.reader).read(manner))
    return graph.independent(network.transformer, network.shape, affine, colors_of(manner))
