"""The whole objective: `α L_content + β L_style + γ L_tv` (Gatys et al., 2016, equation 7, and a smoothness term).

For a frame of a film `L_temporal` is added (Ruder et al., 2016, equation 8), its weight in its weight map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import Tile, divide
from pinxit.encoder.vgg import Encoder
from pinxit.objective.adain import adapt_targets
from pinxit.objective.content import content_loss, relative_content_loss, squared_error
from pinxit.objective.gram import moment_sums, relative_moments_loss, relative_style_loss, style_loss
from pinxit.objective.guided import Region, count, mixture, moments
from pinxit.objective.similarity import cell_sums, distances, similarity_loss
from pinxit.objective.smoothness import total_variation
from pinxit.objective.temporal import Earlier, temporal_loss
from pinxit.picture.wrap import NONE, Wrap

Form = Literal["relative", "gatys"]
Sums = dict[tuple[str, str], Tensor]
"""What the tiles of a picture add up to, by what it is for and the tap it comes from."""


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
        adain: how far the content image's feature maps take on the style's moments, 0 to 1; see `adapt_targets`.
        moments: the share of the style loss that is about means and deviations, 0 to 1, the rest being about Gram matrices.
        similarity: what a difference of self-similarities counts, for content, against one of feature maps.
    """

    content: float
    style: float
    smoothness: float
    content_layers: Mapping[str, float]
    style_layers: Mapping[str, float]
    form: Form
    adain: float = 0.0
    moments: float = 0.0
    similarity: float = 0.0


@dataclass(frozen=True)
class Losses:
    """The objective at one picture: scalars, each part before its weight α, β or γ."""

    total: Tensor
    content: Tensor
    style: Tensor
    smoothness: Tensor

    def detach(self) -> Losses:
        """The same numbers without their graph."""
        return Losses(self.total.detach(), self.content.detach(), self.style.detach(), self.smoothness.detach())


class Objective:
    """The objective for one content image and the styles of its regions, at one scale.

    All that it asks of a picture are sums over positions, so a picture may be seen tile by tile: a first pass adds up the
    sums, their losses are differentiated by the sums, and a second pass carries that on to the pixels (Galerne et al.,
    "Scaling Painting Style Transfer", 2022). The gradient is the whole picture's, the memory a tile's.

    Args:
        encoder: sees the pictures.
        weights: what counts how much.
        content: the content image, `(1, 3, H, W)`, range [0, 1]; the pictures to judge have its size.
        regions: what goes where; each counts by its area.
        side: the tiles' greatest side, px; a picture no larger is one tile.
        wrap: which borders of the pictures to judge meet; style images have ordinary ones.
        earlier: for a frame of a film, what its neighbours in time were painted like.

    Attributes:
        style_targets: the average moments wanted of each region, by tap; see `moment_sums`.
    """

    def __init__(
        self,
        encoder: Encoder,
        weights: Weights,
        content: Tensor,
        regions: Sequence[Region],
        side: int = 2**31,
        wrap: Wrap = NONE,
        earlier: Sequence[Earlier] = (),
    ) -> None:
        self._encoder = encoder
        self._weights = weights
        self._taps = weights.content_layers.keys() | weights.style_layers.keys()
        self._compared = tuple(weights.content_layers) if weights.similarity > 0 else ()
        self._wrap = wrap
        self._tiles = divide(content, side, encoder.architecture, self._taps, wrap)
        self._earlier = [one.to(encoder.device) for one in earlier]
        self._masks = [None if region.mask is None else region.mask.to(encoder.device) for region in regions]
        areas = [1.0 if mask is None else float(mask.mean()) for mask in self._masks]
        self._areas = [area / max(sum(areas), 1e-6) for area in areas]
        self._counts = [{tap: count(content, tap, mask) for tap in weights.style_layers} for mask in self._masks]
        # What depends on the content and style images alone is computed once, here, without a graph.
        with torch.no_grad():
            self.style_targets = [
                mixture(encoder, region.styles, weights.style_layers, side, moment_sums) for region in regions
            ]
            targets = [self._content_of(content, tile) for tile in self._tiles]
            self._similarities = {tap: distances(self._cells(targets, tap)) for tap in self._compared}
            if weights.adain > 0 and weights.content_layers:
                adapt_targets(encoder, targets, self._tiles, content, regions, side, weights.adain)
            self._content_targets = targets
        self._energies = {
            tap: sum(
                float(squared_error(target[tap], torch.zeros_like(target[tap]))) for target in self._content_targets
            )
            for tap in weights.content_layers
        }

    def __call__(self, picture: Tensor) -> tuple[Losses, Tensor]:
        """Judge a picture `(1, 3, H, W)`, range [0, 1]; values outside the range are judged too.

        Returns:
            The losses, and the gradient of the total by the picture.
        """
        leaf = picture.detach().clone().requires_grad_()
        whole = len(self._tiles) == 1
        sums = self._sums(leaf, 0) if whole else self._all_sums(leaf)
        losses = self._judge(sums, total_variation(leaf, self._wrap))
        if self._earlier:
            losses = replace(losses, total=losses.total + temporal_loss(leaf, self._earlier))
        # In one tile this goes down to the pixels; in several to the sums only, and from there on tile by tile.
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

    def _judge(self, sums: Sums, smoothness: Tensor) -> Losses:
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
        total = weights.content * content + weights.style * style + weights.smoothness * smoothness
        return Losses(total, content, style, smoothness)

    def _sums(self, part: Tensor, number: int) -> Sums:
        """What the tile of that number, whose outer part this is, adds to the picture's sums."""
        tile = self._tiles[number]
        features = self._encoder(part, self._taps, tile.border)
        sums = {
            ("content", tap): squared_error(cut(features[tap], tile.positions(tap)), target)
            for tap, target in self._content_targets[number].items()
        }
        for tap in self._compared:
            sums["cells", tap] = cell_sums(cut(features[tap], tile.positions(tap)), tap, tile)
        for region, mask in enumerate(self._masks):
            for tap in self._weights.style_layers:
                sums[f"style {region}", tap] = moments(features[tap], tap, tile, mask)
        return sums

    @torch.no_grad()
    def _all_sums(self, picture: Tensor) -> Sums:
        sums = self._sums(self._tiles[0].see(picture), 0)
        for number, tile in enumerate(self._tiles[1:], start=1):
            for key, value in self._sums(tile.see(picture), number).items():
                sums[key] += value
        return {key: value.requires_grad_() for key, value in sums.items()}

    def _content_of(self, content: Tensor, tile: Tile) -> dict[str, Tensor]:
        features = self._encoder(tile.see(content), self._weights.content_layers, tile.border)
        # Cloned, or the margin would be kept with it.
        return {tap: cut(map_, tile.positions(tap)).clone() for tap, map_ in features.items()}

    def _cells(self, targets: Sequence[Mapping[str, Tensor]], tap: str) -> Tensor:
        parts = [cell_sums(target[tap], tap, tile) for target, tile in zip(targets, self._tiles, strict=True)]
        return torch.stack(parts).sum(0)
