"""What the network paints of a whole picture, before the detail transfer that pictures alone get."""

from __future__ import annotations

from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.network.conditioning import EncodedStyles
from pinxit.network.weights import shipped
from pinxit.texture.color_transfer import apply_recoloring


def by_network(photograph: Pixels, style: Pixels) -> Pixels:
    """A photograph in the style of an image by `fine`, range [0, 1]."""
    mixture = EncodedStyles(shipped("fine"), [Picture(style)], max(style.shape)).mix([1.0])
    conditioning, painted = mixture.condition(photograph, 1)
    return apply_recoloring(painted, conditioning.statistics.correction)
