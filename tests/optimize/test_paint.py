"""The engine on real pictures and real weights, small enough for a test."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.image import Picture, resize
from pinxit.image.picture import Pixels
from pinxit.optimize import schedule
from pinxit.optimize.enlarge import DETAIL
from pinxit.optimize.paint import paint
from pinxit.optimize.progress import OptimizerProgress
from pinxit.optimize.start import in_style_colors, starting_canvas
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.recipe import Settings
from pinxit.recipe.style_cache import StyleCache
from tests.clock import ManualClock


def settings(**options: object) -> Settings:
    small = {"size": 96, "coarsest": 48, "iterations": (12, 8), "tolerance": 0.0, "device": "cpu"}
    return Settings.choose({**small, **options})


def one(content: Picture, style: Picture) -> JobInputs:
    """A content image and a style image."""
    return JobInputs(content, (StyleInput(style),))


def run(encoder: Encoder, content: Picture, style: Picture, **options: object) -> list[OptimizerProgress]:
    return list(paint(settings(**options), encoder, one(content, style)))


def test_goes_through_the_scales_and_lowers_the_loss(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    items = run(encoder, cat, coffee)
    assert [(item.scale, item.iteration) for item in items] == [(0, n + 1) for n in range(12)] + [
        (1, n + 1) for n in range(8)
    ]
    assert [items[0].size, items[-1].size] == [48, 96]
    assert items[11].total < 0.65 * items[0].total
    assert items[-1].total < items[12].total
    picture = items[-1].picture()
    assert (picture.height, picture.width) == (cat.height, cat.width)
    assert picture.pixels.min() >= 0
    assert picture.pixels.max() <= 1
    assert np.abs(picture.pixels - cat.pixels).mean() > 0.02


@pytest.mark.parametrize(("objective", "share"), [("gram", 0.3), ("neighbors", 0.5)])
def test_the_style_loss_is_lower_than_the_contents_own(
    encoder: Encoder, cat: Picture, coffee: Picture, objective: str, share: float
) -> None:
    """Statistics can be met as a whole; to each place's neighbor there remains a distance."""
    exact = {"objective": objective, "content_statistics": "content", "content_similarity": 0}
    chosen = settings(init="picture", coarsest=96, iterations=(30,), **exact)
    items = list(paint(chosen, encoder, dataclasses.replace(one(cat, coffee), start=cat)))
    assert items[0].content == 0, "the first evaluation is at the content image"
    assert items[-1].style < share * items[0].style


