"""The engine on real pictures and real weights, small enough for a test."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.optimize.paint import Progress, paint
from pinxit.picture import Picture
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.recipe import Settings


def settings(**options: object) -> Settings:
    small = {"size": 96, "coarsest": 48, "iterations": (12, 8), "tolerance": 0.0, "device": "cpu"}
    return Settings.choose({**small, **options})


def one(content: Picture, style: Picture) -> Ingredients:
    """A content image and a style image."""
    return Ingredients(content, (LoadedStyle(style),))


def run(encoder: Encoder, content: Picture, style: Picture, **options: object) -> list[Progress]:
    return list(paint(settings(**options), encoder, one(content, style)))


def test_goes_through_the_scales_and_lowers_the_loss(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    items = run(encoder, cat, coffee)
    assert [(item.scale, item.iteration) for item in items] == [(0, n + 1) for n in range(12)] + [
        (1, n + 1) for n in range(8)
    ]
    assert [items[0].size, items[-1].size] == [48, 96]
    assert items[11].total < 0.6 * items[0].total
    assert items[-1].total < items[12].total
    picture = items[-1].picture()
    assert (picture.height, picture.width) == (cat.height, cat.width)
    assert picture.pixels.min() >= 0
    assert picture.pixels.max() <= 1
    assert np.abs(picture.pixels - cat.pixels).mean() > 0.02


def test_the_style_loss_is_lower_than_the_contents_own(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    exact = {"content_statistics": "content", "content_similarity": 0}
    items = run(encoder, cat, coffee, coarsest=96, iterations=(30,), **exact)
    assert items[0].content == 0, "the first evaluation is at the content image"
    assert items[-1].style < 0.3 * items[0].style


def test_same_seed_same_picture(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    first, second = (run(encoder, cat, coffee, init="noise", seed=5)[-1].picture() for _ in range(2))
    other = run(encoder, cat, coffee, init="noise", seed=6)[-1].picture()
    assert np.array_equal(first.pixels, second.pixels)
    assert not np.array_equal(first.pixels, other.pixels)


def test_starts_from_a_given_picture(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    start = dataclasses.replace(cat, pixels=np.zeros_like(cat.pixels))
    chosen = settings(init="picture", coarsest=96, iterations=(1,))
    (only,) = paint(chosen, encoder, dataclasses.replace(one(cat, coffee), start=start))
    assert only.picture().pixels.max() == 0, "the best of one evaluation is the start"


def test_time_budget_visits_every_scale(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    items = run(encoder, cat, coffee, iterations=(100_000,), seconds=1.5)
    assert {item.scale for item in items} == {0, 1}
    assert items[-1].seconds < 3
    assert len(items) > 4


def test_stops_when_it_no_longer_improves(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    items = run(encoder, cat, coffee, coarsest=96, iterations=(1000,), tolerance=0.3)
    assert 10 < len(items) < 200


def test_recipe_with_iterations_done_does_exactly_those(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    from pinxit.picture.recipe import Input, Recipe, Style

    chosen = settings(iterations=(100_000,), seconds=1.0)
    recipe = Recipe.make(chosen, pinxit="0", content=Input(name="a"), styles=[Style(name="b")])
    items = list(paint(recipe, encoder, one(cat, coffee)))
    again = list(paint(recipe.model_copy(update={"done": items[-1].done}), encoder, one(cat, coffee)))
    assert again[-1].done == items[-1].done
    assert np.array_equal(again[-1].picture().pixels, items[-1].picture().pixels)


def test_transparency_is_carried_to_the_result(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    alpha = np.zeros(cat.pixels.shape[1:], np.float32)
    alpha[:, 20:] = 1
    items = run(encoder, dataclasses.replace(cat, alpha=alpha), coffee)
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
    items = run(encoder, cat, flat)
    assert np.isfinite(items[-1].picture().pixels).all()


def test_a_style_too_small_is_one_sentence(encoder: Encoder, cat: Picture) -> None:
    with pytest.raises(PinxitError, match="the style image"):
        run(encoder, cat, Picture(np.full((3, 8, 8), 0.5, np.float32)))
