"""The whole objective: `α L_content + β L_style + γ L_tv` (Gatys et al., 2016, equation 7, and a smoothness term)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.objective.content import content_loss, relative_content_loss
from pinxit.objective.gram import gram_matrix, relative_style_loss, style_loss
from pinxit.objective.smoothness import total_variation

Form = Literal["relative", "gatys"]


@dataclass(frozen=True)
class Weights:
    """What counts how much.

    Attributes:
        content: α.
        style: β.
        smoothness: γ.
        content_layers: the taps of the content loss and their weights w_l.
        style_layers: the taps of the style loss and their weights w_l.
        form: `relative`, the normalised losses, or `gatys`, the paper's equations.
    """

    content: float
    style: float
    smoothness: float
    content_layers: Mapping[str, float]
    style_layers: Mapping[str, float]
    form: Form


@dataclass(frozen=True)
class Losses:
    """The objective at one picture: scalars, each part before its weight α, β or γ."""

    total: Tensor
    content: Tensor
    style: Tensor
    smoothness: Tensor


class Objective:
    """The objective for one content image and one or several style images, at one scale.

    What depends on those alone is computed once, here, without a graph.

    Args:
        encoder: sees the pictures.
        weights: what counts how much.
        content: the content image, `(1, 3, H, W)`, range [0, 1]; the pictures to judge have its size.
        styles: style images of any size, and the share of each, the shares adding up to 1.
    """

    def __init__(
        self, encoder: Encoder, weights: Weights, content: Tensor, styles: Sequence[tuple[Tensor, float]]
    ) -> None:
        self.encoder = encoder
        self.weights = weights
        self.taps = frozenset(weights.content_layers) | frozenset(weights.style_layers)
        with torch.no_grad():
            self.content_targets = encoder(content, weights.content_layers)
            self.style_targets: dict[str, Tensor] = {}
            for style, share in styles:
                for tap, features in encoder(style, weights.style_layers).items():
                    # Second moments mix linearly: a share of each picture's pixels would give the same matrix.
                    gram = gram_matrix(features) * share
                    self.style_targets[tap] = self.style_targets[tap] + gram if tap in self.style_targets else gram

    def __call__(self, picture: Tensor) -> Losses:
        """Judge a picture `(1, 3, H, W)`, range [0, 1]; values outside the range are judged too."""
        weights = self.weights
        content_of, style_of = (
            (relative_content_loss, relative_style_loss) if weights.form == "relative" else (content_loss, style_loss)
        )
        features = self.encoder(picture, self.taps)
        content = torch.zeros((), dtype=picture.dtype, device=picture.device)
        for tap, weight in weights.content_layers.items():
            content = content + weight * content_of(_wide(features[tap]), _wide(self.content_targets[tap]))
        style = torch.zeros((), dtype=picture.dtype, device=picture.device)
        for tap, weight in weights.style_layers.items():
            style = style + weight * style_of(gram_matrix(features[tap]), self.style_targets[tap])
        smoothness = total_variation(picture)
        total = weights.content * content + weights.style * style + weights.smoothness * smoothness
        return Losses(total, content, style, smoothness)


def _wide(features: Tensor) -> Tensor:
    """Features fit to be summed: float32 or better."""
    return features.to(torch.promote_types(features.dtype, torch.float32))
