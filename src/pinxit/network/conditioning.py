"""What a network is conditioned on: the code of a mixture of styles, and the colours and statistics of the picture.

Pictures, films, cameras and exported files all take these steps. Each style image is read into a code and its colours. Codes
and colours are mixed by the styles' shares. The picture is mapped to the mixed colours, and the statistics of its features are
measured on a small version of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pinxit.image import Picture, fit
from pinxit.image.picture import Pixels
from pinxit.network.inference import Statistics, StyleEncoder, Stylizer, open_network
from pinxit.network.style_code import StyleCode, mix_codes
from pinxit.network.weights import NetworkWeights
from pinxit.recipe.postprocess import style_at
from pinxit.texture.color_transfer import (
    Colors,
    Recoloring,
    colors_of,
    interpolate,
    mix_colors,
    recolor,
    recoloring,
)

SMALLEST_SIDE = 16  # px: below this, a quarter of the resolution has too few positions for statistics to mean anything
PAINTED = 480  # px: the longer side at which a picture is painted; strokes are as large against it as in training
MOST_READ = 1024  # px: the longer side at which a style image is read; larger strokes exceed the receptive field


def read_at(style: Picture, size: float) -> Picture:
    """Return the style image at the size at which a network reads it: with a longer side of `size` px.

    Smaller images are enlarged, but to at most `PAINTED`, so that strokes are as large against the picture as they are against
    the style image.

    Raises:
        PinxitError: when the style image is too small.
    """
    size = min(size, MOST_READ)
    found = style_at(style, size, SMALLEST_SIDE, "network")
    return fit(found, max(found.height, found.width, round(min(size, PAINTED))))


class EncodedStyles:
    """Style images as a network reads them, to be mixed by any shares.

    Args:
        network: the network that reads them.
        styles: the style images.
        size: the longer side at which they are read, px; see `read_at`.

    Attributes:
        pictures: the style images at that size, each `(3, H, W)`.
    """

    def __init__(self, network: NetworkWeights, styles: Sequence[Picture], size: float) -> None:
        self.pictures = [read_at(style, size).pixels for style in styles]
        self._encoder, self._stylizer = open_network(network)
        self._codes = [self._encoder.encode(pixels) for pixels in self.pictures]
        self._colors = [colors_of(pixels) for pixels in self.pictures]

    def mix(self, shares: Sequence[float]) -> StyleMixture:
        """Return the mixture by shares that add up to 1; see `pinxit.recipe.inputs.normalized_shares`."""
        code = mix_codes(self._codes, shares)
        return StyleMixture(self._encoder, self._stylizer, code, mix_colors(self._colors, shares))


@dataclass(frozen=True)
class StyleMixture:
    """A mixture of styles, ready to condition a network.

    Attributes:
        encoder, stylizer: the two parts of the network.
        code: the mixed code.
        colors: the mixed colours.
    """

    encoder: StyleEncoder
    stylizer: Stylizer
    code: StyleCode
    colors: Colors

    def condition(self, picture: Pixels, strength: float, own: Colors | None = None) -> tuple[Conditioning, Pixels]:
        """Condition the network on a picture, or on the scene that it is a sample of.

        Args:
            picture: a small version of it, `(3, H, W)`, range [0, 1].
            strength: how far it goes from the picture's own style and colours, 0, to the mixture's, 1.
            own: the colours to map from; the picture's where left out.

        Returns:
            The conditioning, and the small version painted, `(3, H, W)`, before its colours are corrected.
        """
        own = colors_of(picture) if own is None else own
        code = self.encoder.interpolate(picture, self.code, strength)
        recolored = recolor(picture, own, self.colors, strength)
        wanted = interpolate(own, self.colors, strength)
        statistics, painted = self.stylizer.measure(recolored, code, wanted)
        return Conditioning(code, statistics, own, self.colors, strength), painted


@dataclass(frozen=True)
class Conditioning:
    """What a network needs to paint one picture, or the frames of one scene, in a mixture of styles.

    Attributes:
        code: the style.
        statistics: of the features that are normalised, and of the colours that come out.
        own: the colours of the picture.
        colors: the colours of the mixture of styles.
        strength: how far the picture goes to them, 0 to 1.
    """

    code: StyleCode
    statistics: Statistics
    own: Colors
    colors: Colors
    strength: float

    @property
    def recoloring(self) -> Recoloring:
        """The map that gives the picture the style's colours."""
        return recoloring(self.own, self.colors, self.strength)

    def recolor(self, pixels: Pixels) -> Pixels:
        """Return pixels `(3, …)` of the picture in the style's colours, range [0, 1]."""
        return recolor(pixels, self.own, self.colors, self.strength)

    def interpolate(self, other: Conditioning, part: float) -> Conditioning:
        """Return the conditioning `part`, 0 to 1, of the way to another one for the same picture."""
        return replace(
            self,
            code=mix_codes([self.code, other.code], [1 - part, part]),
            statistics=self.statistics.interpolate(other.statistics, part),
            colors=mix_colors([self.colors, other.colors], [1 - part, part]),
        )
