"""The networks in PyTorch: one encodes a style image, one repaints a picture in the style.

The style acts in two ways. A code of a few numbers sets the scale and the shift after each normalisation: it says what the
whole picture is like (Dumoulin, Shlens, Kudlur, "A Learned Representation for Artistic Style", 2017; Ghiasi et al., "Exploring
the structure of a real-time, arbitrary neural artistic stylization network", 2017). And every position of the picture attends
to the tokens of the style image, which say what its places are like, so that each takes the strokes of the places that suit it
(Park and Lee, "Arbitrary Style Transfer with Style-Attentional Networks", 2019). Keys and values come from the style alone,
so positions stay independent of each other, but for the statistics of the normalisations.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Self

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from pinxit.network.weights import ANTI_MESH, CODE, EPSILON, KEY, READER_WIDTHS, TOKEN, VALUE, NetworkWeights, Shape

Tokens = list[tuple[Tensor, Tensor]]
"""Keys `(N, KEY, T)` and values `(N, VALUE, T)` of T style tokens, for every attention."""


class TokenProjection(nn.Module):
    """The projection of style tokens to the keys and values of one attention."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.value = nn.Linear(TOKEN, KEY), nn.Linear(TOKEN, VALUE)
        self.sharpness = nn.Parameter(torch.tensor([2.3]))  # the logarithm of the attention's inverse temperature

    def forward(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys `(N, KEY, T)` and values `(N, VALUE, T)` of tokens `(N, T, TOKEN)`."""
        keys = self.sharpness.exp() * F.normalize(self.key(tokens), dim=2)
        return keys.transpose(1, 2), F.relu(self.value(tokens)).transpose(1, 2)


class StyleEncoderNet(nn.Module):
    """The style encoder: means and deviations of five layers of features, mapped to a code by a perceptron; and style tokens.

    It reads the image at half its size, which keeps all strokes and colours and takes a quarter of the time.

    Args:
        attentions: the number of attentions that need keys and values.
    """

    def __init__(self, attentions: int) -> None:
        super().__init__()
        inputs = (3, *READER_WIDTHS[:-1])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=1 if level == 0 else 2)
            for level, (before, after) in enumerate(zip(inputs, READER_WIDTHS, strict=True))
        )
        self.perceptron = nn.Sequential(nn.Linear(2 * sum(READER_WIDTHS) + 6, CODE), nn.ReLU(), nn.Linear(CODE, CODE))
        self.tokens = nn.ModuleList(TokenProjection() for _ in range(attentions))

    def forward(self, style: Tensor) -> tuple[Tensor, Tokens]:
        """Return the code `(N, 192)` and the tokens of style images `(N, 3, H, W)`, range [0, 1]."""
        features = 4 * F.avg_pool2d(style, 2) - 2
        moments = _moments(features)
        levels = []
        for convolution in self.convolutions:
            features = F.relu(convolution(F.pad(features, (1, 1, 1, 1), mode="reflect")))
            moments = torch.cat([moments, _moments(features)], 1)
            levels.append(features)
        code: Tensor = self.perceptron(moments)
        fine, coarse = levels[-2:]
        enlarged = F.interpolate(coarse, scale_factor=2, mode="nearest")[:, :, : fine.shape[2], : fine.shape[3]]
        even = F.instance_norm(torch.cat([fine, enlarged], 1), eps=EPSILON).flatten(2).transpose(1, 2)
        return code, [projection(even) for projection in self.tokens]


class Attention(nn.Module):
    """An attention of a picture's positions to style tokens, which sets a scale and a shift for every position.

    Args:
        width: the number of channels of the features.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.out = nn.Conv2d(width, KEY, 3), nn.Linear(VALUE, 2 * width)
        nn.init.zeros_(self.out.weight)  # at first it changes nothing
        nn.init.zeros_(self.out.bias)

    def forward(self, features: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """Return features `(N, C, H, W)`, changed as the tokens say that each position attends to."""
        even = F.instance_norm(features, eps=EPSILON)
        queries = F.normalize(_reflected(self.query, even).flatten(2), dim=1)
        read = torch.softmax(queries.transpose(1, 2) @ keys, 2) @ values.transpose(1, 2)
        scale, shift = self.out(read).transpose(1, 2).unflatten(2, features.shape[2:]).chunk(2, 1)
        changed: Tensor = features + even * scale + shift
        return changed


class TransformNet(nn.Module):
    """The network that repaints a picture: down to a fraction of its resolution, residual blocks, and up again.

    Strokes are made at the resolution at which a position covers a whole stroke. Skip connections add the features of the way
    down on the way up, so that edges stay in place, all but the first and finest, which would let the photograph through.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        inner = shape.down[-1]
        self.down = nn.ModuleList(nn.Conv2d(*pair, 3, stride=2) for pair in pairwise((3, *shape.down)))
        self.blocks = nn.ModuleList(nn.Conv2d(inner, inner, 3) for _ in range(2 * shape.blocks))
        self.attention = nn.ModuleList(Attention(inner) for _ in shape.attention)
        self.up = nn.ModuleList(nn.Conv2d(*pair, 3) for pair in pairwise(reversed(shape.down)))
        self.out = nn.Conv2d(shape.down[0], 12, 3)
        with torch.no_grad():  # the four pixels of a position start equal, or training first has to unlearn a grid
            self.out.weight.copy_(self.out.weight[::4].repeat_interleave(4, 0))
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]
        style = nn.Linear(CODE, 2 * sum(shape.widths))
        nn.init.zeros_(style.bias)
        self.hypernetwork = nn.Sequential(nn.ReLU(), style)

    def affine(self, code: Tensor) -> Tensor:
        """Return the scales (less 1) and shifts of all normalisations, `(N, 2 Σ widths)`, for codes `(N, 192)`."""
        numbers: Tensor = self.hypernetwork(code)
        return numbers

    def forward(self, picture: Tensor, affine: Tensor, tokens: Tokens) -> Tensor:
        """Repaint pictures.

        Args:
            picture: `(N, 3, H, W)`, range [0, 1], H and W multiples of the shape's grid.
            affine: scales (less 1) and shifts, normalisation by normalisation, from `affine`.
            tokens: keys and values for every attention.

        Returns:
            Pictures `(N, 3, H, W)`, in [0, 1] except for a little overshoot.
        """
        parts = iter(torch.split(affine, [2 * width for width in self.shape.widths], dim=1))
        features = 4 * picture - 2
        skips = []
        for convolution in self.down:
            features = F.relu(_normalize(_reflected(convolution, features), next(parts)))
            skips.append(features)
        attention = dict(zip(self.shape.attention, zip(self.attention, tokens, strict=True), strict=True))
        for number, (first, second) in enumerate(zip(self.blocks[::2], self.blocks[1::2], strict=True)):
            inner = F.relu(_normalize(_reflected(first, features), next(parts)))
            features = features + _normalize(_reflected(second, inner), next(parts))
            if number in attention:
                attend, (keys, values) = attention[number]
                features = attend(features, keys, values)
        for convolution, level in zip(self.up, reversed(range(len(self.up))), strict=True):
            features = _enlarged(features, smooth=self.shape.smooth)
            features = F.relu(_normalize(_reflected(convolution, features), next(parts)))
            if level > 0:
                features = features + skips[level]
        painted = F.pixel_shuffle(_reflected(self.out, features), 2) / 4 + 0.5
        return _without_mesh(painted) if self.shape.smooth else painted


class Network(nn.Module):
    """A style encoder and a transform network; their attribute names begin the names of parameters in files."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.reader = StyleEncoderNet(len(shape.attention))
        self.transformer = TransformNet(shape)

    def forward(self, pictures: Tensor, styles: Tensor) -> Tensor:
        """Return pictures `(N, 3, H, W)`, each in the style of its style image `(N, 3, H', W')`, range [0, 1]."""
        code, tokens = self.reader(styles)
        painted: Tensor = self.transformer(pictures, self.transformer.affine(code), tokens)
        return painted

    @classmethod
    def from_weights(cls, weights: NetworkWeights) -> Self:
        """Create the network that a file holds."""
        network = cls(weights.shape)
        for part, values in ((network.reader, weights.reader), (network.transformer, weights.transformer)):
            part.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in values.items()})
        return network

    def weights(
        self, parameters: Mapping[str, Tensor], card: Mapping[str, Any], painting: NDArray[np.uint8] | None = None
    ) -> NetworkWeights:
        """Return parameters of this network as the content of a file.

        Args:
            parameters: the parameters by name.
            card: what the network was trained on, and how.
            painting: `(3, H, W)`, the style image, for a network trained on one style only.
        """
        arrays = {name: value.detach().numpy().copy() for name, value in parameters.items()}
        parts = [
            {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
            for prefix in ("reader.", "transformer.")
        ]
        return NetworkWeights(parts[0], parts[1], self.transformer.shape, card, painting)


def _reflected(convolution: nn.Module, features: Tensor) -> Tensor:
    convolved: Tensor = convolution(F.pad(features, (1, 1, 1, 1), mode="reflect"))
    return convolved


def _enlarged(features: Tensor, *, smooth: bool) -> Tensor:
    if smooth:
        return F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
    return F.interpolate(features, scale_factor=2, mode="nearest")


def _without_mesh(pictures: Tensor) -> Tensor:
    """Filter out what alternates from each pixel to the next."""
    line = torch.from_numpy(ANTI_MESH).to(pictures)
    kernel = (line[:, None] * line).expand(3, 1, -1, -1)
    return F.conv2d(F.pad(pictures, (2, 2, 2, 2), mode="reflect"), kernel, groups=3)


def _normalize(features: Tensor, affine: Tensor) -> Tensor:
    scale, shift = affine[:, :, None, None].chunk(2, 1)
    return F.instance_norm(features, eps=EPSILON) * (1 + scale) + shift


def _moments(features: Tensor) -> Tensor:
    mean = features.mean((2, 3))
    variance = (features - mean[:, :, None, None]).square().mean((2, 3))
    return torch.cat([mean, (variance + EPSILON).sqrt()], 1)
