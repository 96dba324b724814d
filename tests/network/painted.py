"""What the network paints of a whole picture, without what is done to pictures alone afterwards."""

from __future__ import annotations

from pinxit.network.painter import Painter, Reader
from pinxit.network.weights import shipped
from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import colors_of, recolor, recolored


def by_network(photograph: Pixels, style: Pixels) -> Pixels:
    """A photograph in the manner of a style by `fine`, range [0, 1]."""
    network = shipped("fine")
    painter = Painter(network.transformer, network.shape)
    affine = painter.affine(Reader(network.reader).read(style))
    own, wanted = colors_of(photograph), colors_of(style)
    measured, seen = painter.measure(recolor(photograph, own, wanted, 1), affine, wanted)
    return recolored(seen, measured.correction)
