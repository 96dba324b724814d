"""Finer and broader strokes in parts of a picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import pinxit
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.optimize.regions import regions, stroke_regions
from pinxit.preparation import job_from_recipe
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.stroke_sizes import stroke_sizes

SIDE = 96
INSTANT = {"preset": "instant", "size": SIDE}


def half(*, right: bool = False) -> Pixels:
    """A mask of the left or the right half."""
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[:, SIDE // 2 :] = 1
    return mask if right else 1 - mask


def drawn(mask: Pixels) -> Picture:
    return Picture(np.repeat(mask[None], 3, axis=0))


def painted(content: Picture, **options: object) -> Pixels:
    *_, last = pinxit.prepare(content, "house:swirl", **INSTANT, **options).paint()  # type: ignore[arg-type]
    return last.picture().pixels


@pytest.fixture
def photo() -> Picture:
    picture = pinxit.image.sample("cat")
    return pinxit.image.resize(picture, SIDE, SIDE)


def test_shares_add_up_to_one_where_masks_are_grey_and_overlap(photo: Picture) -> None:
    random = np.random.default_rng(0)
    finer, broader = (random.random((SIDE, SIDE), np.float32) for _ in range(2))
    sizes = stroke_sizes(JobInputs(photo, (), finer=finer, broader=broader), 48, 48)
    assert [size.factor for size in sizes] == [1.0, 0.5, 2.0]
    total = sum(size.share for size in sizes if size.share is not None)
    np.testing.assert_allclose(total, np.ones((48, 48)), atol=1e-5)


def test_a_size_that_is_nowhere_is_not_painted(photo: Picture) -> None:
    everywhere = np.ones((SIDE, SIDE), np.float32)
    assert [(size.factor, size.share) for size in stroke_sizes(JobInputs(photo, (), finer=everywhere), 48, 48)] == [
        (0.5, None)
    ]
    assert [(size.factor, size.share) for size in stroke_sizes(JobInputs(photo, ()), 48, 48)] == [(1.0, None)]


def test_the_optimizer_has_a_region_for_each_size(photo: Picture) -> None:
    job = pinxit.prepare(photo, "house:swirl", size=SIDE, finer=drawn(half()), broader=drawn(half(right=True)))
    whole = regions(job.ingredients, SIDE, SIDE, 128)
    fine, broad = stroke_regions(whole, job.ingredients, SIDE, SIDE, 128)
    assert [fine.part_of, broad.part_of] == [*whole, *whole]
    assert [max(region.styles[0].picture.shape[2:]) for region in (fine, broad)] == [64, 256]
    assert fine.mask is not None
    assert float(fine.mask[..., : SIDE // 2].min()) == 1
    assert float(fine.mask[..., SIDE // 2 :].max()) == 0


def test_the_network_paints_each_part_in_its_size(photo: Picture) -> None:
    whole, fine = painted(photo), painted(photo, style_scale=0.5)
    assert float(np.abs(whole - fine).mean()) > 0.01
    mixed = painted(photo, finer=drawn(half()))
    np.testing.assert_allclose(mixed[..., : SIDE // 2], fine[..., : SIDE // 2], atol=1e-5)
    np.testing.assert_allclose(mixed[..., SIDE // 2 :], whole[..., SIDE // 2 :], atol=1e-5)


def test_detail_stays_where_a_mask_asks_for_it(photo: Picture) -> None:
    plain, detailed = painted(photo), painted(photo, detailed=drawn(half()))
    np.testing.assert_array_equal(detailed[..., SIDE // 2 :], plain[..., SIDE // 2 :])

    def likeness(pixels: Pixels) -> float:
        gradients = [np.diff(one[..., : SIDE // 2].mean(0), axis=1).ravel() for one in (photo.pixels, pixels)]
        return float(np.corrcoef(gradients)[0, 1])

    assert likeness(detailed) > likeness(plain) + 0.1


def test_a_recipe_paints_the_same_strokes_again(photo: Picture, tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.png" for name in ("photo", "finer", "detailed")}
    pinxit.image.write(photo, files["photo"])
    pinxit.image.write(drawn(half()), files["finer"])
    pinxit.image.write(drawn(half(right=True)), files["detailed"])
    job = pinxit.prepare(
        files["photo"], "house:swirl", finer=files["finer"], detailed=files["detailed"], preset="instant", size=SIDE
    )
    *_, last = job.paint()
    again = job_from_recipe(type(job.recipe).from_json(job.recipe.to_json()), look_in=[tmp_path])
    *_, repeated = again.paint()
    np.testing.assert_array_equal(repeated.picture().pixels, last.picture().pixels)


@pytest.mark.parametrize("name", ["finer", "broader", "detailed"])
def test_a_black_mask_is_refused_in_a_sentence(photo: Picture, name: str) -> None:
    black = drawn(np.zeros((SIDE, SIDE), np.float32))
    with pytest.raises(PinxitError, match=f"is black: paint white .* or leave out --{name}"):
        pinxit.prepare(photo, "house:swirl", **INSTANT, **{name: black})  # type: ignore[arg-type]
