"""What a network is told about its paintings: the optimiser's own losses, for a batch of pairs at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.network.finished import finished
from pinxit.objective.similarity import CELLS, distances, similarity_loss
from pinxit.picture.recipe import Settings

Look = tuple[int, str]
"""From how far, and at which tap: 2 looks at pictures of half the size, and sees strokes twice as large."""
Seen = dict[Look, Tensor]

STYLE_LOOKS: Mapping[Look, float] = {
    (distance, tap): 1 / 11
    for distance in (1, 2, 4)
    for tap in ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
    # The nearest look leaves the deep layer, where half of the arithmetic is, to the others.
    if (distance, tap) != (1, "relu4_1")
}
CONTENT_LOOK: Look = (2, "relu4_2")
SIMILARITY_LOOKS: Mapping[Look, float] = {(1, "relu3_1"): 0.4, (2, "relu3_1"): 0.3, (2, "relu4_2"): 0.3}
SIMILARITY = 15.0
"""What self-similarity counts against feature maps: a network cannot keep the maps, but the composition."""
OVERSHOOT, GRID = 10.0, 30.0
"""What these count."""
BLOCK = 8
"""The side of the largest grid that a network paints in, px."""
TINY = 1e-8


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
        return (self.content + style_weight * self.style + OVERSHOOT * self.overshoot + GRID * self.grid).mean()


class Teacher:
    """Compares a network's paintings, as they will be shown, with what they should have been.

    Args:
        encoder: the fixed VGG.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder
        self.share = Settings().style_moments

    def __call__(self, painted: Tensor, photographs: Tensor, paintings: Tensor) -> Verdict:
        """Judge what a network painted.

        Args:
            painted: `(N, 3, H, W)`, sides multiples of 64 px.
            photographs: that it was, in the paintings' colours.
            paintings: that it should look like.
        """
        shown = finished(painted, photographs, paintings)
        with torch.no_grad():
            content = self._see(photographs, {CONTENT_LOOK, *SIMILARITY_LOOKS})
            style = self._see(paintings, {CONTENT_LOOK, *STYLE_LOOKS})
        features = self._see(shown, {CONTENT_LOOK, *SIMILARITY_LOOKS, *STYLE_LOOKS})
        content_losses, style_losses = [], []
        for number in range(len(shown)):
            ours, photograph, painting = (
                {look: maps[number] for look, maps in seen.items()} for seen in (features, content, style)
            )
            content_losses.append(_content(ours, photograph, painting))
            style_losses.append(self._style(ours, painting))
        overshoot = (shown - shown.clamp(0, 1)).square().mean((1, 2, 3))
        return Verdict(torch.stack(content_losses), torch.stack(style_losses), overshoot, grid(painted))

    def _style(self, features: Seen, style: Seen) -> Tensor:
        loss = torch.zeros(())
        for look, weight in STYLE_LOOKS.items():
            (gram, moments), (wanted_gram, wanted_moments) = (_statistics(maps[look]) for maps in (features, style))
            loss = loss + weight * (
                (1 - self.share) * _relative(gram, wanted_gram) + self.share * _relative(moments, wanted_moments)
            )
        return (loss + TINY).sqrt()

    def _see(self, pictures: Tensor, looks: set[Look]) -> Seen:
        seen: Seen = {}
        for distance in {distance for distance, _ in looks}:
            maps = self.encoder(_from(pictures, distance), {tap for at, tap in looks if at == distance})
            seen |= {(distance, tap): features.float() for tap, features in maps.items()}
        return seen


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
        shown = shown + blocks.var((2, 3)).sum(1) / (maps.var((2, 3)).sum(1) + 1e-4)
    return shown


def _content(features: Seen, content: Seen, style: Seen) -> Tensor:
    loss = _relative(features[CONTENT_LOOK], _adapt(content[CONTENT_LOOK], style[CONTENT_LOOK]))
    for look, weight in SIMILARITY_LOOKS.items():
        loss = loss + SIMILARITY * weight * _similarity(features[look], content[look])
    return loss


def _from(pictures: Tensor, distance: int) -> Tensor:
    """Pictures from a distance; from near, their middle."""
    if distance > 1:
        return F.avg_pool2d(pictures, distance)
    down, right = (side // 64 * 16 for side in pictures.shape[2:])
    return pictures[:, :, down:-down, right:-right]


def _similarity(features: Tensor, like: Tensor) -> Tensor:
    """See `pinxit.objective.similarity`."""
    ours, theirs = (
        F.adaptive_avg_pool2d(maps, (min(CELLS, maps.shape[1]), min(CELLS, maps.shape[2]))).flatten(1)
        for maps in (features, like)
    )
    return similarity_loss(ours, distances(theirs))


def _relative(features: Tensor, targets: Tensor) -> Tensor:
    return (features - targets).square().sum() / (targets.square().sum() + TINY)


def _statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """The Gram matrix `(C, C)` of feature maps `(C, H, W)`, means and deviations `(2, C)`."""
    flat = features.flatten(1)
    gram = flat @ flat.T / flat.shape[1]
    mean = flat.mean(1)
    # The second moments are in the Gram matrix already: no map has to be squared once more.
    variance = (gram.diagonal() - mean.square()).clamp_min(0)
    return gram, torch.stack([mean, (variance + TINY).sqrt()])


def _adapt(features: Tensor, like: Tensor) -> Tensor:
    """Adaptive instance normalisation (Huang and Belongie, 2017, equation 8), behind a ReLU."""
    (mean, deviation), (new_mean, new_deviation) = (_statistics(maps)[1][:, :, None, None] for maps in (features, like))
    adapted: Tensor = (features - mean) / deviation.clamp_min(1e-3) * new_deviation + new_mean
    return adapted.clamp_min(0)
