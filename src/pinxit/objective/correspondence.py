"""Find which part of a style image corresponds to which part of the content image, without labels.

Every place of a picture gets a vector, its meaning. The search for nearest neighbours favours places of the style image whose
meaning has a large product with that of the place in the content image. Meanings change which neighbour is found, not the loss.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pinxit.encoder.tiles import Tile
from pinxit.objective.hypercolumns import STEP, grid_of
from pinxit.objective.pca import normalized, principal

Labels = NDArray[np.int64]
Assignment = tuple[tuple[int, ...], ...]

DIMENSIONS = 32
"""Number of principal components of the deep features that are compared."""
SOFT, REGIONS = 0.3, 0.5
"""Weight of the meanings in the search, from features and from regions; the rest is the hypercolumns' weight."""

MOST_REGIONS = 10
_FLAT = 0.1  # length: if no vector is longer, the picture is flat
_MERGED = 0.6  # cosine: clusters with means at least this similar become one region
_LEAST = 0.02  # share of the picture: a smaller cluster joins the most similar one
_PLACE = 0.125  # weight of place and size, relative to 1 for the features
_LEAST_MASKED, _PENALTY = 0.25, 10.0  # share: a region of which the mask covers less is penalised, so never chosen
_TIE = 0.1  # similarity: a region worse than the best by no more than this is used as well


@dataclass(frozen=True)
class Meanings:
    """Vectors that represent what stands where in the content image and the style images.

    Attributes:
        content: `(1, C, h, w)`, of any resolution.
        styles: likewise, one for each style image.
        weight: their weight in the search, range [0, 1].
        around: how far the content's map extends beyond each border, in heights and widths of the picture.
    """

    content: Tensor
    styles: tuple[Tensor, ...]
    weight: float
    around: float = 0.0


@dataclass(frozen=True)
class Correspondence:
    """The regions of a content image and its style images, and which regions are painted as which.

    Attributes:
        content: the number of each cell's region, `(h, w)`, from 0.
        styles: likewise for each style image; numbers continue from one style image to the next.
        assignment: for each region of the content image, the regions of the style images that it is painted as.
    """

    content: Labels
    styles: tuple[Labels, ...]
    assignment: Assignment

    def meanings(self, around: float = 0.0) -> Meanings:
        """Return meanings that confine the search to the regions, blending linearly between cells."""
        count = 1 + max(int(labels.max()) for labels in self.styles)
        wanted = torch.zeros(len(self.assignment), count)
        for number, regions in enumerate(self.assignment):
            wanted[number, list(regions)] = 1
        members = torch.eye(count)
        return Meanings(
            _plane(wanted[torch.from_numpy(self.content)]),
            tuple(_plane(members[torch.from_numpy(labels)]) for labels in self.styles),
            REGIONS,
            around,
        )


def soft_meanings(content: Tensor, styles: Sequence[Tensor], around: float = 0.0) -> Meanings:
    """Return meanings from deep features, compared by the cosine of their principal components.

    Args:
        content: deep features, `(1, C, h, w)`.
        styles: likewise, one for each style image.
        around: see `Meanings`.
    """
    content, *styles = _compared(content, styles)
    return Meanings(content, tuple(styles), SOFT, around)


def find_regions(
    content: Tensor, styles: Sequence[Tensor], masks: Sequence[Tensor | None], content_labels: Labels | None = None
) -> Correspondence:
    """Divide pictures into regions of similar features, and find each content region's best match in every style image.

    The clusters are Ward's, at most `MOST_REGIONS`, improved by k-means; those with similar means are merged. Regions are
    compared by the cosine of their mean features, and a little by place and size.

    Args:
        content: deep features, `(1, C, h, w)`.
        styles: likewise, one for each style image.
        masks: the pixels of each style image to use, `(1, 1, H, W)`, range [0, 1]; None is all.
        content_labels: the content image's regions, `(H, W)` of any resolution, where they are known; numbers may be missing.
    """
    ours, *theirs = _compared(content, styles)
    if content_labels is None:
        content_labels = _regions(ours)
        here = _summary(ours, content_labels)
    else:
        here = _summary(ours, _coarse(content_labels, *ours.shape[2:]), 1 + int(content_labels.max()))
    found: list[Labels] = []
    chosen: list[list[int]] = [[] for _ in range(len(here[0]))]
    first = 0
    for style, mask in zip(theirs, masks, strict=True):
        labels = _regions(style)
        scores = _alike(here, _summary(style, labels))
        if mask is not None:
            scores = scores - _PENALTY * (_masked(mask, labels) < _LEAST_MASKED)
        for regions, row in zip(chosen, scores, strict=True):
            regions += [first + int(number) for number in np.flatnonzero(row >= row.max() - _TIE)]
        found.append(labels + first)
        first += scores.shape[1]
    return Correspondence(content_labels, tuple(found), tuple(map(tuple, chosen)))


