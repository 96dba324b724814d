"""The networks: one reads a style image into a few numbers, one repaints a picture as those numbers say.

Only convolutions, instance normalisation, ReLU, nearest-neighbour enlargement, pixel shuffle and reflected borders, which
run wherever ONNX does. The style acts through the scale and the shift after each normalisation (Dumoulin, Shlens, Kudlur,
"A Learned Representation for Artistic Style", 2017; Ghiasi et al., "Exploring the structure of a real-time, arbitrary neural
artistic stylization network", 2017).
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

from pinxit.network.weights import CODE, EPSILON, READER_WIDTHS, Shape, Weights


class Reader(nn.Module):
    """A style image as a code: means and deviations of five layers of features, weighed by a perceptron.

    It looks at half of the size, where strokes and colours are all there, in a quarter of the time.
    """

    def __init__(self) -> None:
        super().__init__()
        inputs = (3, *READER_WIDTHS[:-1])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(before, after, 3, stride=1 if level == 0 else 2)
            for level, (before, after) in enumerate(zip(inputs, READER_WIDTHS, strict=True))
        )
        self.perceptron = nn.Sequential(nn.Linear(2 * sum(READER_WIDTHS) + 6, CODE), nn.ReLU(), nn.Linear(CODE, CODE))

    def forward(self, style: Tensor) -> Tensor:
        """The code `(N, 192)` of style images `(N, 3, H, W)`, range [0, 1]."""
        features = 4 * F.avg_pool2d(style, 2) - 2
        moments = _moments(features)
        for convolution in self.convolutions:
            features = F.relu(convolution(F.pad(features, (1, 1, 1, 1), mode="reflect")))
            moments = torch.cat([moments, _moments(features)], 1)
        code: Tensor = self.perceptron(moments)
        return code


class Transformer(nn.Module):
    """Repaints a picture: down to a fraction of its resolution, residual blocks, up again.

    Strokes are made where a position covers them as a whole; what the way down saw, all but the first and finest of it,
    which would let the photograph through, is added on the way up, for edges to stay where they were.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        inner = shape.down[-1]
        self.down = nn.ModuleList(nn.Conv2d(*pair, 3, stride=2) for pair in pairwise((3, *shape.down)))
        self.blocks = nn.ModuleList(nn.Conv2d(inner, inner, 3) for _ in range(2 * shape.blocks))
        self.up = nn.ModuleList(nn.Conv2d(*pair, 3) for pair in pairwise(reversed(shape.down)))
        self.out = nn.Conv2d(shape.down[0], 12, 3)
        with torch.no_grad():  # the four pixels that come of one begin alike, or a grid is what they learn first
            self.out.weight.copy_(self.out.weight[::4].repeat_interleave(4, 0))
        nn.init.zeros_(self.out.bias)  # type: ignore[arg-type]
        style = nn.Linear(CODE, 2 * sum(shape.widths))
        nn.init.zeros_(style.bias)
        self.hypernetwork = nn.Sequential(nn.ReLU(), style)

    def affine(self, code: Tensor) -> Tensor:
        """A code `(N, 192)` as the scales and shifts of all normalisations, `(N, 2 Σ widths)`."""
        numbers: Tensor = self.hypernetwork(code)
        return numbers

    def forward(self, picture: Tensor, affine: Tensor) -> Tensor:
        """Repaint.

        Args:
            picture: `(N, 3, H, W)`, range [0, 1], H and W multiples of the shape's grid.
            affine: scales (less 1) and shifts, normalisation by normalisation, as `affine` gives them.

        Returns:
            A picture `(N, 3, H, W)`, in [0, 1] but for a little overshoot.
        """
        parts = iter(torch.split(affine, [2 * width for width in self.shape.widths], dim=1))
        features = 4 * picture - 2
        seen = []
        for convolution in self.down:
            features = F.relu(_normalize(_reflected(convolution, features), next(parts)))
            seen.append(features)
        for first, second in zip(self.blocks[::2], self.blocks[1::2], strict=True):
            inner = F.relu(_normalize(_reflected(first, features), next(parts)))
            features = features + _normalize(_reflected(second, inner), next(parts))
        for convolution, level in zip(self.up, reversed(range(len(self.up))), strict=True):
            features = F.interpolate(features, scale_factor=2, mode="nearest")
            features = F.relu(_normalize(_reflected(convolution, features), next(parts)))
            if level > 0:
                features = features + seen[level]
        return F.pixel_shuffle(_reflected(self.out, features), 2) / 4 + 0.5


class Network(nn.Module):
    """Reader and transformer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.reader = Reader()
        self.transformer = Transformer(shape)

    def forward(self, pictures: Tensor, styles: Tensor) -> Tensor:
        """Pictures `(N, 3, H, W)`, each in the manner of its style `(N, 3, H', W')`, range [0, 1]."""
        painted: Tensor = self.transformer(pictures, self.transformer.affine(self.reader(styles)))
        return painted

    @classmethod
    def of(cls, weights: Weights) -> Self:
        """The network of a file."""
        network = cls(weights.shape)
        for part, values in ((network.reader, weights.reader), (network.transformer, weights.transformer)):
            part.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in values.items()})
        return network

    def weights(
        self, parameters: Mapping[str, Tensor], card: Mapping[str, Any], painting: NDArray[np.uint8] | None = None
    ) -> Weights:
        """A network of this shape, with those parameters, as it goes into a file."""
        arrays = {name: value.detach().numpy().copy() for name, value in parameters.items()}
        parts = [
            {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
            for prefix in ("reader.", "transformer.")
        ]
        return Weights(parts[0], parts[1], self.transformer.shape, card, painting)


def _reflected(convolution: nn.Module, features: Tensor) -> Tensor:
    convolved: Tensor = convolution(F.pad(features, (1, 1, 1, 1), mode="reflect"))
    return convolved


def _normalize(features: Tensor, affine: Tensor) -> Tensor:
    scale, shift = affine[:, :, None, None].chunk(2, 1)
    return F.instance_norm(features, eps=EPSILON) * (1 + scale) + shift


def _moments(features: Tensor) -> Tensor:
    mean = features.mean((2, 3))
    variance = (features - mean[:, :, None, None]).square().mean((2, 3))
    return torch.cat([mean, (variance + EPSILON).sqrt()], 1)
