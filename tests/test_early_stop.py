"""A run that is stopped early gives a picture of the size asked for, and its recipe gives that picture again."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.image import Picture, resize
from pinxit.image.wrap import NONE
from pinxit.job import Job
from pinxit.optimize.progress import OptimizerProgress
from pinxit.preparation import job_from_recipe, prepare
from pinxit.recipe.early_stop import LEAST_ITERATIONS, early_stop_at, enlarged, with_detail
from pinxit.recipe.progress import Progress

SMALL: dict[str, Any] = {
    "size": 192, "coarsest": 48, "iterations": (3,), "device": "cpu", "tolerance": 0,
    "content_layers": {"relu2_1": 1.0}, "style_layers": {"relu1_1": 1.0, "relu2_1": 1.0},
}  # fmt: skip


def stopped_at(job: Job, scale: int) -> Progress:
    """Run a job up to the first iteration at a scale."""
    for progress in job.paint():
        assert isinstance(progress, OptimizerProgress)
        if progress.scale == scale:
            return progress
    raise AssertionError("there is no such scale")


@pytest.fixture(scope="module")
def network() -> Picture:
    *_, last = prepare("sample:cat", "house:swirl", engine="network", size=192).paint()
    return last.picture()


def test_what_the_network_provides_depends_on_the_scale() -> None:
    assert [early_stop_at(scale, 3, 50) for scale in range(3)] == ["network", "detail", None]
    assert early_stop_at(0, 1, LEAST_ITERATIONS - 1) == "network"
    assert early_stop_at(0, 1, LEAST_ITERATIONS) is None


def test_at_the_first_scale_the_picture_is_the_networks(network: Picture) -> None:
    job = prepare("sample:cat", "house:swirl", **SMALL)
    progress = stopped_at(job, 0)
    picture, recipe = job.result(job.stopped(progress))
    assert (recipe.early_stop, recipe.done) == ("network", (1,))
    np.testing.assert_array_equal(picture.pixels, network.pixels)


def test_later_the_painting_is_enlarged_with_the_networks_detail_and_repeated_by_its_recipe(network: Picture) -> None:
    job = prepare("sample:cat", "house:swirl", **SMALL)
    progress = stopped_at(job, 1)
    picture, recipe = job.result(job.stopped(progress))
    assert (picture.height, picture.width) == (network.height, network.width)
    assert (recipe.early_stop, recipe.done) == ("detail", (3, 1))
    small = progress.picture()
    assert small.width < picture.width
    again = resize(picture, small.height, small.width)
    assert np.abs(again.pixels - small.pixels).mean() < np.abs(again.pixels - _at(network, small).pixels).mean() / 4

    redone = job_from_recipe(recipe)
    *_, last = redone.paint()
    repeated, own = redone.result(redone.stopped(last))
    np.testing.assert_allclose(repeated.pixels, picture.pixels, atol=1e-4)
    assert own == recipe
    assert recipe.change({"size": 64}).early_stop is None


def test_at_the_last_scale_the_picture_stays_as_it_is() -> None:
    job = prepare("sample:cat", "house:swirl", **SMALL)
    progress = stopped_at(job, 2)
    assert isinstance(progress, OptimizerProgress)
    assert progress.size == progress.full_size == 192
    assert job.stopped(progress) is progress


def test_what_is_kept_stays_bit_for_bit() -> None:
    photograph = pictures.fit(pictures.sample("cat"), 192)
    keep = np.zeros((photograph.height, photograph.width, 3), np.uint8)
    keep[:, :80] = 255
    job = prepare(photograph, "house:swirl", keep=keep, **SMALL)
    picture = job.stopped(stopped_at(job, 1)).picture()
    np.testing.assert_array_equal(picture.pixels[:, :, :76], photograph.pixels[:, :, :76])
    assert np.abs(picture.pixels[:, :, 84:] - photograph.pixels[:, :, 84:]).mean() > 0.02


def test_where_no_network_can_paint_the_styles_the_painting_is_enlarged() -> None:
    job = prepare("sample:cat", ["house:swirl", "house:waves"], **SMALL)
    # As where one of the styles is a network that was trained on it.
    trained = dataclasses.replace(job.ingredients.styles[0], network="0" * 64)
    mixed = dataclasses.replace(job.ingredients, styles=(trained, job.ingredients.styles[1]))
    job = dataclasses.replace(job, ingredients=mixed)
    progress = stopped_at(job, 1)
    picture = job.stopped(progress).picture()
    assert max(picture.height, picture.width) == 192
    np.testing.assert_array_equal(picture.pixels, enlarged(progress.picture(), 192 / progress.size, NONE).pixels)


def test_detail_keeps_the_transparency_of_the_large_picture() -> None:
    generator = np.random.default_rng(1)
    alpha = generator.random((32, 40), np.float32)
    large = Picture(generator.random((3, 32, 40), np.float32), alpha)
    mixed = with_detail(Picture(np.full((3, 16, 20), 0.5, np.float32)), large, NONE, None)
    assert mixed.alpha is alpha


def _at(picture: Picture, like: Picture) -> Picture:
    return resize(picture, like.height, like.width)
