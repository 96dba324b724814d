"""An index of style images' hypercolumns, searched for the one nearest to a query of the picture."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import divide
from pinxit.encoder.vgg import Encoder
from pinxit.objective.correspondence import on_cells
from pinxit.objective.hypercolumns import TAPS, hypercolumns, on_grid, places
from pinxit.objective.pca import SAMPLES, normalized, principal
from pinxit.objective.regions import StyleTarget
from pinxit.recipe.style_cache import digest

MOST = 20_000
"""Number of hypercolumns to keep, evenly spaced: those of 566 × 566 px. The time of a search grows with it."""
DIMENSIONS = 96
"""Number of principal components that are compared. The nearest neighbours are those of all 1,216 channels except for ties."""
_AT_ONCE = 1024  # queries compared with all hypercolumns at a time: 80 MB of cosines
GROUPS = 48
"""Number of k-means clusters of a style image's hypercolumns, so that the use of each can be balanced."""
VARIETY = 0.7
"""How far each cluster's use moves from what the content image would use, 0, to its share of the style image, 1.
Without it, plain parts of a photograph take only plain parts of a painting, and characteristic strokes are left out."""
_LLOYD = 8  # iterations of k-means
_STEPS, _RATE = 60, 0.02  # iterations and step size: they bring shares within about 2 % of what is wanted


class StyleIndex:
    """The searchable hypercolumns of a region's style images.

    Args:
        encoder: computes the features.
        styles: the styles of one region, with their shares and masks.
        side: the greatest side of the style images' tiles, px.
        meaning: the weight of the styles' meanings in the search, range [0, 1]; see `Meanings`.

    Attributes:
        weights: the weight of each tap's products, so that all taps have the same energy on average; 1 in sum.
    """

    def __init__(self, encoder: Encoder, styles: Sequence[StyleTarget], side: int, meaning: float = 0.0) -> None:
        known = _prepared(encoder, styles, side)
        mean, deviation, self._basis, projected, weights, counts, *self._columns = known[: -len(styles)]
        self._moments = mean, deviation
        self.weights = [float(weight) for weight in weights]
        self._shares = [style.share for style in styles]
        self._meaning = meaning
        meanings = [
            _meanings_at(style, number, encoder, side)
            for style, number in zip(styles, known[-len(styles) :], strict=True)
        ]
        joined = self.join(projected, torch.cat(meanings) if meaning else None)
        self._searched = joined.T.contiguous()
        groups = [_grouped(part) for part in torch.split(joined, [int(count) for count in counts])]
        before = [0, *itertools.accumulate(int(group.max()) + 1 for group in groups)]
        self._owner = torch.cat([group + start for group, start in zip(groups, before, strict=False)])
        self._counts = torch.bincount(self._owner).to(joined)
        self._style_of = torch.cat(
            [torch.full((end - start,), n) for n, (start, end) in enumerate(itertools.pairwise(before))]
        ).to(joined.device)

    def project(self, columns: Sequence[Tensor], moments: tuple[Tensor, Tensor] | None = None) -> Tensor:
        """Return hypercolumns as they are compared, `(positions, DIMENSIONS)`.

        Args:
            columns: the hypercolumns, tap by tap.
            moments: mean and deviation to normalise their channels by; the style's where left out. A photograph is normalised
                by its own, because its features differ from every painting's as a whole.
        """
        return normalized(torch.cat(list(columns), 1), *(moments or self._moments)) @ self._basis

    def join(self, columns: Tensor, meanings: Tensor | None) -> Tensor:
        """Return queries whose inner products are the weighted sum of the columns' cosines and the meanings' products.

        Args:
            columns: hypercolumns from `project`.
            meanings: the meanings at the same positions, `(positions, C)`; None where they have no weight.
        """
        columns = F.normalize(columns, dim=1)
        if meanings is None:
            return columns
        return torch.cat(((1 - self._meaning) ** 0.5 * columns, self._meaning**0.5 * meanings), 1)

    def search(self, queries: Tensor, biases: Sequence[float] | None = None) -> Tensor:
        """Return the number of the best hypercolumn for each of `join`'s queries, `(positions,)`.

        Args:
            queries: the queries.
            biases: what to add to the products of each cluster, from `biases`; nothing where left out.
        """
        if biases is None:
            return torch.cat([(part @ self._searched).argmax(1) for part in torch.split(queries, _AT_ONCE)])
        bias = queries.new_tensor(list(biases))[self._owner]
        return torch.cat([(part @ self._searched + bias).argmax(1) for part in torch.split(queries, _AT_ONCE)])

    def biases(self, sample: Tensor) -> list[float]:
        """Return what to add to the products of each cluster, so that styles get their shares and every cluster is used.

        Args:
            sample: a sample of `join`'s queries, evenly spaced over all positions.
        """
        best = torch.stack([self._best_of(sample, group) for group in range(len(self._counts))], 1)
        wanted = torch.zeros_like(best[0])
        for style, share in enumerate(self._shares):
            own = self._style_of == style
            count = self._counts * own
            unbiased = torch.bincount(best.masked_fill(~own, -2).argmax(1), minlength=len(count)) / len(best)
            wanted += share / sum(self._shares) * unbiased.lerp(count / count.sum(), VARIETY)
        bias = torch.zeros_like(wanted)
        for step in range(_STEPS):
            found = torch.bincount((best + bias).argmax(1), minlength=len(wanted)) / len(best)
            bias = bias + _RATE * (1 - step / _STEPS) * ((wanted + 1e-3) / (found + 1e-3)).log()
        return [float(value) for value in bias]

    def _best_of(self, queries: Tensor, group: int) -> Tensor:
        searched = self._searched[:, self._owner == group]
        return torch.cat([(part @ searched).amax(1) for part in torch.split(queries, _AT_ONCE)])

    def gather(self, numbers: Tensor) -> list[Tensor]:
        """Return the hypercolumns of these numbers, tap by tap."""
        return [columns[numbers] for columns in self._columns]


