"""The distance from the nearest neighbours: with real weights, on parts of real photographs."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from pinxit.encoder import weights as stored
from pinxit.encoder.border import take
from pinxit.encoder.tiles import divide
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize, sample
from pinxit.image.wrap import WRAPS, Wrap, WrapName
from pinxit.objective.hypercolumns import TAPS, hypercolumns
from pinxit.objective.neighbors import SUBJECT_RELIEF, Neighbors
from pinxit.objective.objective import LossWeights, Objective, Subjects
from pinxit.objective.regions import Region, StyleTarget
from tests.conftest import as_tensor

WHOLE = 2**31
ALONE = LossWeights(0.0, 1.0, 0.0, {}, {"relu1_1": 1e-9}, "relative", neighbors=1.0)
"""Nothing but the distance from the nearest neighbors."""
FULL = LossWeights(
    1.0,
    16.0,
    0.5,
    {"relu4_2": 0.5, "relu3_1": 0.5},
    {"relu1_1": 0.4, "relu2_1": 0.35, "relu3_1": 0.25},
    "relative",
    adain=0.9,
    moments=0.8,
    similarity=2.0,
    neighbors=0.8,
)


@pytest.fixture(scope="module")
def exact(own_cache: object) -> Encoder:
    """In single precision, rounding now and then tips a pooling to the other of two equal neighbours; in double, never."""
    return Encoder("vgg16", stored.load("vgg16"), dtype=torch.float64)


def photograph(name: str, height: int, width: int) -> Tensor:
    """A sample picture, `(1, 3, height, width)`."""
    return as_tensor(resize(sample(name), height, width))


def everywhere(style: Tensor) -> list[Region]:
    """One style everywhere."""
    return [Region([StyleTarget(style)])]


def half(height: int, width: int) -> Tensor:
    """A mask of the left half."""
    mask = torch.zeros(1, 1, height, width)
    mask[..., : width // 2] = 1
    return mask


def face(height: int, width: int) -> Subjects:
    """A face in the middle of a picture."""
    place = torch.zeros(1, 1, height, width)
    place[..., height // 4 : -height // 4, width // 4 : -width // 4] = 1
    return Subjects(4 * place, place)


def disturbed(picture: Tensor) -> Tensor:
    return (picture + 0.1 * torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)


def distance(encoder: Encoder, neighbors: Neighbors, picture: Tensor) -> float:
    """The mean over a picture in one tile."""
    return float(neighbors.distances(encoder(picture, TAPS), 0)) / neighbors.count


def neighbors_of(encoder: Encoder, content: Tensor, regions: list[Region], subjects: Tensor | None = None) -> Neighbors:
    return Neighbors(encoder, content, regions, divide(content, WHOLE, "vgg16", TAPS), WHOLE, subjects)


def test_is_zero_where_picture_style_and_content_are_one(encoder: Encoder, cat: Picture) -> None:
    picture = as_tensor(cat)
    objective = Objective(encoder, replace(FULL, smoothness=0.0), picture, everywhere(picture))
    losses, gradient = objective(picture)
    assert float(losses.total) == pytest.approx(0, abs=1e-4)
    other, steeper = objective(disturbed(picture))
    assert float(other.total) > 1
    assert float(gradient.norm()) < 1e-2 * float(steeper.norm())


def test_a_picture_that_is_the_style_image_is_at_its_targets(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """Not before it is looked at: till then the content image says what belongs where."""
    content, style = as_tensor(cat), as_tensor(coffee)
    assert content.shape == style.shape
    neighbors = neighbors_of(encoder, style, everywhere(style))
    assert distance(encoder, neighbors, style) == pytest.approx(0, abs=1e-5)
    neighbors = neighbors_of(encoder, content, everywhere(style))
    before = distance(encoder, neighbors, style)
    neighbors.search(style)
    assert distance(encoder, neighbors, style) < 0.5 * before


def test_the_distance_is_one_less_the_cosine(encoder: Encoder, cat: Picture) -> None:
    """To a style of a single column all places have the same target."""
    content = as_tensor(cat)
    flat = torch.full((1, 3, 32, 32), 0.4)
    neighbors = neighbors_of(encoder, content, everywhere(flat))
    maps, target = (encoder(picture, TAPS) for picture in (content, flat))
    ours = hypercolumns(maps, divide(content, WHOLE, "vgg16", TAPS)[0])
    theirs = hypercolumns(target, divide(flat, WHOLE, "vgg16", TAPS)[0])
    scales = [part.square().sum(1).mean().rsqrt() for part in theirs]
    column, wanted = (
        torch.cat([part * scale for part, scale in zip(parts, scales, strict=True)], 1) for parts in (ours, theirs)
    )
    expected = 1 - torch.nn.functional.cosine_similarity(column, wanted.mean(0, keepdim=True))
    assert distance(encoder, neighbors, content) == pytest.approx(float(expected.mean()), abs=0.01)


def queries_of(neighbors: Neighbors) -> Tensor:
    """What the content image asks for, in one region, of all tiles."""
    return torch.cat([query.float() for query in neighbors._content[0]])


def test_the_content_image_is_compared_by_its_own_moments(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """A photograph's features differ from every painting's as a whole: each channel gets mean 0 and deviation 1 first."""
    content, style = as_tensor(cat), as_tensor(coffee)
    neighbors = neighbors_of(encoder, content, everywhere(style))
    columns = torch.cat(neighbors._hypercolumns(content, neighbors._tiles[0]), 1).double()
    normal = (columns - columns.mean(0)) / columns.std(0, correction=0).clamp_min(1e-9)
    varied = columns.std(0) > 0.05 * columns.std(0).max()  # what hardly varies is damped, see `normalized`
    basis = neighbors._indexes[0]._basis.double()
    asked, expected = queries_of(neighbors), normal[:, varied] @ basis[varied]
    assert torch.nn.functional.cosine_similarity(asked, expected).mean() > 0.97
    assert float(asked.square().mean()) == pytest.approx(float(expected.square().mean()), rel=0.15)
    assert float(asked.mean(0).abs().max()) < 1e-3


@pytest.mark.parametrize(("side", "count"), [(144, 2), (128, 3)])
def test_tiles_ask_for_what_the_whole_asks_for(encoder: Encoder, side: int, count: int) -> None:
    content, style = photograph("cat", 32, 160), photograph("coffee", 32, 48)
    whole = neighbors_of(encoder, content, everywhere(style))
    tiles = divide(content, side, "vgg16", TAPS)
    assert len(tiles) == count
    tiled = Neighbors(encoder, content, everywhere(style), tiles, WHOLE)
    one, several = queries_of(whole), queries_of(tiled)
    assert one.shape == several.shape
    assert torch.allclose(one.mean(0), several.mean(0), atol=2e-3)
    assert float(several.square().mean()) == pytest.approx(float(one.square().mean()), rel=1e-2)


def test_queries_in_half_precision(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    content, regions = as_tensor(cat), everywhere(as_tensor(coffee))
    tiles = divide(content, WHOLE, "vgg16", TAPS)
    full, half_as_long = (Neighbors(encoder, content, regions, tiles, WHOLE, compact=flag) for flag in (False, True))
    assert half_as_long._content[0][0].dtype == torch.float16
    assert torch.allclose(queries_of(full), queries_of(half_as_long), rtol=1e-3, atol=1e-3)


def test_looking_again_lowers_the_distance(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    content = as_tensor(cat)
    picture = content.lerp(as_tensor(coffee), 0.5)
    objective = Objective(encoder, ALONE, content, everywhere(as_tensor(coffee)))
    before = float(objective(picture)[0].total)
    objective.match(picture)
    assert float(objective(picture)[0].total) < before


def test_gradient_against_finite_differences(exact: Encoder) -> None:
    """With targets as they were found: there is no gradient through the search."""
    content, style = photograph("cat", 32, 40).double(), photograph("coffee", 32, 40)
    objective = Objective(exact, ALONE, content, everywhere(style), subjects=face(32, 40))
    picture = 0.5 * content + 0.25
    objective.match(picture)
    _, gradient = objective(picture)
    noise = torch.randn(picture.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for window in ((slice(0, 32), slice(0, 40)), (slice(0, 8), slice(0, 8)), (slice(12, 20), slice(16, 24))):
        direction = torch.zeros_like(picture)
        direction[:, :, *window] = noise[:, :, *window]
        ends = [float(objective(picture + sign * 1e-4 * direction)[0].total) for sign in (1, -1)]
        # Hypercolumns are of single precision, and so small a step tips a pooling here and there.
        expected = pytest.approx((ends[0] - ends[1]) / 2e-4, rel=0.05, abs=4e-3)
        assert float((gradient * direction).sum()) == expected


_IN_DOUBLE_PRECISION = pytest.mark.slow(reason="three seconds in double precision")


@pytest.mark.parametrize(
    ("height", "width", "side", "wrap", "masked"),
    [
        (98, 40, 80, "none", False),  # the last tile is 2 px high
        pytest.param(40, 130, 112, "none", True, marks=_IN_DOUBLE_PRECISION),
        (32, 96, 80, "x", True),
        pytest.param(32, 128, 112, "half-drop", False, marks=_IN_DOUBLE_PRECISION),
    ],
)
def test_tiles_give_the_loss_and_gradient_of_the_whole(
    exact: Encoder, height: int, width: int, side: int, wrap: WrapName, masked: bool
) -> None:
    content, style = photograph("astronaut", height, width), photograph("coffee", 40, 116)
    regions, subjects = everywhere(style), None
    if masked:
        slope = torch.linspace(0, 1, width).expand(1, 1, height, width)
        styles = [StyleTarget(style, 0.4), StyleTarget(photograph("rocket", 40, 48), 0.6)]
        regions = [Region(styles, slope), Region([StyleTarget(style, mask=half(40, 116))], 1 - slope)]
        subjects = face(height, width)
    shallow = replace(FULL, content_layers={"relu3_1": 1.0})
    picture = disturbed(content)
    results = []
    for tiles in (WHOLE, side):
        objective = Objective(exact, shallow, content, regions, tiles, WRAPS[wrap], subjects=subjects)
        objective.match(picture)
        results.append(objective(picture))
    (whole, gradient), (tiled, tiled_gradient) = results
    torch.testing.assert_close(tiled.total, whole.total, rtol=1e-4, atol=0)
    assert float((tiled_gradient - gradient).norm() / gradient.norm()) < 1e-3


def test_each_region_looks_in_its_own_style(encoder: Encoder) -> None:
    """The left half has the one style's places for targets, the right half the other's."""
    content, one, other = photograph("cat", 64, 96), photograph("coffee", 64, 96), photograph("rocket", 64, 96)
    left = half(64, 96)
    mixed = neighbors_of(encoder, content, [Region([StyleTarget(one)], left), Region([StyleTarget(other)], 1 - left)])
    both = torch.cat([one[..., :48], other[..., 48:]], 3)
    swapped = torch.cat([other[..., :48], one[..., 48:]], 3)
    for neighbors in (mixed, neighbors_of(encoder, content, everywhere(one))):
        neighbors.search(both)
    ours = distance(encoder, mixed, both)
    mixed.search(swapped)
    assert ours < 0.6 * distance(encoder, mixed, swapped)
    # What lies in a region counts once.
    assert mixed.count == 64 * 96 / 16
    alone = neighbors_of(encoder, content, everywhere(one))
    twice = neighbors_of(encoder, content, [Region([StyleTarget(one)], left), Region([StyleTarget(one)], 1 - left)])
    assert distance(encoder, twice, both) == pytest.approx(distance(encoder, alone, both), rel=0.05)


def test_a_regions_styles_have_their_shares_of_the_region(encoder: Encoder) -> None:
    """Not of the picture, on whose other side one of them would be found everywhere."""
    content = photograph("coffee", 64, 96)
    content[..., 48:] = content[..., 48:] * 0.1 + 0.9
    black, white = torch.zeros(1, 3, 48, 48), torch.ones(1, 3, 48, 48)
    left = half(64, 96)
    mixed, alone = (
        neighbors_of(encoder, content, [Region(styles, left)])
        for styles in ([StyleTarget(black, 0.3), StyleTarget(white, 0.7)], [StyleTarget(white)])
    )
    # A black picture is at its target where that is of the black style, and as far as can be where it is of the white one.
    picture = torch.zeros_like(content)
    share = distance(encoder, mixed, picture) / distance(encoder, alone, picture)
    assert share == pytest.approx(0.7, abs=0.04)


@pytest.mark.parametrize("wrap", ["x", "half-drop"])
def test_where_borders_meet_a_picture_may_be_moved_round(exact: Encoder, wrap: WrapName) -> None:
    meets: Wrap = WRAPS[wrap]
    content, style = photograph("coffee", 32, 64), photograph("astronaut", 48, 48)
    down = 16 if meets.rows else 0
    window = (slice(down, down + 32), slice(16, 80))

    def judged(content: Tensor) -> tuple[float, Tensor]:
        picture = 0.8 * content + 0.1
        objective = Objective(exact, ALONE, content, everywhere(style), wrap=meets)
        objective.match(picture)
        losses, gradient = objective(picture)
        return float(losses.total), gradient

    (straight, gradient), (moved, moved_gradient) = judged(content), judged(take(content, window, meets))
    assert moved == pytest.approx(straight, rel=1e-4)
    difference = take(gradient, window, meets) - moved_gradient
    assert float(difference.norm() / gradient.norm()) < 1e-2


def test_on_a_subject_the_content_counts_more_and_the_target_less(
    encoder: Encoder, cat: Picture, coffee: Picture
) -> None:
    content, style = as_tensor(cat), everywhere(as_tensor(coffee))
    plane = torch.ones(1, 1, *content.shape[2:])
    picture = disturbed(content)
    only_content = LossWeights(1.0, 0.0, 0.0, {"relu3_1": 1.0}, {"relu1_1": 1.0}, "relative")
    plain, face = (
        Objective(encoder, only_content, content, style, subjects=subjects)(picture)
        for subjects in (None, Subjects(3 * plane, plane))
    )
    assert float(face[0].content) == pytest.approx(4 * float(plain[0].content), rel=1e-4)
    torch.testing.assert_close(face[1], 4 * plain[1], rtol=1e-3, atol=1e-3 * float(face[1].abs().max()))
    plain, face = (
        Objective(encoder, ALONE, content, style, subjects=subjects)(picture)
        for subjects in (None, Subjects(0 * plane, plane))
    )
    assert float(face[0].style) == pytest.approx((1 - SUBJECT_RELIEF) * float(plain[0].style), rel=1e-4)


def test_a_subjects_targets_are_found_by_the_content_alone(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """Whatever has been painted there; elsewhere it has a say."""
    content, style = as_tensor(cat), everywhere(as_tensor(coffee))
    plane = torch.ones(1, 1, *content.shape[2:])
    with_subject, without = neighbors_of(encoder, content, style, plane), neighbors_of(encoder, content, style)
    probe = disturbed(content)
    before = [distance(encoder, each, probe) for each in (with_subject, without)]
    for each in (with_subject, without):
        each.search(as_tensor(coffee).flip(3))
    after = [distance(encoder, each, probe) for each in (with_subject, without)]
    assert after[0] == before[0]
    assert after[1] != pytest.approx(before[1], rel=1e-3)


def test_a_region_and_a_subject_both_count(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """Halves whose distances add up to the whole's, on a subject as elsewhere."""
    content, style = as_tensor(cat), StyleTarget(as_tensor(coffee))
    plane, left = torch.ones(1, 1, *content.shape[2:]), half(*content.shape[2:])
    whole, halves = (
        neighbors_of(encoder, content, regions, plane)
        for regions in ([Region([style])], [Region([style], mask, Region([style])) for mask in (left, 1 - left)])
    )
    probe = disturbed(content)
    assert distance(encoder, halves, probe) == pytest.approx(distance(encoder, whole, probe), rel=1e-4)


