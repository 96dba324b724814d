"""What a network is told about its paintings: the optimiser's own losses, for a batch of pairs at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.objective.similarity import CELLS, distances, similarity_loss
from pinxit.picture.recipe import Settings

CONTENT_LAYERS, STYLE_LAYERS = Settings().content_layers, Settings().style_layers
SIMILARITY = 10.0
"""What self-similarity counts for content against feature maps: a network cannot keep the maps, but the composition."""
TINY = 1e-8
DEEPEST = "relu5_1"
BLOCK = 8
"""The side of the largest grid that a network paints in, px."""


@dataclass(frozen=True)
class Verdict:
    """Losses of a batch, each `(N,)`.

    Attributes:
        content: squared error of content features as a share of their energy, and the difference of self-similarities.
        style: the root of the squared error of Gram matrices, and of means and deviations, as a share of theirs: a distance, or
            the styles that are hardest to paint would decide how all others are painted.
        overshoot: mean squared distance of pixels from the range [0, 1].
        grid: what share of the variance of pixels, and of their differences, a position within a grid explains.
    """

    content: Tensor
    style: Tensor
    overshoot: Tensor
    grid: Tensor

    def total(self, style_weight: float) -> Tensor:
        """What is minimised."""
        return (self.content + style_weight * self.style + 10 * self.overshoot + 30 * self.grid).mean()


Look = tuple[int, str]
"""From how far, and at which tap."""


class Teacher:
    """Compares a network's paintings with what they should have been.

    Args:
        encoder: the fixed VGG.
        distances: from how far it looks. 1 alone looks at everything as the optimiser does. With others, the nearest look is at
            the middle of the picture and leaves the deep layers to the others, which see pictures of that part of the size:
            larger strokes, for less arithmetic.
    """

    def __init__(self, encoder: Encoder, distances: Sequence[int] = (1,)) -> None:
        self.encoder = encoder
        self.share = Settings().style_moments
        self._alone = len(distances) == 1
        away = distances[min(1, len(distances) - 1)]
        self.content = {(away, tap): weight for tap, weight in CONTENT_LAYERS.items()}
        style = {
            (distance, tap): weight
            for distance in distances
            for tap, weight in STYLE_LAYERS.items()
            if self._alone or not (_deep(tap) if distance == 1 else distance > 2 and tap == DEEPEST)
        }
        self.style = {look: weight / sum(style.values()) for look, weight in style.items()}

    def __call__(self, painted: Tensor, photographs: Tensor, paintings: Tensor) -> Verdict:
        """Judge pictures `(N, 3, H, W)` against the photographs they were and the paintings they should look like."""
        # One by one, so that feature maps stay in the processor's caches.
        verdicts = [
            self._judge(*one)
            for one in zip(*(torch.split(batch, 1) for batch in (painted, photographs, paintings)), strict=True)
        ]
        content, style, overshoot = (torch.stack(losses) for losses in zip(*verdicts, strict=True))
        return Verdict(content, style, overshoot, grid(painted))

    def _judge(self, painted: Tensor, photograph: Tensor, painting: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        looks = {*self.content, *self.style}
        with torch.no_grad():
            content = self._see(photograph, set(self.content))
            style = self._see(painting, looks)
            targets = {look: _adapt(content[look], style[look]) for look in self.content}
        features = self._see(painted, looks)
        content_loss = sum(
            weight
            * (_relative(features[look], targets[look]) + SIMILARITY * _similarity(features[look], content[look]))
            for look, weight in self.content.items()
        )
        style_loss = painted.new_zeros(())
        for look, weight in self.style.items():
            (gram, moments), (wanted_gram, wanted_moments) = (_statistics(maps[look]) for maps in (features, style))
            style_loss = style_loss + weight * (
                (1 - self.share) * _relative(gram, wanted_gram) + self.share * _relative(moments, wanted_moments)
            )
        overshoot = (painted - painted.clamp(0, 1)).square().mean()
        return torch.as_tensor(content_loss), (style_loss + TINY).sqrt(), overshoot

    def _see(self, pictures: Tensor, looks: set[Look]) -> dict[Look, Tensor]:
        seen: dict[Look, Tensor] = {}
        for distance in {distance for distance, _ in looks}:
            taps = {tap for at, tap in looks if at == distance}
            maps = self.encoder(self._from(pictures, distance), taps)
            seen |= {(distance, tap): features for tap, features in maps.items()}
        return seen

    def _from(self, pictures: Tensor, distance: int) -> Tensor:
        if distance > 1:
            return F.avg_pool2d(pictures, distance)
        quarters = [side // 64 * 16 for side in pictures.shape[2:]]
        return pictures if self._alone else pictures[:, :, quarters[0] : -quarters[0], quarters[1] : -quarters[1]]


def grid(painted: Tensor) -> Tensor:
    """How far pictures `(N, 3, H, W)` show the grid in which a network paints, `(N,)`: 0 in a photograph but for chance.

    Enlarging features makes some positions of a block brighter or livelier than others, which the eye sees at once in even
    areas and Gram matrices hardly ever.
    """
    shown = painted.new_zeros(len(painted))
    for maps in (painted, painted.diff(dim=2).abs(), painted.diff(dim=3).abs()):
        rows, columns = (side // BLOCK for side in maps.shape[2:])
        whole = maps[:, :, : rows * BLOCK, : columns * BLOCK]
        blocks = whole.reshape(len(maps), 3, rows, BLOCK, columns, BLOCK).mean((2, 4))
        share = blocks.var((2, 3)).sum(1) / (maps.var((2, 3)).sum(1) + 1e-4)
        shown = shown + share
    return shown


def _similarity(features: Tensor, like: Tensor) -> Tensor:
    """See `pinxit.objective.similarity`."""
    cells = [
        F.adaptive_avg_pool2d(maps, (min(CELLS, maps.shape[2]), min(CELLS, maps.shape[3])))[0].flatten(1)
        for maps in (features, like)
    ]
    return similarity_loss(cells[0], distances(cells[1]))


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