def on_cells(plane: Tensor, tile: Tile, around: float = 0.0) -> Tensor:
    """Return a map of vectors sampled at the centres of a tile's grid cells, `(positions, C)`.

    Args:
        plane: the map of the whole picture, `(1, C, h, w)`, of any resolution.
        tile: the tile, whose inner part is sampled.
        around: how far the map extends beyond each border, in heights and widths.
    """
    rows, columns = (
        # In grid_sample's coordinates the map's borders are at -1 and 1.
        ((part.start + (torch.arange(count, device=plane.device) + 0.5) * STEP) / whole * 2 - 1) / (1 + 2 * around)
        for part, whole, count in zip(tile.inner, (tile.height, tile.width), grid_of(tile), strict=True)
    )
    grid = torch.stack(torch.meshgrid(columns, rows, indexing="xy"), -1)[None]
    return F.grid_sample(plane, grid, padding_mode="border", align_corners=False)[0].flatten(1).T


def _compared(content: Tensor, styles: Sequence[Tensor]) -> list[Tensor]:
    """Return unit vectors of at most `DIMENSIONS` components, each picture's features normalised by their own moments.

    A photograph's features differ from a painting's as a whole. Normalised, they show how places differ from the rest of their
    picture.
    """
    maps = [content, *styles]
    rows = [map_[0].flatten(1).T for map_ in maps]
    rows = [normalized(one, one.mean(0), one.std(0, correction=0)) for one in rows]
    basis = principal(torch.cat(rows), DIMENSIONS)
    return [
        # Differences by rounding alone stay short.
        F.normalize(one @ basis, dim=1, eps=1.0).T.reshape(1, -1, *map_.shape[2:])
        for one, map_ in zip(rows, maps, strict=True)
    ]


def _regions(features: Tensor) -> Labels:
    """Return labels `(h, w)`, from 0, of unit vectors `(1, C, h, w)`."""
    vectors = features[0].flatten(1).T.double().cpu().numpy()
    if np.linalg.norm(vectors, axis=1).max() < _FLAT:
        return np.zeros(features.shape[2:], np.int64)
    # Imported here: it takes half a second, and only regions need it.
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.cluster.vq import kmeans2

    labels = fcluster(linkage(vectors, "ward"), MOST_REGIONS, "maxclust") - 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "a cluster is empty"
        _, labels = kmeans2(vectors, _means(vectors, labels), minit="matrix", iter=20)
    labels = np.unique(labels, return_inverse=True)[1]
    while labels.max():
        means = _means(vectors, labels)
        sizes = np.bincount(labels) / len(labels)
        units = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        cosines = units @ units.T - 2 * np.eye(len(units))
        smallest = int(sizes.argmin())
        one, other = np.unravel_index(int(cosines.argmax()), cosines.shape)
        if sizes[smallest] < _LEAST:
            one, other = np.intp(smallest), cosines[smallest].argmax()
        elif cosines[one, other] < _MERGED:
            break
        labels = np.unique(np.where(labels == one, other, labels), return_inverse=True)[1]
    return labels.reshape(features.shape[2:]).astype(np.int64)


def _coarse(labels: Labels, height: int, width: int) -> Labels:
    """Return the most frequent label in each cell, `(height, width)`."""
    members = F.one_hot(torch.from_numpy(labels)).permute(2, 0, 1)[None].float()
    found: Labels = F.adaptive_avg_pool2d(members, (height, width))[0].argmax(0).numpy()
    return found


def _means(vectors: NDArray[np.float64], labels: Labels, count: int | None = None) -> NDArray[np.float64]:
    """Return the mean vector of each of `count` labels, all of those that occur by default; 0 for one that does not occur."""
    count = int(labels.max()) + 1 if count is None else count
    members = [vectors[labels == number] for number in range(count)]
    return np.stack([one.mean(0) if len(one) else np.zeros(vectors.shape[1]) for one in members])


def _summary(
    features: Tensor, labels: Labels, count: int | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean vector of each region, at unit length, and its centre and size as shares of the picture."""
    flat = labels.flatten()
    count = int(flat.max()) + 1 if count is None else count
    means = _means(features[0].flatten(1).T.double().cpu().numpy(), flat, count)
    height, width = labels.shape
    rows, columns = np.mgrid[:height, :width]
    places = np.stack([(rows.flatten() + 0.5) / height, (columns.flatten() + 0.5) / width], 1)
    sizes = np.sqrt(np.bincount(flat, minlength=count) / len(flat))[:, None]
    units = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
    return units, np.concatenate([_means(places, flat, count), sizes], 1)


def _masked(mask: Tensor, labels: Labels) -> NDArray[np.float64]:
    """Return the mean of a mask over each region."""
    cells = F.adaptive_avg_pool2d(mask, labels.shape).flatten().double().cpu().numpy()
    flat = labels.flatten()
    return np.bincount(flat, cells) / np.bincount(flat)


def _alike(
    ours: tuple[NDArray[np.float64], NDArray[np.float64]], theirs: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the similarity of each of our regions to each of theirs, `(ours, theirs)`."""
    apart = np.linalg.norm(ours[1][:, None] - theirs[1][None], axis=2)
    similarity: NDArray[np.float64] = ours[0] @ theirs[0].T + _PLACE * (1 - apart)
    return similarity


def _plane(cells: Tensor) -> Tensor:
    """Return `(1, C, h, w)` from `(h, w, C)`."""
    return cells.permute(2, 0, 1)[None].contiguous()
