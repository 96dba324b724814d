"""What a network is told about its paintings: the optimiser's own losses, for a batch of pairs at once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
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


Look = tuple[int, str]
"""From how far, and at which tap."""


class Teacher:
    """Compares a network's paintings with what they should have been.

    Args:
        encoder: the fixed VGG.
        distance: 1 looks at everything as the optimiser does. 2 leaves the deep layers to a look at pictures of half the
            size, and sees the style's other layers there once more: strokes twice as large, for half of the arithmetic.
    """

    def __init__(self, encoder: Encoder, distance: int = 1) -> None:
        self.encoder = encoder
        self.share = Settings().style_moments
        self.content = {(distance if _deep(tap) else 1, tap): weight for tap, weight in CONTENT_LAYERS.items()}
        style = {(distance, tap): weight for tap, weight in STYLE_LAYERS.items()}
        style |= {(1, tap): weight for tap, weight in STYLE_LAYERS.items() if not _deep(tap)}
        self.style = {look: weight / sum(style.values()) for look, weight in style.items()}

    def __call__(self, painted: Tensor, photographs: Tensor, paintings: Tensor) -> Verdict:
        """Judge pictures `(N, 3, H, W)` against the photographs they were and the paintings they should look like."""
        # One by one, so that feature maps stay in the processor's caches.
        verdicts = [
            self._judge(*one)
            for one in zip(*(torch.split(batch, 1) for batch in (painted, photographs, paintings)), strict=True)
        ]
        return Verdict(*(torch.stack(losses) for losses in zip(*verdicts, strict=True)))

    def _judge(self, painted: Tensor, photograph: Tensor, painting: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        looks = {*self.content, *self.style}
        with torch.no_grad():
            content = self._see(photograph, set(self.content))
            style = self._see(painting, looks)
            targets = {look: _adapt(content[look], style[look]) for look in self.content}
        features = self._see(painted, looks)
        content_loss = sum(weight * _relative(features[look], targets[look]) for look, weight in self.content.items())
        style_loss = painted.new_zeros(())
        for look, weight in self.style.items():
            (gram, moments), (wanted_gram, wanted_moments) = (_statistics(maps[look]) for maps in (features, style))
            style_loss = style_loss + weight * (
                (1 - self.share) * _relative(gram, wanted_gram) + self.share * _relative(moments, wanted_moments)
            )
        overshoot = (painted - painted.clamp(0, 1)).square().mean()
        return torch.as_tensor(content_loss), style_loss, overshoot

    def _see(self, pictures: Tensor, looks: set[Look]) -> dict[Look, Tensor]:
        seen: dict[Look, Tensor] = {}
        for distance in {distance for distance, _ in looks}:
            taps = {tap for at, tap in looks if at == distance}
            maps = self.encoder(F.avg_pool2d(pictures, distance) if distance > 1 else pictures, taps)
            seen |= {(distance, tap): features for tap, features in maps.items()}
        return seen


def _deep(tap: str) -> bool:
    """Whether a tap lies in the last two blocks, where half of the arithmetic is."""
    return int(tap[4]) > 3


def _relative(features: Tensor, targets: Tensor) -> Tensor:
    return (features - targets).square().sum() / (targets.square().sum() + TINY)


def _statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """The Gram matrix `(C, C)` of feature maps `(1, C, H, W)`, means and deviations `(2, C)`."""
    flat = features[0].flatten(1)
    gram = flat @ flat.T / flat.shape[1]
    mean = flat.mean(1)
    # The second moments are in the Gram matrix already: no map has to be squared once more.
    variance = (gram.diagonal() - mean.square()).clamp_min(0)
    return gram, torch.stack([mean, (variance + TINY).sqrt()])


def _adapt(features: Tensor, like: Tensor) -> Tensor:
    """Adaptive instance normalisation (Huang and Belongie, 2017, equation 8), behind a ReLU."""
    (mean, deviation), (new_mean, new_deviation) = (
        _statistics(maps)[1][:, None, :, None, None].unbind(0) for maps in (features, like)
    )
    return ((features - mean) / deviation.clamp_min(1e-3) * new_deviation + new_mean).clamp_min(0)