def test_a_region_and_a_subject_of_one_pixel(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    content, style = as_tensor(cat), as_tensor(coffee)
    dot = torch.zeros(1, 1, *content.shape[2:])
    dot[..., 20, 20] = 1
    plain, dotted, none = (
        Objective(encoder, ALONE, content, regions, subjects=subjects)(content)
        for regions, subjects in (
            (everywhere(style), None),
            (everywhere(style), Subjects(dot, dot)),
            ([Region([StyleTarget(style)], dot)], None),
        )
    )
    assert float(dotted[0].style) == pytest.approx(float(plain[0].style), rel=1e-2)
    assert 0 < float(none[0].style) < 0.01 * float(plain[0].style)
    assert torch.isfinite(none[1]).all()


@pytest.mark.parametrize("value", [0.0, 0.5])
def test_pictures_of_one_colour_give_finite_losses(encoder: Encoder, cat: Picture, value: float) -> None:
    flat, picture = torch.full((1, 3, 48, 48), value), as_tensor(resize(cat, 48, 48))
    for content, style in ((flat, picture), (picture, flat), (flat, flat)):
        objective = Objective(encoder, FULL, content, everywhere(style))
        for seen in (content, picture, flat):
            objective.match(seen)
            losses, gradient = objective(seen)
            assert torch.isfinite(losses.total)
            assert torch.isfinite(gradient).all()


def test_the_search_takes_nothing_from_chance(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    content, style = as_tensor(cat), everywhere(as_tensor(coffee))
    results = []
    for _ in range(2):
        torch.rand(10)
        objective = Objective(encoder, FULL, content, style)
        objective.match(disturbed(content))
        results.append(objective(content))
    assert float(results[0][0].total) == float(results[1][0].total)
    assert torch.equal(results[0][1], results[1][1])


def test_without_neighbors_there_is_nothing_to_match(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    objective = Objective(encoder, replace(FULL, neighbors=0.0), as_tensor(cat), everywhere(as_tensor(coffee)))
    before = objective(as_tensor(cat))
    objective.match(as_tensor(coffee))
    after = objective(as_tensor(cat))
    assert float(before[0].total) == float(after[0].total)
    assert torch.equal(before[1], after[1])
