"""What a network is told about its paintings: the optimiser's own losses, for a batch of pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.picture.recipe import Settings

CONTENT_LAYERS, STYLE_LAYERS = Settings().content_layers, Settings().style_layers
TINY = 1e-8


@dataclass(frozen=True)
class Verdict:
    """Losses of a batch, each `(N,)`.

    Attributes:
        content: squared error of content features as a share of their energy.
        style: squared error of Gram matrices, and of means and deviations, as a share of theirs.
        overshoot: mean squared distance of pixels from the range [0, 1].
    """

    content: Tensor
    style: Tensor
    overshoot: Tensor

    def total(self, style_weight: float) -> Tensor:
        """What is minimised."""
        return (self.content + style_weight * self.style + 10 * self.overshoot).mean()


class Teacher:
    """Compares a network's paintings with what they should have been.

    Args:
        encoder: the fixed VGG.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.share = Settings().style_moments

    def __call__(self, painted: Tensor, photographs: Tensor, paintings: Tensor) -> Verdict:
        """Judge pictures `(N, 3, H, W)` against the photographs they were and the paintings they should look like."""
        with torch.no_grad():
            content = self.encoder(photographs, CONTENT_LAYERS)
            style = self.encoder(paintings, {*CONTENT_LAYERS, *STYLE_LAYERS})
            targets = {tap: _adapt(content[tap], style[tap]) for tap in CONTENT_LAYERS}
        features = self.encoder(painted, {*CONTENT_LAYERS, *STYLE_LAYERS})
        content_loss = sum(weight * _relative(features[tap], targets[tap]) for tap, weight in CONTENT_LAYERS.items())
        style_loss = sum(
            weight
            * (
                (1 - self.share) * _relative(_gram(features[tap]), _gram(style[tap]))
                + self.share * _relative(_moments(features[tap]), _moments(style[tap]))
            )
            for tap, weight in STYLE_LAYERS.items()
        )
        overshoot = (painted - painted.clamp(0, 1)).square().mean((1, 2, 3))
        return Verdict(torch.as_tensor(content_loss), torch.as_tensor(style_loss), overshoot)


def _relative(features: Tensor, targets: Tensor) -> Tensor:
    difference, energy = ((x.square().flatten(1).sum(1)) for x in (features - targets, targets))
    return difference / (energy + TINY)


def _gram(features: Tensor) -> Tensor:
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def _moments(features: Tensor) -> Tensor:
    mean = features.mean((2, 3))
    deviation = ((features - mean[:, :, None, None]).square().mean((2, 3)) + TINY).sqrt()
    return torch.stack([mean, deviation], 1)


def _adapt(features: Tensor, like: Tensor) -> Tensor:
    """Adaptive instance normalisation (Huang and Belongie, 2017, equation 8), behind a ReLU."""
    (mean, deviation), (new_mean, new_deviation) = (
        _moments(maps)[:, :, :, None, None].unbind(1) for maps in (features, like)
    )
    return ((features - mean) / deviation.clamp_min(1e-3) * new_deviation + new_mean).clamp_min(0)
