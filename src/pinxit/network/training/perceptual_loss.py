"""The perceptual losses of a network's paintings: strokes are compared place by place, with the places that suit them.

Means over a whole picture, such as Gram matrices, say which strokes there should be, but not where. A network that minimises
them recolours and embosses. Here features are compared with their nearest neighbours (Kolkin, Salavon, Shakhnarovich, "Style
Transfer by Relaxed Optimal Transport and Self-Similarity", 2019; Kolkin et al., "Neural Neighbor Style Transfer", 2022): every
stroke of the painting should be one of the style image's, and every stroke of the style image should be somewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.objective.self_similarity import CELLS, distances, similarity_loss

View = tuple[int, str]
"""A distance and a tap: distance 2 is a picture of half the size, with strokes twice as large for the VGG."""
Features = dict[View, Tensor]
Statistics = tuple[Tensor, Tensor]
"""The Gram matrix `(C, C)` of features, and their means and deviations `(2, C)`."""

NEIGHBOR_VIEWS: Mapping[View, float] = {
    (1, "relu2_1"): 0.6,
    (1, "relu3_1"): 1.0,
    (2, "relu2_1"): 0.6,
    (2, "relu3_1"): 1.0,
    (2, "relu4_1"): 0.5,
}
MOMENT_VIEWS: tuple[View, ...] = tuple((distance, f"relu{block}_1") for distance in (1, 2) for block in (1, 2, 3))
SIMILARITY_VIEWS: Mapping[View, float] = {(1, "relu3_1"): 0.4, (2, "relu3_1"): 0.3, (2, "relu4_1"): 0.3}
COHERENCE, COMPLETENESS, GUIDANCE, MOMENTS = 0.1, 0.5, 0.03, 1.4
"""Weights within the style loss. Coherence alone leads to even areas, whose features are near to some place of every painting:
completeness and moments ask for all strokes of the style image, and for their contrast."""
GRAM_SHARE = 0.3  # of Gram matrices in the loss of moments; the rest is for means and deviations
SIMILARITY = 6.0  # the weight of self-similarity, most of the content loss
TONE = 5.0
"""The weight of light and dark, which are content, too. Without it, a network that paints strong strokes soon paints a black
coat as white as the style image's sky."""
AREA = 8  # px: side of an area whose lightness is compared
LEAST_VARIANCE = 0.001  # of lightness, range [0, 1]; where areas differ less, there is hardly any light and dark
OVERSHOOT, GRID, EVEN = 25.0, 80.0, 150.0  # weights of these losses
FLAT = 1e-3
"""Greatest difference between neighbouring pixels of an even area. No camera sees one: it was drawn, and should stay clean."""
PAINTED_POSITIONS, STYLE_POSITIONS = 768, 1024  # of a view that are compared at most, the same ones at every step
BLOCK = 8
"""Side of the largest grid that a network's paintings may show, px."""
TINY = 1e-8


@dataclass(frozen=True)
class BatchLosses:
    """The losses of a batch, each `(N,)`.

    Attributes:
        content: the difference of self-similarities, and of light and dark.
        style: the distances of strokes from their neighbours, and of the moments of features.
        overshoot: mean squared distance of pixels from the range [0, 1].
        grid: the share of the variance of pixels, and of their differences, that a position within a grid explains.
        even: the mean difference between neighbouring pixels where the photograph is even, over the whole picture.
    """

    content: Tensor
    style: Tensor
    overshoot: Tensor
    grid: Tensor
    even: Tensor

    def total(self, style_weight: float) -> Tensor:
        """Return the loss to minimise."""
        clean = OVERSHOOT * self.overshoot + GRID * self.grid + EVEN * self.even
        return (self.content + style_weight * self.style + clean).mean()


@dataclass(frozen=True)
class StyleTargets:
    """What a painting is compared with: the features of one style image, or of several that are one style together.

    Attributes:
        features: those of some positions, each `(C, S)`, by view.
        statistics: those of all positions, by view.
    """

    features: Mapping[View, Tensor]
    statistics: Mapping[View, Statistics]


