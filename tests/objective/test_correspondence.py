"""Correspondence: vectors at the right places, regions that are found again, and a search confined to them, tile by tile."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from pinxit.encoder import weights as stored
from pinxit.encoder.dino import Dino
from pinxit.encoder.semantics import CELLS, semantic_features
from pinxit.encoder.tiles import Tile, divide
from pinxit.encoder.vgg import Encoder
from pinxit.image import resize, sample
from pinxit.objective.correspondence import (
    MOST_REGIONS,
    Correspondence,
    Meanings,
    find_regions,
    on_cells,
    soft_meanings,
)
from pinxit.objective.hypercolumns import TAPS, hypercolumns
from pinxit.objective.objective import LossWeights, Objective
from pinxit.objective.regions import Region, StyleTarget
from pinxit.objective.style_index import StyleIndex
from tests.conftest import as_tensor


def picture(name: str, height: int, width: int) -> Tensor:
    return as_tensor(resize(sample(name), height, width))


def whole(height: int, width: int) -> Tile:
    window = (slice(0, height), slice(0, width))
    return Tile(window, window, height, width)


def halves(*values: list[float]) -> Tensor:
    """A map whose left and right half have those vectors."""
    return torch.tensor(values).T[None, :, None, :]


class TestOnCells:
    def test_a_cell_has_the_vector_of_its_centre(self) -> None:
        columns = torch.arange(100.0).expand(1, 1, 50, 100) + 0.5  # the value is the place, in hundredths of the width
        found = on_cells(columns, whole(32, 64)).view(8, 16)
        torch.testing.assert_close(found[3], (torch.arange(16) * 4 + 2) / 64 * 100)

    def test_a_map_that_goes_on_beyond_the_borders_is_read_within_them(self) -> None:
        beyond = torch.arange(-25.0, 125.0).expand(1, 1, 150, 150) + 0.5
        found = on_cells(beyond, whole(32, 64), around=0.25).view(8, 16)
        torch.testing.assert_close(found[3], (torch.arange(16) * 4 + 2) / 64 * 100)

    def test_tiles_read_what_the_whole_reads(self) -> None:
        plane = torch.rand(1, 5, 13, 17, generator=torch.Generator().manual_seed(0))
        shape = torch.zeros(1, 3, 72, 200)
        tiles = divide(shape, 64, "vgg16", ["relu1_1"])
        assert len(tiles) > 4
        found = torch.zeros(5, 18, 50)
        for tile in tiles:
            rows, columns = (slice(part.start // 4, part.stop // 4) for part in tile.inner)
            found[:, rows, columns] = on_cells(plane, tile).T.view(found[:, rows, columns].shape)
        torch.testing.assert_close(found.flatten(1).T, on_cells(plane, whole(72, 200)))


class TestFeatures:
    @pytest.mark.parametrize(("height", "width"), [(96, 96), (40, 160), (32, 2000), (900, 700)])
    def test_every_shape_has_about_as_many_cells(self, encoder: Encoder, height: int, width: int) -> None:
        features = semantic_features(torch.rand(1, 3, height, width), "vgg", encoder)
        assert features.shape[1] == 1024
        assert 4 <= features.shape[2] * features.shape[3] <= 1.1 * CELLS
        assert bool(torch.isfinite(features).all())

    def test_dino_tells_parts_where_they_are(
        self, encoder: Encoder, dino: Dino, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The mirrored picture has the same meanings at mirrored places, and others elsewhere."""
        monkeypatch.setattr("pinxit.encoder.semantics._dino", lambda _: dino)
        astronaut = picture("astronaut", 96, 96)
        one, other = (semantic_features(one, "dino", encoder) for one in (astronaut, astronaut.flip(3)))
        meanings = soft_meanings(one, [other])
        there = (meanings.content * meanings.styles[0].flip(3)).sum(1).mean()
        elsewhere = (meanings.content * meanings.styles[0]).sum(1).mean()
        assert float(there) > 0.6
        assert float(elsewhere) < float(there) - 0.4


@pytest.fixture(scope="module")
def found(encoder: Encoder) -> Correspondence:
    """A picture's regions in itself and in its mirror image."""
    astronaut = semantic_features(picture("astronaut", 256, 256), "vgg", encoder)
    return find_regions(astronaut, [astronaut.flip(3), astronaut], [None, None])


