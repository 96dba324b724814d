"""The whole objective: `α L_content + β L_style + γ L_tv` (Gatys et al., 2016, equation 7, and total variation).

For a frame of a film `L_temporal` is added (Ruder et al., 2016, equation 8), its weight in its weight map.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import Tile, divide
from pinxit.encoder.vgg import Encoder
from pinxit.image.wrap import NONE, Wrap
from pinxit.objective.adain import adapt_targets
from pinxit.objective.content import content_loss, relative_content_loss, squared_error
from pinxit.objective.correspondence import Meanings
from pinxit.objective.gram import moment_sums, relative_moments_loss, relative_style_loss, style_loss
from pinxit.objective.hypercolumns import TAPS
from pinxit.objective.neighbors import Neighbors
from pinxit.objective.regions import Region, guide_of, mixture_averages, position_count, tile_moments
from pinxit.objective.self_similarity import cell_sums, distances, similarity_loss
from pinxit.objective.temporal import TemporalTarget, temporal_loss
from pinxit.objective.total_variation import total_variation
from pinxit.recipe.choices import LossForm

Sums = dict[tuple[str, str], Tensor]
"""Sums over positions, which the tiles of a picture add up to, by purpose and tap."""


@dataclass(frozen=True)
class LossWeights:
    """The weights of the losses.

    Attributes:
        content: α.
        style: β.
        smoothness: γ.
        content_layers: the taps of the content loss and their weights w_l.
        style_layers: the taps of the style loss and their weights w_l.
        form: `relative`, the normalised losses, or `gatys`, the paper's equations.
        adain: how far the content image's feature maps take on the style's moments, 0 to 1; see `adapt_targets`.
        moments: the share of means and deviations in the style loss, 0 to 1; the rest is for Gram matrices.
        similarity: within the content loss, the weight of the self-similarity loss relative to the feature maps'.
        neighbors: the weight of the distance from the nearest neighbours, relative to the style's statistics.
        strength: where the targeted style statistics lie between the content image's own, 0, and the style's, 1.
    """

    content: float
    style: float
    smoothness: float
    content_layers: Mapping[str, float]
    style_layers: Mapping[str, float]
    form: LossForm
    adain: float = 0.0
    moments: float = 0.0
    similarity: float = 0.0
    neighbors: float = 0.0
    strength: float = 1.0


@dataclass(frozen=True)
class Subjects:
    """Subjects that must stay recognisable, such as faces: planes `(1, 1, H, W)` of the content image's size.

    Attributes:
        content: the additional weight of the content loss, 0 and up.
        place: where the content image alone decides about nearest neighbours, range [0, 1].
    """

    content: Tensor
    place: Tensor


@dataclass(frozen=True)
class Losses:
    """The losses at one picture: scalars, each part before its weight α, β or γ."""

    total: Tensor
    content: Tensor
    style: Tensor
    smoothness: Tensor

    def detach(self) -> Losses:
        """Return the same numbers without their graph."""
        return Losses(self.total.detach(), self.content.detach(), self.style.detach(), self.smoothness.detach())


class Objective:
    """The objective for one content image and the styles of its regions, at one scale.

    All losses are functions of sums over positions, so a picture may be processed tile by tile: a first pass adds up the sums,
    the losses are differentiated by the sums, and a second pass carries that on to the pixels (Galerne et al., "Scaling
    Painting Style Transfer", 2022). The gradient is the whole picture's, the memory a tile's.

    Args:
        encoder: computes the features.
        weights: the weights of the losses.
        content: the content image, `(1, 3, H, W)`, range [0, 1]; the pictures to evaluate must have its size.
        regions: the regions and their styles; each counts by its area.
        side: the tiles' greatest side, px; a picture no larger is one tile.
        wrap: which borders of the pictures to evaluate meet; style images have ordinary borders.
        temporal_targets: for a frame of a film, the results of its neighbours in time.
        subjects: what must stay recognisable.
        meanings: what stands where, for the nearest-neighbour search.
        compact: whether to keep data of the whole picture's size in half precision.
        strokes: the regions among whose styles nearest neighbours are searched, where strokes have several sizes; `regions`
            where left out.

    Attributes:
        style_targets: the average moments wanted of each region, by tap; see `moment_sums`.
    """

    def __init__(
        self,
        encoder: Encoder,
        weights: LossWeights,
        content: Tensor,
        regions: Sequence[Region],
        side: int = 2**31,
        wrap: Wrap = NONE,
        temporal_targets: Sequence[TemporalTarget] = (),
        subjects: Subjects | None = None,
        meanings: Meanings | None = None,
        compact: bool = False,
        strokes: Sequence[Region] | None = None,
    ) -> None:
        self._encoder = encoder
        # bfloat16 has the range of float32; the feature maps of some encoders reach into the thousands.
        self._kept_as = torch.bfloat16 if compact else encoder.dtype
        self._weights = weights
        self._taps = weights.content_layers.keys() | weights.style_layers.keys()
        if weights.neighbors > 0:
            self._taps = self._taps | set(TAPS)
        self._compared = tuple(weights.content_layers) if weights.similarity > 0 else ()
        self._wrap = wrap
        self._tiles = divide(content, side, encoder.architecture, self._taps, wrap)
        self._temporal_targets = [one.to(encoder.device) for one in temporal_targets]
        self._masks = [None if region.mask is None else region.mask.to(encoder.device) for region in regions]
        self._emphasis = None if subjects is None else 1 + subjects.content.to(encoder.device)
        areas = [1.0 if mask is None else float(mask.mean()) for mask in self._masks]
        self._areas = [area / max(sum(areas), 1e-6) for area in areas]
        self._counts = [
            {tap: position_count(content, tap, mask) for tap in weights.style_layers} for mask in self._masks
        ]
        # Everything that depends only on the content and style images is computed once, here, without a graph.
        with torch.no_grad():
            self.style_targets = [
                mixture_averages(encoder, region.styles, weights.style_layers, side, moment_sums) for region in regions
            ]
            if weights.strength < 1:
                self._weaken(content, weights.strength)
            # Of one tile, the nearest neighbours' features are computed with the targets; those of many would not fit.
            seen = self._see(content, self._tiles[0], self._taps) if len(self._tiles) == 1 else None
            targets = [self._content_of(content, tile, seen) for tile in self._tiles]
            self._similarities = {tap: distances(self._cells(targets, tap)) for tap in self._compared}
            if weights.adain > 0 and weights.content_layers:
                adapt_targets(encoder, targets, self._tiles, content, regions, side, weights.adain)
            self._content_targets = targets
            place = None if subjects is None else subjects.place
            self._neighbors = (
                Neighbors(encoder, content, strokes or regions, self._tiles, side, place, meanings, compact, seen)
                if weights.neighbors > 0
                else None
            )
        self._energies = {
            tap: sum(
                float(squared_error(target[tap].to(encoder.dtype), target[tap].new_zeros(())))
                for target in self._content_targets
            )
            for tap in weights.content_layers
        }

    def __call__(self, picture: Tensor) -> tuple[Losses, Tensor]:
        """Evaluate a picture `(1, 3, H, W)`, range [0, 1]; values outside the range are allowed.

        Returns:
            The losses, and the gradient of the total by the picture.
        """
        leaf = picture.detach().requires_grad_()
        whole = len(self._tiles) == 1
        sums = self._sums(leaf, 0) if whole else self._all_sums(leaf)
        losses = self._losses(sums, total_variation(leaf, self._wrap))
        if self._temporal_targets:
            losses = replace(losses, total=losses.total + temporal_loss(leaf, self._temporal_targets))
        # With one tile this reaches the pixels; with several only the sums, and then the pixels tile by tile.
        losses.total.backward()  # type: ignore[no-untyped-call]
        gradient = leaf.grad
        assert gradient is not None  # noqa: S101 - for the type checker
        for number, tile in enumerate(self._tiles if not whole else ()):
            part = tile.see(leaf.detach()).clone().requires_grad_()
            here = self._sums(part, number)
            torch.autograd.backward([here[key] for key in sums], [sums[key].grad for key in sums])
            assert part.grad is not None  # noqa: S101 - for the type checker
            tile.give(gradient, part.grad)
        return losses.detach(), gradient

    def match(self, picture: Tensor) -> None:
        """Search the nearest neighbours for a picture `(1, 3, H, W)` again, which changes the objective."""
        if self._neighbors is not None:
            self._neighbors.search(picture)

    def _losses(self, sums: Sums, smoothness: Tensor) -> Losses:
        weights = self._weights
        content = smoothness.new_zeros(())
        for tap, weight in weights.content_layers.items():
            error = sums["content", tap]
            relative = weights.form == "relative"
            loss = relative_content_loss(error, self._energies[tap]) if relative else content_loss(error)
            if tap in self._compared:
                loss = loss + weights.similarity * similarity_loss(sums["cells", tap], self._similarities[tap])
            content = content + weight * loss
        style_of = relative_style_loss if weights.form == "relative" else style_loss
        style = smoothness.new_zeros(())
        for number, area in enumerate(self._areas):
            for tap, weight in weights.style_layers.items():
                averages, target = (
                    sums[f"style {number}", tap] / self._counts[number][tap],
                    self.style_targets[number][tap],
                )
                grams = style_of(averages[:-1], target[:-1])
                style = style + area * weight * torch.lerp(
                    grams, relative_moments_loss(averages, target), weights.moments
                )
        if self._neighbors is not None:
            style = style + weights.neighbors * sums["neighbors", ""] / self._neighbors.count
        total = weights.content * content + weights.style * style + weights.smoothness * smoothness
        return Losses(total, content, style, smoothness)

    def _sums(self, part: Tensor, number: int) -> Sums:
        """Return what a tile, given its outer part, adds to the picture's sums."""
        tile = self._tiles[number]
        features = self._encoder(part, self._taps, tile.border)
        sums = {
            ("content", tap): squared_error(
                cut(features[tap], tile.positions(tap)), target, guide_of(self._emphasis, tap, tile)
            )
            for tap, target in self._content_targets[number].items()
        }
        for tap in self._compared:
            sums["cells", tap] = cell_sums(cut(features[tap], tile.positions(tap)), tap, tile)
        for region, mask in enumerate(self._masks):
            for tap in self._weights.style_layers:
                sums[f"style {region}", tap] = tile_moments(features[tap], tap, tile, mask)
        if self._neighbors is not None:
            sums["neighbors", ""] = self._neighbors.distances(features, number)
        return sums

    @torch.no_grad()
    def _all_sums(self, picture: Tensor) -> Sums:
        sums = self._sums(self._tiles[0].see(picture), 0)
        for number, tile in enumerate(self._tiles[1:], start=1):
            for key, value in self._sums(tile.see(picture), number).items():
                sums[key] += value
        return {key: value.requires_grad_() for key, value in sums.items()}

    def _weaken(self, content: Tensor, strength: float) -> None:
        """Move the targeted statistics back towards the content image's own."""
        for tap in self._weights.style_layers:
            own = [torch.zeros_like(targets[tap]) for targets in self.style_targets]
            for tile in self._tiles:
                maps = self._encoder(tile.see(content), [tap], tile.border)[tap]
                for sums, mask in zip(own, self._masks, strict=True):
                    sums += tile_moments(maps, tap, tile, mask)
            for sums, counts, targets in zip(own, self._counts, self.style_targets, strict=True):
                targets[tap] = (sums / counts[tap]).lerp(targets[tap], strength)

    def _see(self, content: Tensor, tile: Tile, taps: Iterable[str]) -> Mapping[str, Tensor]:
        return self._encoder(tile.see(content), taps, tile.border)

    def _content_of(self, content: Tensor, tile: Tile, seen: Mapping[str, Tensor] | None) -> dict[str, Tensor]:
        taps = self._weights.content_layers
        features = self._see(content, tile, taps) if seen is None else seen
        # Copied, or a view would keep the margin in memory.
        return {tap: cut(features[tap], tile.positions(tap)).to(self._kept_as, copy=True) for tap in taps}

    def _cells(self, targets: Sequence[Mapping[str, Tensor]], tap: str) -> Tensor:
        # Reduced one by one: a poster has thousands of tiles, and each part is as large as the sum.
        parts = (
            cell_sums(target[tap].to(self._encoder.dtype), tap, tile)
            for target, tile in zip(targets, self._tiles, strict=True)
        )
        return functools.reduce(torch.add, parts)