class PerceptualLoss:
    """Compares a network's paintings with photographs and style images.

    Args:
        encoder: the fixed VGG.
    """

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def __call__(self, painted: Tensor, photographs: Tensor, paintings: Tensor) -> BatchLosses:
        """Return the losses of a batch of paintings.

        Args:
            painted: the network's paintings, `(N, 3, H, W)`.
            photographs: the photographs in the paintings' colours, `(N, 3, H, W)`.
            paintings: their style image, `(1, 3, H', W')`.
        """
        return self.compare(painted, photographs, self.targets([paintings]))

    @torch.no_grad()
    def targets(self, paintings: Sequence[Tensor]) -> StyleTargets:
        """Return what style images, each `(1, 3, H, W)`, ask for together."""
        several = [self._features(painting, {*NEIGHBOR_VIEWS, *MOMENT_VIEWS}) for painting in paintings]
        flat = {view: torch.cat([each[view][0].flatten(1) for each in several], 1) for view in several[0]}
        return StyleTargets(
            {view: _some(flat[view], STYLE_POSITIONS) for view in NEIGHBOR_VIEWS},
            {view: _statistics(flat[view]) for view in MOMENT_VIEWS},
        )

    def compare(self, painted: Tensor, photographs: Tensor, target: StyleTargets) -> BatchLosses:
        """Return the losses of a batch of paintings with the targets of their style; see `__call__`."""
        with torch.no_grad():
            content = self._features(photographs, {*NEIGHBOR_VIEWS, *SIMILARITY_VIEWS})
        features = self._features(painted, {*NEIGHBOR_VIEWS, *MOMENT_VIEWS, *SIMILARITY_VIEWS})
        content_losses, style_losses = [], []
        for number in range(len(painted)):
            ours, photograph = ({view: maps[number] for view, maps in each.items()} for each in (features, content))
            content_losses.append(_content(ours, photograph))
            style_losses.append(_style(ours, photograph, target))
        overshoot = (painted - painted.clamp(0, 1)).square().mean((1, 2, 3))
        return BatchLosses(
            torch.stack(content_losses) + TONE * tone_difference(painted, photographs),
            torch.stack(style_losses),
            overshoot,
            grid(painted),
            unevenness(painted, photographs),
        )

    def _features(self, pictures: Tensor, views: set[View]) -> Features:
        found: Features = {}
        for distance in {distance for distance, _ in views}:
            reduced = F.avg_pool2d(pictures, distance) if distance > 1 else pictures
            maps = self.encoder(reduced, {tap for at, tap in views if at == distance})
            found |= {(distance, tap): features.float() for tap, features in maps.items() if (distance, tap) in views}
        return found