class TestRegions:
    def test_a_mirrored_picture_is_divided_and_matched_likewise(self, found: Correspondence) -> None:
        mirrored, same = found.styles
        assert 3 <= len(found.assignment) <= MOST_REGIONS
        assert found.content.min() == 0
        assert found.content.max() == len(found.assignment) - 1
        hit = [
            np.isin(labels[where], found.assignment[number]).mean()
            for number in range(len(found.assignment))
            for labels, where in ((mirrored, (found.content == number)[:, ::-1]), (same, found.content == number))
        ]
        assert np.mean(hit) > 0.8

    def test_every_style_image_has_a_region_for_each(self, found: Correspondence) -> None:
        for regions in found.assignment:
            for labels in found.styles:
                assert set(regions) & set(np.unique(labels))
        assert not set(np.unique(found.styles[0])) & set(np.unique(found.styles[1]))

    def test_what_a_mask_does_not_mean_is_assigned_to_nothing(self, encoder: Encoder) -> None:
        features = semantic_features(picture("astronaut", 128, 128), "vgg", encoder)
        left = torch.zeros(1, 1, 128, 128)
        left[..., :64] = 1
        found = find_regions(features, [features], [left])
        labels, chosen = found.styles[0], {number for regions in found.assignment for number in regions}
        assert all((labels == number)[:, : labels.shape[1] // 2].any() for number in chosen)
        beyond = {number for number in np.unique(labels) if not (labels == number)[:, : labels.shape[1] // 2].any()}
        assert beyond, "the test needs a region that the mask leaves out"
        assert not beyond & chosen

    def test_a_flat_picture_is_one_region(self, encoder: Encoder) -> None:
        flat = semantic_features(torch.full((1, 3, 64, 64), 0.5), "vgg", encoder)
        found = find_regions(flat, [flat], [None])
        assert found.assignment == ((0,),)

    def test_nothing_is_left_to_chance(self, encoder: Encoder) -> None:
        features = semantic_features(picture("coffee", 128, 128), "vgg", encoder)
        one, other = (find_regions(features, [features], [None]) for _ in range(2))
        assert one.assignment == other.assignment
        assert np.array_equal(one.content, other.content)


class TestSearch:
    def test_a_place_is_painted_as_a_place_of_its_meaning(self, encoder: Encoder) -> None:
        content, style = picture("cat", 64, 64), picture("coffee", 64, 96)

        def share_of_the_right(weight: float) -> float:
            index = StyleIndex(encoder, [StyleTarget(style, meaning=halves([1.0, 0.0], [0.0, 1.0]))], 2**31, weight)
            queries = index.project(hypercolumns(encoder(content, TAPS), whole(64, 64)))
            right = torch.tensor([0.0, 1.0]).expand(len(queries), 2)
            numbers = index.search(index.join(queries, right if weight else None))
            return float((numbers % 24 >= 12).float().mean())

        assert 0.1 < share_of_the_right(0.0) < 0.9
        assert share_of_the_right(0.5) > 0.97

    def test_shares_hold_among_styles_that_mean_something(self, encoder: Encoder) -> None:
        content = picture("astronaut", 96, 96)
        styles = [picture("coffee", 96, 96), picture("cat", 96, 96)]
        here, *there = (semantic_features(one, "vgg", encoder) for one in (content, *styles))
        meanings = soft_meanings(here, there)
        mixed = [
            StyleTarget(one, share, meaning=meaning)
            for one, share, meaning in zip(styles, (0.75, 0.25), meanings.styles, strict=True)
        ]
        index = StyleIndex(encoder, mixed, 2**31, meanings.weight)
        columns = index.project(hypercolumns(encoder(content, TAPS), whole(96, 96)))
        queries = index.join(columns, on_cells(meanings.content, whole(96, 96)))
        numbers = index.search(queries, index.biases(queries))
        assert float((numbers < 24 * 24).float().mean()) == pytest.approx(0.75, abs=0.06)


def test_tiles_find_what_the_whole_finds() -> None:
    """Two regions by hand, one of them of two styles, all with meanings: losses and gradients are the whole picture's."""
    exact = Encoder("vgg16", stored.load("vgg16"), dtype=torch.float64)
    content, coffee, cat = picture("astronaut", 36, 112), picture("coffee", 64, 64), picture("cat", 64, 48)
    generator = torch.Generator().manual_seed(0)
    of_content, of_coffee, of_cat = (torch.randn(1, 8, rows, 9, generator=generator) for rows in (7, 6, 8))
    slope = torch.linspace(0, 1, 112).expand(1, 1, 36, 112)
    regions = [
        Region([StyleTarget(coffee, 0.5, meaning=of_coffee), StyleTarget(cat, 0.5, meaning=of_cat)], slope),
        Region([StyleTarget(cat, meaning=of_cat)], 1 - slope),
    ]
    weights = LossWeights(0.0, 1.0, 0.0, {}, {"relu1_1": 1.0}, "relative", neighbors=1.0)
    meanings = Meanings(of_content, (of_coffee, of_cat), 0.3)
    painted = (content + 0.1 * torch.randn(content.shape, generator=generator)).clamp(0, 1)
    gradients, totals = [], []
    for side, known in ((2**31, meanings), (96, meanings), (2**31, None)):
        objective = Objective(exact, weights, content, regions, side=side, meanings=known)
        objective.match(painted)
        losses, gradient = objective(painted)
        totals.append(float(losses.total))
        gradients.append(gradient)
    assert totals[1] == pytest.approx(totals[0], rel=1e-5)
    assert float((gradients[1] - gradients[0]).norm() / gradients[0].norm()) < 1e-4
    assert float((gradients[2] - gradients[0]).norm() / gradients[0].norm()) > 0.01, "without meanings it finds others"
