"""Regions, colours, starts and kept areas: on real pictures with the real encoder."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from pinxit.encoder import weights
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, fit
from pinxit.image.picture import Pixels
from pinxit.optimize import memory
from pinxit.optimize.paint import paint
from pinxit.optimize.regions import regions
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.masks import only
from pinxit.recipe.recipe import Settings
from pinxit.styles import draw


def last(encoder: Encoder, ingredients: JobInputs, **options: object) -> Picture:
    small = {"size": 96, "coarsest": 48, "iterations": (4, 3), "tolerance": 0.0, "device": "cpu"}
    *_, progress = paint(Settings.choose({**small, **options}), encoder, ingredients)
    return progress.picture()


def left_half(picture: Picture) -> Pixels:
    mask = np.zeros((picture.height, picture.width), np.float32)
    mask[:, : picture.width // 2] = 1
    return mask


def test_what_is_kept_stays_bit_for_bit(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    mask = left_half(cat)
    mask[:, 40:48] = 0.5
    for options in ({}, {"init": "noise"}, {"solver": "adam"}):
        result = last(encoder, JobInputs(cat, (StyleInput(coffee),), keep=mask), **options)
        assert np.array_equal(result.pixels[:, :, :40], cat.pixels[:, :, :40])
        assert np.abs(result.pixels[:, :, 48:] - cat.pixels[:, :, 48:]).mean() > 0.02


def test_each_region_takes_its_own_style(encoder: Encoder, cat: Picture) -> None:
    red, blue = (dataclasses.replace(fit(draw("swirl", 512), 96), notes=(name,)) for name in ("red", "blue"))
    red = red.with_pixels(np.ascontiguousarray(red.pixels * np.array([1, 0.1, 0.1], np.float32)[:, None, None]))
    blue = blue.with_pixels(np.ascontiguousarray(blue.pixels * np.array([0.1, 0.1, 1], np.float32)[:, None, None]))
    left = left_half(cat)
    ingredients = JobInputs(cat, (StyleInput(red, region=left), StyleInput(blue)))
    pixels = last(encoder, ingredients, iterations=(20, 6), style_weight=100.0).pixels
    redness = pixels[0] - pixels[2]
    assert redness[:, :36].mean() > 0.1
    assert redness[:, 60:].mean() < -0.02


def test_regions_share_where_they_overlap_and_the_rest_goes_to_styles_without_one(cat: Picture) -> None:
    styles = (StyleInput(cat, region=left_half(cat)), StyleInput(cat, region=np.ones_like(left_half(cat))))
    first, second = (region.mask for region in regions(JobInputs(cat, styles), cat.height, cat.width, 96))
    assert first is not None
    assert second is not None
    assert float((first + second).min()) == float((first + second).max()) == 1
    assert float(first[..., 0, 0]) == 0.5
    rest = regions(JobInputs(cat, (styles[0], StyleInput(cat))), cat.height, cat.width, 96)[1].mask
    assert rest is not None
    assert float(rest[..., 0, 0]) == 0
    assert float(rest[..., 0, -1]) == 1


def test_nothing_outside_a_styles_mask_is_seen(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """Whatever stands beside the mask, the result is the same."""
    mask = left_half(coffee)
    noise = np.random.default_rng(0).random(coffee.pixels.shape, dtype=np.float32)
    other = coffee.with_pixels(np.where(mask > 0, coffee.pixels, noise))
    first, second = (
        last(encoder, JobInputs(cat, (StyleInput(only(style, mask), mask=mask),))).pixels for style in (coffee, other)
    )
    assert np.array_equal(first, second)


def test_twenty_styles(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    many = tuple(StyleInput(coffee, share=number + 1) for number in range(20))
    few: dict[str, Any] = {"iterations": (2, 1)}
    mixed = last(encoder, JobInputs(cat, many), **few)
    alone = last(encoder, JobInputs(cat, (StyleInput(coffee),)), **few)
    # Shares of copies decide which copy of a place is the nearest, never what it looks like; ties fall otherwise, no more.
    assert np.abs(mixed.pixels.mean((1, 2)) - alone.pixels.mean((1, 2))).max() < 0.02
    assert np.abs(mixed.pixels - alone.pixels).mean() < 0.1


def chroma(picture: Picture) -> Pixels:
    from skimage.color import rgb2lab

    lab: Pixels = rgb2lab(np.moveaxis(picture.pixels, 0, 2))[..., 1:]
    return lab


@pytest.mark.slow(reason="paints several pictures by the optimiser")
def test_color_keep_takes_the_contents_chroma(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    ingredients = JobInputs(cat, (StyleInput(coffee),))
    away = [
        np.abs(chroma(last(encoder, ingredients, color="keep", color_strength=strength)) - chroma(cat)).mean()
        for strength in (0.0, 0.5, 1.0)
    ]
    assert away[0] > 1.5 * away[1] > 2 * away[2]
    untouched = last(encoder, ingredients, color="keep", color_strength=0.0)
    np.testing.assert_allclose(untouched.pixels, last(encoder, ingredients).pixels, atol=1e-3)


def test_color_match_gives_the_style_the_contents_colours(cat: Picture, coffee: Picture) -> None:
    from pinxit.texture.color_transfer import match_colors

    def colours(picture: Picture) -> tuple[Any, Any]:
        flat = picture.pixels.reshape(3, -1)
        return flat.mean(axis=1), np.cov(flat)

    matched = match_colors(coffee, cat, 1.0)
    np.testing.assert_allclose(colours(matched)[0], colours(cat)[0], atol=0.02)
    np.testing.assert_allclose(colours(matched)[1], colours(cat)[1], atol=0.01)
    assert np.array_equal(match_colors(coffee, cat, 0.0).pixels, coffee.pixels)


def test_color_match_survives_pictures_of_one_colour(cat: Picture) -> None:
    from pinxit.texture.color_transfer import match_colors

    grey = cat.with_pixels(np.full_like(cat.pixels, 0.5))
    assert np.isfinite(match_colors(grey, cat, 1.0).pixels).all()
    assert match_colors(cat, grey, 1.0).pixels.std() < 0.01


def test_starts_from_the_style(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    result = last(encoder, JobInputs(cat, (StyleInput(coffee),)), init="style", coarsest=96, iterations=(1,))
    assert np.abs(result.pixels - coffee.pixels[:, : cat.height]).mean() < 0.1


@pytest.mark.slow(reason="paints whole and in tiles")
def test_a_memory_limit_changes_nothing_but_the_tiles(
    cat: Picture, coffee: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tiles so small waste time in use; here they let the picture be small.
    monkeypatch.setattr(memory, "LEAST_SIDE", 160)
    # In double precision, where no rounding tips a pooling to the other of two equal neighbours.
    encoder = Encoder("vgg16", weights.load("vgg16"), dtype=torch.float64)
    content = fit(cat, 224)
    ingredients = JobInputs(content, (StyleInput(coffee),))
    options = {"size": 224, "coarsest": 224, "iterations": (2,)}
    tight = memory.plan(content.height, 224, 0.9 * memory.GIB, memory.Demand(("relu4_2", "relu3_1"), 1, 1, 2))
    assert tight.side < 224
    assert not tight.compact
    whole, tiled = (last(encoder, ingredients, **options, memory=limit) for limit in (8.0, 0.9))
    assert np.abs(whole.pixels - tiled.pixels).max() < 1e-3
