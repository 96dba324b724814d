"""Export a style and the network that paints it as one ONNX file, for games, phones and browsers."""

from __future__ import annotations

from collections.abc import Sequence

from pinxit.image import Picture
from pinxit.network import onnx_graph
from pinxit.network.conditioning import MOST_READ, EncodedStyles
from pinxit.network.weights import NetworkWeights
from pinxit.recipe.inputs import normalized_shares


def export(style: Picture, network: NetworkWeights, size: int = MOST_READ) -> bytes:
    """Return an ONNX file from `picture` `(1, 3, H, W)` to `painted`, of the same size, both RGB in [0, 1].

    H and W may be any multiples of the network's grid, which is 8 for the networks that pinxit ships. Instance normalisation
    measures each picture anew, so the file must be given whole pictures, not tiles.

    Args:
        style: the style image.
        network: the network.
        size: the longer side of the pictures to be painted, px, at which the style image is read.

    Raises:
        PinxitError: when the style image is too small.
    """
    return export_mixture([style], [1.0], network, size)


def export_mixture(
    styles: Sequence[Picture],
    shares: Sequence[float],
    network: NetworkWeights,
    size: int = MOST_READ,
    strength: float = 1.0,
) -> bytes:
    """Return an ONNX file as `export` does, for a mixture of styles and a strength.

    Args:
        styles: the style images.
        shares: how much each style counts; only the ratio matters.
        network: the network.
        size: see `export`.
        strength: 0 leaves the picture as it is, 1 paints the style in full.

    Raises:
        PinxitError: when a style image is too small.
    """
    mixture = EncodedStyles(network, styles, size).mix(normalized_shares(shares))
    return onnx_graph.standalone_network(network.transformer, network.shape, mixture.code, mixture.colors, strength)
