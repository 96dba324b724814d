"""Nearest-neighbour style: every place of the picture is painted like the place of the style image that suits it best.

Kolkin, Kucera, Paris, Sýkora, Shechtman and Shakhnarovich, "Neural Neighbor Style Transfer" (2022). Statistics of the whole
picture, such as Gram matrices, say which features there should be but not where. Here each hypercolumn has a target, the
nearest of the style image's hypercolumns. Targets are found without a gradient and stay fixed until the next search. Each
depends only on its own position and on the style images, so a picture may be processed tile by tile.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pinxit.encoder.tiles import Tile
from pinxit.encoder.vgg import Encoder
from pinxit.objective.correspondence import Meanings, on_cells
from pinxit.objective.cosine import cosine_distance
from pinxit.objective.hypercolumns import TAPS, hypercolumns, on_grid
from pinxit.objective.pca import SAMPLES
from pinxit.objective.regions import Region
from pinxit.objective.style_index import StyleIndex

CONTENT_SHARE = 0.5
"""Share of the content image in a query; the rest is the picture so far. The content image alone would ignore what has been
painted; the picture alone would drift away from the content."""
GREATEST = 60_000.0
"""Largest query that float16 can hold. A query is hundreds of times smaller unless a channel is almost always 0."""
SUBJECT_RELIEF = 0.3
"""Share by which the distance from the target counts less on a subject."""


class Neighbors:
    """The targets of all positions of a picture, and their distances.

    Args:
        encoder: computes the features.
        content: the content image, `(1, 3, H, W)`.
        regions: the regions and their styles.
        tiles: the tiles of the picture.
        side: the greatest side of the style images' tiles, px.
        subjects: where the content image alone decides about targets, and where these count less, `(1, 1, H, W)`, range [0, 1].
        meanings: what stands where in the content image; those of the style images are in the regions' styles.
        compact: whether to keep the content image's part of the queries in half precision.
        seen: feature maps of the content image for at least `TAPS`, where one tile holds all of it and they are known.
    """

    def __init__(
        self,
        encoder: Encoder,
        content: Tensor,
        regions: Sequence[Region],
        tiles: Sequence[Tile],
        side: int,
        subjects: Tensor | None = None,
        meanings: Meanings | None = None,
        compact: bool = False,
        seen: Mapping[str, Tensor] | None = None,
    ) -> None:
        self._compact = compact
        self._encoder, self._tiles = encoder, tiles
        self._meanings = meanings
        weight = 0.0 if meanings is None else meanings.weight
        self._indexes = [StyleIndex(encoder, region.styles, side, weight) for region in regions]
        self._guides = [self._guide(region) for region in regions]
        self._subjects = [
            None if subjects is None else on_grid(subjects.to(encoder.device), tile)[:, None] for tile in tiles
        ]
        self._content = self._content_queries(content, seen)
        self._biases = [
            index.biases(self._sample(number, guides if region.part_of is None else self._guide(region.part_of)))
            for number, (region, guides, index) in enumerate(zip(regions, self._guides, self._indexes, strict=True))
        ]
        self._targets: list[list[Tensor]] = []
        self.count = sum(len(queries) for queries in self._content[0])

    @torch.no_grad()
    def search(self, picture: Tensor | None) -> None:
        """Find all targets again.

        Args:
            picture: the picture so far, `(1, 3, H, W)`; without one the content image alone decides.
        """
        self._targets = [[] for _ in self._indexes]
        for number, tile in enumerate(self._tiles):
            columns = None if picture is None else self._hypercolumns(picture, tile)
            for region, index in enumerate(self._indexes):
                query = self._content[region][number].float()
                if columns is not None:
                    current = index.project(columns)
                    share = query.new_tensor(CONTENT_SHARE)
                    subject = self._subjects[number]
                    query = current.lerp(query, share if subject is None else torch.maximum(subject, share))
                joined = index.join(query, self._meaning(number))
                self._targets[region].append(index.search(joined, self._biases[region]).int())

    def distances(self, features: Mapping[str, Tensor], number: int) -> Tensor:
        """Return the sum of `1 − cos` between hypercolumn and target over a tile's positions.

        The sums of all tiles add up to the whole picture's.

        Args:
            features: feature maps of the tile's outer part.
            number: the tile's number.
        """
        if not self._targets:  # without a picture so far, the content image decides
            self.search(None)
        columns = hypercolumns(features, self._tiles[number])
        total = columns[0].new_zeros(())
        for region, index in enumerate(self._indexes):
            guide, subject = self._guides[region][number], self._subjects[number]
            positions = None if subject is None else 1 - SUBJECT_RELIEF * subject[:, 0]
            if guide is not None:
                positions = guide if positions is None else positions * guide
            targets = index.gather(self._targets[region][number])
            total = total + cosine_distance(columns, targets, index.weights, positions)
        return total

    def _content_queries(self, content: Tensor, seen: Mapping[str, Tensor] | None) -> list[list[Tensor]]:
        """Return the content image's part of the queries, by region and tile, with its features' moments made the style's."""
        several = len(self._tiles) > 1
        kept = []
        if not several:
            (tile,) = self._tiles
            kept = [self._hypercolumns(content, tile) if seen is None else hypercolumns(seen, tile)]
        sums = torch.zeros(())
        count = 0
        for tile in self._tiles:
            whole = torch.cat(self._hypercolumns(content, tile) if several else kept[0], 1).double()
            sums = sums.to(whole.device) + torch.stack([whole.sum(0), whole.square().sum(0)])
            count += len(whole)
        mean, square = sums / count
        moments = mean.float(), (square - mean.square()).clamp_min(0).sqrt().float()
        queries: list[list[Tensor]] = [[] for _ in self._indexes]
        for number, tile in enumerate(self._tiles):
            columns = self._hypercolumns(content, tile) if several else kept[number]
            for of_region, index in zip(queries, self._indexes, strict=True):
                query = index.project(columns, moments)
                of_region.append(query.clamp_(-GREATEST, GREATEST).half() if self._compact else query)
        return queries

    def _guide(self, region: Region) -> list[Tensor | None]:
        """Return how much each position of each tile belongs to a region; None for tiles that are all of it."""
        mask = None if region.mask is None else region.mask.to(self._encoder.device)
        return [None if mask is None else on_grid(mask, tile) for tile in self._tiles]

    def _sample(self, region: int, guides: Sequence[Tensor | None]) -> Tensor:
        """Return about `SAMPLES` of a region's joined queries, evenly spaced over guides; over all positions if these are 0."""
        queries = self._content[region]
        inside = torch.cat(
            [
                query.new_ones(len(query), dtype=torch.bool) if guide is None else guide >= 0.5
                for query, guide in zip(queries, guides, strict=True)
            ]
        )
        places = (inside if inside.any() else inside.logical_not()).nonzero()[:, 0]
        chosen = torch.zeros_like(inside)
        chosen[places[:: max(1, len(places) // SAMPLES)]] = True
        parts = []
        for number, here in enumerate(torch.split(chosen, [len(query) for query in queries])):
            meaning = self._meaning(number)
            query = queries[number][here].float()
            parts.append(self._indexes[region].join(query, None if meaning is None else meaning[here]))
        return torch.cat(parts)

    def _meaning(self, number: int) -> Tensor | None:
        """Return the meanings at a tile's positions, `(positions, C)`.

        They are sampled each time, because kept they would take more memory than the queries.
        """
        known = self._meanings
        if known is None:
            return None
        return on_cells(known.content.to(self._encoder.device), self._tiles[number], known.around)

    def _hypercolumns(self, picture: Tensor, tile: Tile) -> list[Tensor]:
        return hypercolumns(self._encoder(tile.see(picture), TAPS, tile.border), tile)
