from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder import weights as stored
from pinxit.encoder.tiles import divide
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, fit, resize, sample
from pinxit.objective import style_index as module
from pinxit.objective.correspondence import on_cells
from pinxit.objective.hypercolumns import TAPS, grid_of, hypercolumns, on_grid
from pinxit.objective.regions import StyleTarget
from pinxit.objective.style_index import DIMENSIONS, StyleIndex
from pinxit.recipe.style_cache import StyleCache
from tests.conftest import as_tensor

WHOLE = 2**31


def columns_of(encoder: Encoder, picture: Tensor) -> list[Tensor]:
    """All hypercolumns of a picture, tap by tap."""
    (tile,) = divide(picture, WHOLE, encoder.architecture, TAPS)
    return hypercolumns(encoder(picture, TAPS), tile)


def queries_of(index: StyleIndex, columns: list[Tensor]) -> Tensor:
    """What is searched for, where meanings do not count."""
    return index.join(index.project(columns), None)


def half(picture: Tensor) -> Tensor:
    """A mask of the left half, to a multiple of 8 px."""
    mask = torch.zeros(1, 1, *picture.shape[2:])
    mask[..., : picture.shape[3] // 2 // 8 * 8] = 1
    return mask


def test_the_style_image_finds_its_own_places(encoder: Encoder, coffee: Picture) -> None:
    style = as_tensor(coffee)
    index = StyleIndex(encoder, [StyleTarget(style)], WHOLE)
    columns = columns_of(encoder, style)
    found = index.search(index.project(columns))
    assert torch.equal(found, torch.arange(len(columns[0])))
    for got, own in zip(index.gather(found), columns, strict=True):
        assert torch.equal(got, own)


def test_what_is_found_is_nearest_in_all_channels(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """Against an exhaustive search without principal components."""
    queries, pool = (torch.cat(columns_of(encoder, as_tensor(each)), 1) for each in (cat, coffee))
    index = StyleIndex(encoder, [StyleTarget(as_tensor(coffee))], WHOLE)
    moments = queries.mean(0), queries.std(0, correction=0)
    found = index.search(index.project([queries], moments))
    ours, theirs = (F.normalize((each - each.mean(0)) / (each.std(0) + 1e-2), dim=1) for each in (queries, pool))
    cosines = ours @ theirs.T
    best, got = cosines.amax(1), cosines.gather(1, found[:, None])[:, 0]
    assert float((best - got).mean()) < 0.05 * float((best - cosines.mean(1)).mean())


def test_taps_count_alike(encoder: Encoder, coffee: Picture) -> None:
    index = StyleIndex(encoder, [StyleTarget(as_tensor(coffee))], WHOLE)
    energies = [float(part.square().sum(1).mean()) for part in columns_of(encoder, as_tensor(coffee))]
    assert [weight * energy for weight, energy in zip(index.weights, energies, strict=True)] == pytest.approx([0.2] * 5)


def test_nothing_outside_a_styles_mask_is_found(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    style = as_tensor(coffee)
    index = StyleIndex(encoder, [StyleTarget(style, mask=half(style))], WHOLE)
    whole = columns_of(encoder, style)
    across = style.shape[3] // 8 * 2
    inside = torch.arange(len(whole[0])) % across < style.shape[3] // 2 // 8 * 2
    allowed = {tuple(column[:4].tolist()) for column in whole[2][inside]}
    found = index.gather(index.search(index.project(columns_of(encoder, as_tensor(cat)))))[2]
    assert len(found) == len(columns_of(encoder, as_tensor(cat))[0])
    assert {tuple(column[:4].tolist()) for column in found} <= allowed
    assert len(allowed) < len({tuple(column[:4].tolist()) for column in whole[2]})


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.1, 0.9), (0.2,) * 5])
def test_styles_are_found_at_their_shares(encoder: Encoder, shares: tuple[float, ...]) -> None:
    content = columns_of(encoder, as_tensor(fit(sample("astronaut"), 160)))
    styles = [
        StyleTarget(as_tensor(fit(sample(name), 96)), share)
        for name, share in zip(("coffee", "rocket", "cat", "hubble", "coins"), shares, strict=False)
    ]
    index = StyleIndex(encoder, styles, WHOLE)
    queries = queries_of(index, content)
    found = index.search(queries, index.biases(queries))
    counts = [len(columns_of(encoder, style.picture)[0]) for style in styles]
    owner = torch.repeat_interleave(torch.arange(len(styles)), torch.tensor(counts))
    got = torch.bincount(owner[found], minlength=len(styles)) / len(found)
    assert got.tolist() == pytest.approx(shares, abs=0.02)
    alone = torch.bincount(owner[index.search(queries)], minlength=len(styles)) / len(found)
    assert alone.tolist() != pytest.approx(shares, abs=0.1), "they would not come about by themselves"


def test_more_of_a_style_is_used_than_is_nearest(encoder: Encoder) -> None:
    """Of a photograph with much that is plain, most would take the same few plain places."""
    content, style = (fit(sample(name), 128) for name in ("rocket", "coffee"))
    index = StyleIndex(encoder, [StyleTarget(as_tensor(style))], WHOLE)
    queries = queries_of(index, columns_of(encoder, as_tensor(content)))
    nearest, varied = (index.search(queries, biases) for biases in (None, index.biases(queries)))
    assert len(set(varied.tolist())) > 1.2 * len(set(nearest.tolist()))


def test_the_style_image_itself_is_as_varied_as_it_is(encoder: Encoder, coffee: Picture) -> None:
    index = StyleIndex(encoder, [StyleTarget(as_tensor(coffee))], WHOLE)
    assert max(map(abs, index.biases(queries_of(index, columns_of(encoder, as_tensor(coffee)))))) < 1e-3