def grid(painted: Tensor) -> Tensor:
    """Return how strongly pictures `(N, 3, H, W)` show the network's grid, `(N,)`: about 0 for a photograph.

    Enlarging features makes some positions of a block brighter or higher in contrast than others. The eye sees that at once in
    even areas; Gram matrices hardly detect it.
    """
    shown = painted.new_zeros(len(painted))
    for maps in (painted, painted.diff(dim=2).abs(), painted.diff(dim=3).abs()):
        rows, columns = (side // BLOCK for side in maps.shape[2:])
        whole = maps[:, :, : rows * BLOCK, : columns * BLOCK]
        blocks = whole.reshape(len(maps), 3, rows, BLOCK, columns, BLOCK).mean((2, 4))
        shown = shown + blocks.var((2, 3)).sum(1) / (maps.var((2, 3)).sum(1) + 1e-4)
    return shown


def unevenness(painted: Tensor, photographs: Tensor) -> Tensor:
    """Return the mean difference between neighbouring pixels where the photograph is even, over the whole picture, `(N,)`."""
    uneven = painted.new_zeros(len(painted))
    for axis in (2, 3):
        even = photographs.diff(dim=axis).abs().amax(1, keepdim=True) < FLAT
        uneven = uneven + (painted.diff(dim=axis).abs() * even).mean((1, 2, 3))
    return uneven


def tone_difference(painted: Tensor, photographs: Tensor) -> Tensor:
    """Return how differently light and dark are distributed over the areas of paintings and photographs.

    Args:
        painted: the paintings, `(N, 3, H, W)`.
        photographs: the photographs, of the same size.

    Returns:
        1 less the correlation, `(N,)`: 0 where they are alike, 2 where they are reversed. Contrast and brightness are free.
    """
    ours, theirs = (_lightness(pictures) for pictures in (painted, photographs))
    deviations = [(areas.square().mean(1) + LEAST_VARIANCE).sqrt() for areas in (ours, theirs)]
    return 1 - (ours * theirs).mean(1) / (deviations[0] * deviations[1])


def _lightness(pictures: Tensor) -> Tensor:
    """Return the lightness of each area of pictures `(N, 3, H, W)`, less its mean, `(N, areas)`."""
    areas = F.avg_pool2d(pictures.mean(1, keepdim=True), AREA).flatten(1)
    return areas - areas.mean(1, keepdim=True)


def neighbor_distances(painted: Tensor, photograph: Tensor, painting: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Compare the features of a painting with their nearest neighbours by cosine distance.

    Args:
        painted: features of the network's painting, `(C, P)`.
        photograph: features of the photograph at the same positions, `(C, P)`.
        painting: features of the style image, `(C, S)`.

    Returns:
        Three means: from the features of the painting to the nearest of the style image (coherence), from those of the style
        image to the nearest of the painting (completeness), and from those of the painting to those of the style image that are
        nearest to the photograph's at the same position (guidance). Features are centred by the mean of the style image, the
        photograph's by their own.
    """
    center = painting.mean(1, keepdim=True)
    ours, theirs = F.normalize(painted - center, dim=0), F.normalize(painting - center, dim=0)
    apart = 1 - ours.T @ theirs
    likeness = F.normalize(photograph - photograph.mean(1, keepdim=True), dim=0).T @ theirs
    guided = 1 - (ours * theirs[:, likeness.argmax(1)]).sum(0)
    return apart.min(1).values.mean(), apart.min(0).values.mean(), guided.mean()


def _style(features: Features, content: Features, target: StyleTargets) -> Tensor:
    loss = torch.zeros(())
    for view, weight in NEIGHBOR_VIEWS.items():
        ours, photograph = (_some(maps[view].flatten(1), PAINTED_POSITIONS) for maps in (features, content))
        coherence, completeness, guidance = neighbor_distances(ours, photograph, target.features[view])
        loss = loss + weight * (COHERENCE * coherence + COMPLETENESS * completeness + GUIDANCE * guidance)
    for view in MOMENT_VIEWS:
        gram, moments = _statistics(features[view].flatten(1))
        wanted_gram, wanted_moments = target.statistics[view]
        distance = GRAM_SHARE * _relative(gram, wanted_gram) + (1 - GRAM_SHARE) * _relative(moments, wanted_moments)
        # The root makes it a distance; otherwise the styles that are hardest to paint would decide how all others are painted.
        loss = loss + MOMENTS / len(MOMENT_VIEWS) * (distance + TINY).sqrt()
    return loss


def _some(features: Tensor, count: int) -> Tensor:
    """Return the features `(C, P)` of at most `count` positions, scattered over all."""
    if features.shape[1] <= count:
        return features
    chosen = torch.randperm(features.shape[1], generator=torch.Generator().manual_seed(0))[:count]
    return features[:, chosen]


def _content(features: Features, content: Features) -> Tensor:
    loss = torch.zeros(())
    for view, weight in SIMILARITY_VIEWS.items():
        loss = loss + SIMILARITY * weight * _similarity(features[view], content[view])
    return loss


def _similarity(features: Tensor, like: Tensor) -> Tensor:
    """Return the self-similarity loss; see `pinxit.objective.self_similarity`."""
    ours, theirs = (
        F.adaptive_avg_pool2d(maps, (min(CELLS, maps.shape[1]), min(CELLS, maps.shape[2]))).flatten(1)
        for maps in (features, like)
    )
    return similarity_loss(ours, distances(theirs))


def _relative(features: Tensor, targets: Tensor) -> Tensor:
    return (features - targets).square().sum() / (targets.square().sum() + TINY)


def _statistics(flat: Tensor) -> Statistics:
    """Return the statistics of features `(C, P)`."""
    gram = flat @ flat.T / flat.shape[1]
    mean = flat.mean(1)
    # The second moments are the Gram matrix's diagonal, so the maps need not be squared again.
    variance = (gram.diagonal() - mean.square()).clamp_min(0)
    return gram, torch.stack([mean, (variance + TINY).sqrt()])