def _grouped(columns: Tensor) -> Tensor:
    """Cluster unit vectors `(positions, C)` by k-means into at most `GROUPS`, and return each one's cluster number."""
    sample = columns[:: max(1, len(columns) // SAMPLES)]
    centers = sample[torch.linspace(0, len(sample) - 1, min(GROUPS, len(sample)), device=sample.device).round().long()]
    for _ in range(_LLOYD):
        nearest = (sample @ centers.T).argmax(1)
        sums = torch.zeros_like(centers).index_add_(0, nearest, sample)
        centers = F.normalize(sums + 1e-6 * centers, dim=1)
    numbers: Tensor = torch.unique((columns @ centers.T).argmax(1), return_inverse=True)[1]
    return numbers


def _prepared(encoder: Encoder, styles: Sequence[StyleTarget], side: int) -> list[Tensor]:
    """Return all that depends on the styles' pictures and masks alone.

    These are mean and deviation of the channels, the basis, the columns in it, the weights of the taps, how many columns each
    style has, the columns tap by tap, and for each style their numbers in its picture.
    """
    first = styles[0]
    others = digest(*(plane for style in styles[1:] for plane in (style.picture, style.mask)))
    return first.cached(("hypercolumns", side, others), lambda: _prepare(encoder, styles, side))


def _prepare(encoder: Encoder, styles: Sequence[StyleTarget], side: int) -> list[Tensor]:
    found = [_columns_of(encoder, style, side) for style in styles]
    numbers = [number for *_, number in found]
    columns = [torch.cat(parts) for parts in zip(*(own for *own, _ in found), strict=True)]
    energies = [of_tap.square().sum(1).mean() for of_tap in columns]
    weights = torch.stack([1 / (len(TAPS) * energy.clamp_min(1e-12)) for energy in energies])
    whole = torch.cat(columns, 1)
    moments = whole.mean(0), whole.std(0, correction=0)
    normal = normalized(whole, *moments)
    basis = principal(normal, DIMENSIONS)
    counts = torch.tensor([len(number) for number in numbers])
    return [*moments, basis, normal @ basis, weights, counts, *columns, *numbers]


def _columns_of(encoder: Encoder, style: StyleTarget, side: int) -> list[Tensor]:
    """Return a style image's hypercolumns within its mask, tap by tap and thinned evenly to `MOST`, and their numbers."""
    mask = None if style.mask is None else style.mask.to(encoder.device)
    tiles = divide(style.picture, side, encoder.architecture, TAPS)
    numbers = [places(tile).to(encoder.device) for tile in tiles]
    if mask is not None:
        numbers = [number[on_grid(mask, tile) >= 0.5] for number, tile in zip(numbers, tiles, strict=True)]
    # Sorted, so that the same hypercolumns are kept however the picture is tiled.
    every = torch.cat(numbers).sort().values
    if not len(every):  # the mask covers less than a cell: use the whole style image rather than nothing
        return _columns_of(encoder, replace(style, mask=None), side)
    kept = every[torch.linspace(0, len(every) - 1, min(MOST, len(every)), device=every.device).round().long()]
    # Thinned tile by tile: all hypercolumns of a large style image fill gigabytes.
    parts = []
    for tile in tiles:
        number = places(tile).to(encoder.device)
        here = torch.isin(number, kept)
        columns = hypercolumns(encoder(cut(style.picture, tile.outer), TAPS), tile)
        parts.append([part[here] for part in [*columns, number]])
    return _in_order([torch.cat(of_tap) for of_tap in zip(*parts, strict=True)])


def _meanings_at(style: StyleTarget, numbers: Tensor, encoder: Encoder, side: int) -> Tensor:
    """Return a style image's meanings at the hypercolumns of these numbers, `(positions, C)`; C is 0 without meanings."""
    if style.meaning is None:
        return torch.zeros(len(numbers), 0, device=encoder.device)
    meaning = style.meaning.to(encoder.device)
    parts = []
    for tile in divide(style.picture, side, encoder.architecture, TAPS):
        number = places(tile).to(encoder.device)
        here = torch.isin(number, numbers)
        parts.append([on_cells(meaning, tile)[here], number[here]])
    return _in_order([torch.cat(both) for both in zip(*parts, strict=True)])[0]


def _in_order(parts: list[Tensor]) -> list[Tensor]:
    """Return rows sorted by the numbers, which come last."""
    order = parts[-1].argsort()
    return [part[order] for part in parts]