def test_the_search_is_deterministic(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    columns = columns_of(encoder, as_tensor(cat))
    first, second = (StyleIndex(encoder, [StyleTarget(as_tensor(coffee))], WHOLE) for _ in range(2))
    torch.rand(100)  # whatever else has drawn from chance
    queries = first.project(columns), second.project(columns)
    assert torch.equal(*queries)
    assert torch.equal(first.search(queries[0]), second.search(queries[1]))


@pytest.mark.parametrize("side", [32, 33])
def test_a_tiny_style(encoder: Encoder, cat: Picture, side: int) -> None:
    """Of 64 columns there are fewer than principal components."""
    index = StyleIndex(encoder, [StyleTarget(as_tensor(resize(cat, side, side)))], WHOLE)
    queries = index.project(columns_of(encoder, as_tensor(cat)))
    assert queries.shape[1] == DIMENSIONS
    assert torch.isfinite(queries).all()
    found = index.search(queries)
    assert int(found.max()) < 64
    assert len(set(found.tolist())) > 16, "not one place for all"


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_style_of_one_colour(encoder: Encoder, cat: Picture, value: float) -> None:
    flat = torch.full((1, 3, 64, 64), value)
    index = StyleIndex(encoder, [StyleTarget(flat)], WHOLE)
    queries = index.project(columns_of(encoder, as_tensor(cat)))
    assert torch.isfinite(queries).all()
    assert all(torch.isfinite(part).all() for part in index.gather(index.search(queries)))


def test_a_mask_of_one_pixel_means_the_whole_style(encoder: Encoder, coffee: Picture) -> None:
    style = as_tensor(coffee)
    dot = torch.zeros(1, 1, *style.shape[2:])
    dot[..., 20, 20] = 1
    masked, plain = (StyleIndex(encoder, [StyleTarget(style, mask=mask)], WHOLE) for mask in (dot, None))
    queries = plain.project(columns_of(encoder, style))
    assert torch.equal(masked.search(queries), plain.search(queries))


def test_of_a_large_style_the_same_columns_are_kept_however_it_is_tiled(
    cat: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are more than are searched: they are thinned evenly over the picture, wherever its tiles are."""
    monkeypatch.setattr(module, "MOST", 300)
    exact = Encoder("vgg16", stored.load("vgg16"), dtype=torch.float64)
    style = as_tensor(resize(sample("coffee"), 64, 136))
    whole, tiled = (StyleIndex(exact, [StyleTarget(style)], side) for side in (WHOLE, 112))
    everything = columns_of(exact, style)
    evenly = torch.linspace(0, len(everything[0]) - 1, 300).round().long()
    for one, other, part in zip(*(each.gather(torch.arange(300)) for each in (whole, tiled)), everything, strict=True):
        torch.testing.assert_close(one, part[evenly])
        torch.testing.assert_close(other, one)
    queries = whole.project(columns_of(exact, as_tensor(cat)))
    found = whole.search(queries), tiled.search(tiled.project(columns_of(exact, as_tensor(cat))))
    assert float((found[0] == found[1]).float().mean()) > 0.99


@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
def test_products_of_queries_are_the_weighted_sum_of_both(
    encoder: Encoder, coffee: Picture, weight: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = StyleIndex(encoder, [StyleTarget(as_tensor(coffee))], WHOLE)
    monkeypatch.setattr(index, "_meaning", weight)
    random = torch.Generator().manual_seed(0)
    columns = torch.randn(12, DIMENSIONS, generator=random)
    meanings = F.normalize(torch.randn(12, 6, generator=random), dim=1)
    joined = index.join(columns, meanings)
    cosines = F.cosine_similarity(columns[:, None], columns[None], dim=2)
    assert torch.allclose(joined @ joined.T, (1 - weight) * cosines + weight * meanings @ meanings.T, atol=1e-5)


def test_a_cache_tells_mixtures_with_the_same_first_style_apart(encoder: Encoder) -> None:
    cache = StyleCache(1e9)
    pictures = [as_tensor(resize(sample(name), 40, 40)) for name in ("coffee", "cat", "rocket")]
    styles = [StyleTarget(picture, cache=cache) for picture in pictures]
    first, second = (StyleIndex(encoder, [styles[0], other], WHOLE) for other in styles[1:])
    alone = StyleIndex(encoder, [StyleTarget(pictures[0]), StyleTarget(pictures[2])], WHOLE)
    assert first.weights != second.weights
    assert second.weights == alone.weights


@pytest.mark.parametrize("side", [WHOLE, 112])
def test_meanings_lie_where_the_columns_lie(encoder: Encoder, side: int) -> None:
    """However the style image is tiled, and within its mask alone: each place is found by its own meaning."""
    style = as_tensor(resize(sample("coffee"), 64, 136))
    (tile,) = divide(style, WHOLE, encoder.architecture, TAPS)
    rows, across = grid_of(tile)
    random = torch.Generator().manual_seed(0)
    meaning = F.normalize(torch.randn(1, 16, rows, across, generator=random), dim=1)
    mask = half(style)
    index = StyleIndex(encoder, [StyleTarget(style, mask=mask, meaning=meaning)], side, meaning=1.0)
    inside = on_grid(mask, tile) >= 0.5
    meanings = on_cells(meaning, tile)[inside]
    nothing = torch.zeros(len(meanings), DIMENSIONS)
    assert torch.equal(index.search(index.join(nothing, meanings)), torch.arange(len(meanings)))
