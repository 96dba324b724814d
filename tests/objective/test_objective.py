from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from pinxit.encoder import weights as stored
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize, sample
from pinxit.objective.objective import LossWeights, Objective
from pinxit.objective.regions import Region, StyleTarget
from pinxit.recipe.choices import LossForm
from tests.conftest import as_tensor


def weights(form: LossForm = "relative", **changes: float) -> LossWeights:
    parts = {"content": 1.0, "style": 10.0, "smoothness": 0.0} | changes
    return LossWeights(
        **parts, content_layers={"relu3_1": 1.0}, style_layers={"relu1_1": 0.5, "relu2_1": 0.5}, form=form
    )


def one(style: Tensor) -> list[Region]:
    """One style everywhere."""
    return [Region([StyleTarget(style)])]


@pytest.fixture(scope="module")
def exact(own_cache: object) -> Encoder:
    """In single precision, rounding now and then tips a pooling to the other of two equal neighbours; in double, never."""
    return Encoder("vgg16", stored.load("vgg16"), dtype=torch.float64)


@pytest.mark.parametrize("form", ["relative", "gatys"])
def test_is_zero_where_content_and_style_are_one_picture(encoder: Encoder, cat: Picture, form: LossForm) -> None:
    picture = as_tensor(cat)
    losses, _ = Objective(encoder, weights(form), picture, one(picture))(picture)
    assert float(losses.total) == 0