def test_gram_starts_from_the_content_image(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    (only,) = run(encoder, cat, coffee, coarsest=96, iterations=(1,), objective="gram")
    assert np.array_equal(only.picture().pixels, cat.pixels)


def test_neighbors_start_from_the_content_image_in_the_styles_colors(
    encoder: Encoder, cat: Picture, coffee: Picture
) -> None:
    (only,) = run(encoder, cat, coffee, coarsest=96, iterations=(1,))
    assert np.allclose(only.picture().pixels, in_style_colors(cat, one(cat, coffee), 1).pixels, atol=1e-6)


def test_a_style_that_does_not_count_has_no_part_in_the_start(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    (only,) = run(encoder, cat, coffee, coarsest=96, iterations=(1,), style_weight=0)
    assert np.array_equal(only.picture().pixels, cat.pixels)


def test_a_finer_scale_begins_with_half_of_the_detail_that_the_coarser_cannot_show(
    encoder: Encoder, cat: Picture, coffee: Picture
) -> None:
    coarse, fine = run(encoder, cat, coffee, iterations=(1, 1))
    missing = cat.pixels - resize(resize(cat, 32, 48), 64, 96).pixels
    change = fine.picture().pixels - resize(coarse.picture(), 64, 96).pixels
    inside = (fine.picture().pixels > 0.01) & (fine.picture().pixels < 0.99)
    share = float((change * missing)[inside].sum() / (missing**2)[inside].sum())
    assert share == pytest.approx(DETAIL, abs=0.06)


def test_same_seed_same_picture(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    first, second = (run(encoder, cat, coffee, init="noise", seed=5, iterations=(3, 2))[-1].picture() for _ in range(2))
    other = run(encoder, cat, coffee, init="noise", seed=6, iterations=(3, 2))[-1].picture()
    assert np.array_equal(first.pixels, second.pixels)
    assert not np.array_equal(first.pixels, other.pixels)


def test_noise_is_fine_and_gray(cat: Picture, coffee: Picture) -> None:
    """Coarser noise stays: the losses hardly see it."""
    canvas = starting_canvas(settings(init="noise", seed=5), cat, one(cat, coffee))
    assert float(canvas.mean()) == pytest.approx(0.5, abs=1e-4)
    assert float(canvas.std()) == pytest.approx(1 / 255, rel=0.01)


def test_starts_from_a_given_picture(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    start = dataclasses.replace(cat, pixels=np.zeros_like(cat.pixels))
    chosen = settings(init="picture", coarsest=96, iterations=(1,))
    (only,) = paint(chosen, encoder, dataclasses.replace(one(cat, coffee), start=start))
    assert only.picture().pixels.max() == 0, "the best of one evaluation is the start"


def test_time_budget_visits_every_scale(
    encoder: Encoder, cat: Picture, coffee: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "time", ManualClock(step=0.02))
    items = run(encoder, cat, coffee, iterations=(100_000,), seconds=1.5)
    assert {item.scale for item in items} == {0, 1}
    assert 1.5 <= items[-1].seconds < 1.7
    assert len(items) > 4


def test_stops_when_it_no_longer_improves(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    items = run(encoder, cat, coffee, coarsest=96, iterations=(1000,), tolerance=0.3)
    assert 10 < len(items) < 200


def test_recipe_with_iterations_done_does_exactly_those(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    from pinxit.recipe.recipe import Input, Recipe, Style

    chosen = settings(iterations=(100_000,), seconds=1.0)
    recipe = Recipe.make(chosen, pinxit="0", content=Input(name="a"), styles=[Style(name="b")])
    items = list(paint(recipe, encoder, one(cat, coffee)))
    again = list(paint(recipe.model_copy(update={"done": items[-1].done}), encoder, one(cat, coffee)))
    assert again[-1].done == items[-1].done
    assert np.array_equal(again[-1].picture().pixels, items[-1].picture().pixels)


def test_transparency_is_carried_to_the_result(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    alpha = np.zeros(cat.pixels.shape[1:], np.float32)
    alpha[:, 20:] = 1
    items = run(encoder, dataclasses.replace(cat, alpha=alpha), coffee, iterations=(1, 1))
    assert np.array_equal(items[-1].picture().alpha, alpha)  # type: ignore[arg-type]


def test_bfloat16_comes_close(cat: Picture, coffee: Picture) -> None:
    from pinxit.encoder.open import open_encoder

    half, _ = open_encoder("vgg16", device="cpu", precision="bfloat16")
    full, _ = open_encoder("vgg16", device="cpu")
    ours, exact = (run(one, cat, coffee, size=48, iterations=(30,))[-1].total for one in (half, full))
    assert ours == pytest.approx(exact, rel=0.2)


@pytest.mark.parametrize(
    ("height", "width", "size", "sentence"),
    [
        (1, 1, 512, "1×1 px, too few"),
        (15, 400, 512, "too few"),
        (20, 1000, 512, "needs 32 px"),
        (200, 200, 20, "needs 32 px"),
    ],
)
def test_too_small_is_one_sentence(
    encoder: Encoder, coffee: Picture, height: int, width: int, size: int, sentence: str
) -> None:
    tiny = Picture(np.full((3, height, width), 0.5, np.float32))
    with pytest.raises(PinxitError, match=sentence):
        run(encoder, tiny, coffee, size=size)


def test_a_style_of_one_flat_colour_gives_a_finite_picture(encoder: Encoder, cat: Picture) -> None:
    flat = Picture(np.full((3, 64, 64), 0.5, np.float32))
    items = run(encoder, cat, flat, iterations=(4, 3))
    assert np.isfinite(items[-1].picture().pixels).all()


def test_a_style_too_small_is_one_sentence(encoder: Encoder, cat: Picture) -> None:
    with pytest.raises(PinxitError, match="the style image"):
        run(encoder, cat, Picture(np.full((3, 8, 8), 0.5, np.float32)))


def test_what_earlier_frames_prepared_changes_no_pixel_and_follows_the_style(
    encoder: Encoder, cat: Picture, coffee: Picture
) -> None:
    chosen = settings(size=64, coarsest=64, iterations=(1,), match_by="vgg")
    half = np.zeros((coffee.height, coffee.width), np.float32)
    half[:, : coffee.width // 2] = 1
    mixed = JobInputs(cat, (StyleInput(coffee, share=0.7, mask=half), StyleInput(cat, share=0.3)))

    def painted(inputs: JobInputs) -> Pixels:
        *_, last = paint(chosen, encoder, inputs)
        return last.picture().pixels

    cache = StyleCache(1e9)
    painted(dataclasses.replace(one(cat, coffee), cache=cache))
    alone = painted(mixed)
    for _ in range(2):  # the second time, all is known
        assert np.array_equal(painted(dataclasses.replace(mixed, cache=cache)), alone)


def test_a_second_frame_does_not_show_the_style_to_the_encoder(
    encoder: Encoder, cat: Picture, coffee: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settings(size=64, coarsest=64, iterations=(1,), match_by="vgg")
    inputs = dataclasses.replace(one(cat, coffee), cache=StyleCache(1e9))
    seen: list[tuple[int, ...]] = []
    original = Encoder.__call__

    def watch(self: Encoder, picture: object, *rest: object) -> object:
        seen.append(tuple(picture.shape[2:]))  # type: ignore[attr-defined]
        return original(self, picture, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Encoder, "__call__", watch)
    counts = []
    for _ in range(2):
        seen.clear()
        list(paint(chosen, encoder, inputs))
        counts.append(len(seen))
    assert counts[1] <= counts[0] - 3, "its features, its averages and its meanings"