def test_total_is_the_weighted_sum(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    objective = Objective(
        encoder, weights(content=2.0, style=3.0, smoothness=5.0), as_tensor(cat), one(as_tensor(coffee))
    )
    losses, _ = objective(as_tensor(cat) * 0.9)
    expected = 2 * losses.content + 3 * losses.style + 5 * losses.smoothness
    torch.testing.assert_close(losses.total, expected)
    assert min(float(losses.content), float(losses.style), float(losses.smoothness)) > 0


def test_shares_mix_the_targets(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    a, b = as_tensor(cat), as_tensor(coffee)
    mixture = [Region([StyleTarget(a, 0.25), StyleTarget(b, 0.75)])]
    mixed = Objective(encoder, weights(), a, mixture).style_targets[0]["relu2_1"]
    alone = [Objective(encoder, weights(), a, one(style)).style_targets[0]["relu2_1"] for style in (a, b)]
    torch.testing.assert_close(mixed, 0.25 * alone[0] + 0.75 * alone[1])


@pytest.mark.parametrize("side", [2**31, 64], ids=["whole", "tiles"])
def test_strength_moves_the_targets_from_the_content_to_the_style(
    encoder: Encoder, cat: Picture, coffee: Picture, side: int
) -> None:
    content, style = as_tensor(cat), as_tensor(coffee)
    left = torch.zeros(1, 1, *content.shape[2:])
    left[..., : content.shape[3] // 2] = 1
    regions = [Region([StyleTarget(style)], left), Region([StyleTarget(style)], 1 - left)]

    def at(strength: float) -> Objective:
        return Objective(encoder, replace(weights(content=0.0), strength=strength), content, regions, side)

    none, part, full = at(0.0), at(0.3), at(1.0)
    assert float(none(content)[0].style) == pytest.approx(0, abs=1e-9), "the content's own statistics are met"
    assert float(full(content)[0].style) > 1e-3
    for number in (0, 1):
        own, wanted = none.style_targets[number], full.style_targets[number]
        for tap, found in part.style_targets[number].items():
            torch.testing.assert_close(found, 0.7 * own[tap] + 0.3 * wanted[tap], rtol=1e-4, atol=1e-5)


def test_relative_losses_do_not_change_with_the_pictures_size(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """The same picture twice as large weighs the same; in the paper's form its content counts several times as much."""

    def content_and_style(form: LossForm, factor: int) -> tuple[float, float]:
        a, b = (as_tensor(each).repeat_interleave(factor, 2).repeat_interleave(factor, 3) for each in (cat, coffee))
        losses, _ = Objective(encoder, weights(form), a, one(b))(a * 0.5)
        return float(losses.content), float(losses.style)

    small, large = content_and_style("relative", 1), content_and_style("relative", 2)
    assert small == pytest.approx(large, rel=0.5)
    papers_small, papers_large = content_and_style("gatys", 1), content_and_style("gatys", 2)
    assert papers_large[0] > 2 * papers_small[0]


def test_gradient_against_finite_differences(exact: Encoder, cat: Picture, coffee: Picture) -> None:
    content, style = (as_tensor(each)[:, :, :24, :24].double() for each in (cat, coffee))
    objective = Objective(exact, weights(smoothness=0.1), content, one(style))
    picture = 0.5 * content + 0.25
    _, gradient = objective(picture)
    direction = torch.randn(picture.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ends = [float(objective(picture + h * direction)[0].total) for h in (1e-6, -1e-6)]
    assert float((gradient * direction).sum()) == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4)


_IN_DOUBLE_PRECISION = pytest.mark.slow(reason="four seconds in double precision")


@pytest.mark.parametrize(
    ("height", "width", "side", "deepest", "masked"),
    [
        # At full depth a tile and its margins see more than 320 px: some in every direction that see all, and long pictures,
        # in which they do not.
        (38, 45, 32, 5, True),
        (44, 411, 384, 5, False),
        pytest.param(411, 40, 384, 5, True, marks=_IN_DOUBLE_PRECISION),
        # Less deep, they see less: the middle one of nine is cut off on all four sides.
        pytest.param(130, 150, 96, 3, True, marks=_IN_DOUBLE_PRECISION),
    ],
)
def test_tiles_give_the_gradient_of_the_whole(
    exact: Encoder, height: int, width: int, side: int, deepest: int, masked: bool
) -> None:
    """At sides that are no multiples of a stride, at every depth, with and without masks."""
    content, style = (as_tensor(resize(sample(name), height, width)) for name in ("astronaut", "coffee"))
    regions = one(style)
    if masked:
        slope = torch.linspace(0, 1, width).expand(1, 1, height, width)
        regions = [Region([StyleTarget(style)], slope), Region([StyleTarget(content.flip(3), mask=slope)], 1 - slope)]
    taps = {f"relu{block}_1": 0.2 for block in range(1, deepest + 1)}
    content_taps = {"relu4_2" if deepest > 3 else "relu3_1": 1.0}
    weights = LossWeights(1.0, 10.0, 0.5, content_taps, taps, "relative", adain=0.9, similarity=4.0)
    picture = (content + 0.1 * torch.randn(content.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    whole, gradient = Objective(exact, weights, content, regions)(picture)
    tiled, tiled_gradient = Objective(exact, weights, content, regions, side=side)(picture)
    torch.testing.assert_close(tiled.total, whole.total, rtol=1e-5, atol=0)
    assert float((tiled_gradient - gradient).norm() / gradient.norm()) < 1e-5


def test_an_empty_mask_asks_for_nothing(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    style, content = as_tensor(coffee), as_tensor(cat)
    empty = torch.zeros(1, 1, *content.shape[2:])
    with_it = Objective(encoder, weights(), content, [*one(style), Region([StyleTarget(content)], empty)])(content)
    without = Objective(encoder, weights(), content, one(style))(content)
    torch.testing.assert_close(with_it[1], without[1])


def test_adain_targets_have_the_moments_of_the_style(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    from pinxit.encoder.tiles import divide
    from pinxit.objective.adain import adapt_targets

    content, style = as_tensor(cat), as_tensor(coffee)
    tiles = divide(content, 2**31, "vgg16", ["conv3_1"])
    own = encoder(content, ["conv3_1"])
    adapted, unchanged = dict(own), dict(own)
    adapt_targets(encoder, [adapted], tiles, content, one(style), 2**31, share=1.0)
    wanted = encoder(style, ["conv3_1"])["conv3_1"]
    for moment in (torch.mean, torch.std):
        torch.testing.assert_close(
            moment(adapted["conv3_1"], dim=(2, 3)), moment(wanted, dim=(2, 3)), rtol=1e-2, atol=1e-2
        )
    # Which positions are strong, relative to the others of a channel, is the content's still.
    pairs = torch.stack([own["conv3_1"].flatten(2), adapted["conv3_1"].flatten(2)])[:, 0]
    assert all(float(torch.corrcoef(pairs[:, channel])[0, 1]) > 0.999 for channel in range(0, 256, 16))
    adapt_targets(encoder, [unchanged], tiles, content, one(style), 2**31, share=0.0)
    torch.testing.assert_close(unchanged["conv3_1"], own["conv3_1"])


def test_adain_keeps_to_its_region(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    from pinxit.encoder.tiles import divide
    from pinxit.objective.adain import adapt_targets

    content, style = as_tensor(cat), as_tensor(coffee)
    left = torch.zeros(1, 1, *content.shape[2:])
    left[..., : content.shape[3] // 2] = 1
    tiles = divide(content, 2**31, "vgg16", ["relu1_1"])
    own = encoder(content, ["relu1_1"])
    adapted = dict(own)
    adapt_targets(encoder, [adapted], tiles, content, [Region([StyleTarget(style)], left)], 2**31, share=1.0)
    changed = (adapted["relu1_1"] - own["relu1_1"]).abs().sum(1)
    assert float(changed[..., content.shape[3] // 2 :].max()) == 0
    assert float(changed[..., : content.shape[3] // 2].mean()) > 0


def test_a_style_alone_is_seen_in_tiles_too(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    alone = LossWeights(0.0, 10.0, 1.0, {}, {"relu1_1": 0.5, "relu2_1": 0.5}, "relative", adain=0.9)
    canvas, regions = as_tensor(resize(cat, 96, 160)), one(as_tensor(resize(coffee, 96, 160)))
    (whole, expected), (tiled, gradient) = (
        Objective(encoder, alone, canvas, regions, side)(canvas) for side in (2**31, 96)
    )
    assert float(tiled.total) == pytest.approx(float(whole.total), rel=1e-3)
    torch.testing.assert_close(gradient, expected, rtol=1e-2, atol=1e-3 * float(expected.abs().max()))
