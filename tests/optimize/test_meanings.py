"""Matched parts, from the setting to the picture: recorded, reproduced, edited by hand, and where borders meet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
import torch

from pinxit import PinxitError, StyleImage
from pinxit import image as pictures
from pinxit.encoder import semantics
from pinxit.encoder.tiles import Tile
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize, sample
from pinxit.image.wrap import WRAPS
from pinxit.job import Job
from pinxit.objective.correspondence import Meanings, on_cells
from pinxit.optimize.matching import meanings_of
from pinxit.preparation import job_from_recipe, prepare
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.recipe import Recipe, Settings

SMALL: dict[str, Any] = {
    "size": 64,
    "iterations": 6,
    "tolerance": 0.0,
    "coarsest": 64,
    "device": "cpu",
    "faces": "style",
}


def painted(job: Job) -> Picture:
    *_, last = job.paint()
    return job.result(last)[0]


def tinted(red_left: float) -> Picture:
    """A photograph whose left half is red and whose right half is blue, or less so."""
    grey = resize(sample("coffee"), 64, 96).pixels.mean(0)
    pixels = np.stack([grey, grey, grey])
    pixels[0, :, 48:] *= 1 - red_left
    pixels[2, :, :48] *= 1 - red_left
    return Picture(pixels.astype(np.float32))


def test_a_recipe_says_whose_features_were_used(encoder: Encoder) -> None:
    job = prepare("sample:cat", "sample:coffee", **SMALL, match="soft")
    assert job.recipe.match_by == "vgg"  # there is no DINO in the tests' cache
    assert prepare("sample:cat", "sample:coffee", **SMALL, match="off").recipe.match_by == "auto"
    again = job_from_recipe(Recipe.from_json(job.recipe.to_json()))
    assert np.array_equal(painted(job).pixels, painted(again).pixels)


def test_with_dinos_weights_they_are_used(dino_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    semantics._dino.cache_clear()
    monkeypatch.setenv("PINXIT_CACHE", str(dino_cache))
    assert prepare("sample:cat", "sample:coffee", **SMALL, match="soft").recipe.match_by == "dino"
    semantics._dino.cache_clear()


def test_a_recipe_by_dino_asks_for_its_weights(encoder: Encoder) -> None:
    semantics._dino.cache_clear()
    job = prepare("sample:cat", "sample:coffee", **SMALL, match="soft", match_by="dino")
    with pytest.raises(PinxitError, match=r"`pinxit weights pull dino` once \(90 MB\), or give --match-by vgg"):
        next(job.paint())


def test_recipes_of_before_heed_nothing(encoder: Encoder) -> None:
    data = json.loads(prepare("sample:cat", "sample:coffee", **SMALL).recipe.to_json())
    for name in ("match", "match_by", "assignment", "objective", "faces"):
        del data[name]
    assert Recipe.from_json(json.dumps(data)).match == "off"
    assert Settings.choose({"preset": "gatys"}).match == "off"


def test_the_ways_paint_different_pictures(encoder: Encoder) -> None:
    pictures = [
        painted(prepare("sample:astronaut", "sample:coffee", **SMALL, match=one)).pixels
        for one in ("off", "soft", "regions")
    ]
    assert np.abs(pictures[0] - pictures[1]).mean() > 0.005
    assert np.abs(pictures[0] - pictures[2]).mean() > 0.005
    assert np.abs(pictures[1] - pictures[2]).mean() > 0.005


def region_map(path: Path, *values: int, size: tuple[int, int] = (64, 64)) -> Path:
    """Write a map whose columns have those grey values, in equal parts."""
    grey = np.repeat(np.array(values, np.uint8), size[0] // len(values))[None].repeat(size[1], 0)
    PIL.Image.fromarray(grey).save(path)
    return path


@pytest.mark.parametrize("wrap", ["none", "x"])
def test_a_person_can_draw_the_regions(encoder: Encoder, tmp_path: Path, wrap: Any) -> None:
    drawn = region_map(tmp_path / "map.png", 8, 40, size=(480, 480))
    job = prepare("sample:astronaut", "sample:coffee", **SMALL, match="regions", wrap=wrap, region_map=drawn)
    found = job.correspondence()
    assert len(found.assignment) == 3, "region 1 covers nothing, and still has its number"
    assert all(found.assignment)
    half = found.content.shape[1] // 2
    assert set(np.unique(found.content[:, : half - 1])) == {0}
    assert set(np.unique(found.content[:, half + 1 :])) == {2}
    assert max(found.content.shape) <= 256


@pytest.mark.slow(reason="paints three pictures by the optimiser")
def test_a_drawn_region_is_painted_as_it_is_assigned(encoder: Encoder, tmp_path: Path) -> None:
    style = pictures.write(tinted(0.8), tmp_path / "style.png")
    drawn = region_map(tmp_path / "map.png", 8, 24)
    settings: dict[str, Any] = {**SMALL, "iterations": 12, "match": "regions", "region_map": drawn}
    labels = prepare("sample:astronaut", style, **settings).correspondence().styles[0]
    centres = [np.nonzero(labels == number)[1].mean() / labels.shape[1] for number in range(labels.max() + 1)]
    red = "+".join(str(number) for number, centre in enumerate(centres) if centre < 0.5)
    blue = "+".join(str(number) for number, centre in enumerate(centres) if centre >= 0.5)
    one_way: Any = f"{red},{blue}"
    other_way: Any = f"{blue},{red}"
    job = prepare("sample:astronaut", style, **settings, assignment=one_way)
    other = prepare("sample:astronaut", style, **settings, assignment=other_way)
    one, two = painted(job), painted(other)
    redness = (one.pixels[0] - one.pixels[2]) - (two.pixels[0] - two.pixels[2])
    assert redness[:, :28].mean() > 0.02
    assert redness[:, 36:].mean() < -0.02
    again = job_from_recipe(Recipe.from_json(job.recipe.to_json()))
    assert np.array_equal(painted(again).pixels, one.pixels)


def test_a_region_map_that_cannot_be_used_is_refused_in_a_sentence(tmp_path: Path) -> None:
    drawn = region_map(tmp_path / "map.png", 8, 24)
    with pytest.raises(PinxitError, match="a region map needs regions: set match to regions as well"):
        prepare("sample:astronaut", "sample:coffee", **SMALL, region_map=drawn)
    with pytest.raises(PinxitError, match=r"the region map map\.png has 64×64 px and the content image"):
        prepare("sample:coffee", "sample:coffee", **SMALL, match="regions", region_map=drawn)
    with pytest.raises(PinxitError, match=r"has colours: draw it in greys, 8 for region 0, 24 for region 1"):
        prepare("sample:cat", "sample:coffee", **SMALL, match="regions", region_map="sample:cat")


def test_a_person_can_swap_regions(encoder: Encoder) -> None:
    """The same photograph, once painted as the red half of the style image, once as the blue one."""
    style = tinted(0.8)
    found = prepare("sample:astronaut", style, **SMALL, match="regions").correspondence()
    labels = found.styles[0]
    left, right = (
        [
            number
            for number in np.unique(labels)
            if (np.nonzero(labels == number)[1].mean() < labels.shape[1] / 2) == side
        ]
        for side in (True, False)
    )
    redness = []
    for regions in (left, right):
        text: Any = ",".join(["+".join(map(str, regions))] * len(found.assignment))
        job = prepare("sample:astronaut", style, **{**SMALL, "iterations": 12}, match="regions", assignment=text)
        assert job.correspondence().assignment == tuple([tuple(regions)] * len(found.assignment))
        assert Recipe.from_json(job.recipe.to_json()) == job.recipe
        pixels = painted(job).pixels
        redness.append(float((pixels[0] - pixels[2]).mean()))
    assert redness[0] > redness[1] + 0.015


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"match": "regions", "assignment": "0"},
            "--assignment names style regions for 1 regions of the content image",
        ),
        ({"match": "soft", "assignment": "0"}, "an assignment needs regions: set match to regions as well"),
        ({"match": "regions", "assignment": "a,b"}, "assignment.0.0: input should be a valid integer"),
    ],
)
def test_what_is_no_assignment_is_refused(encoder: Encoder, options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PinxitError, match=sentence):
        next(prepare("sample:astronaut", "sample:coffee", **SMALL, **options).paint())


def test_a_region_that_there_is_not_is_refused(encoder: Encoder) -> None:
    found = prepare("sample:astronaut", "sample:coffee", **SMALL, match="regions").correspondence()
    text: Any = ",".join(["99"] * len(found.assignment))
    job = prepare("sample:astronaut", "sample:coffee", **SMALL, match="regions", assignment=text)
    with pytest.raises(PinxitError, match="names the style region 99, but the last one is"):
        job.correspondence()


@pytest.mark.parametrize("match", ["soft", "regions"])
def test_regions_by_hand_have_styles_of_their_own(encoder: Encoder, match: Any) -> None:
    """The left half in red, the right half in blue, whatever belongs to what."""
    left = np.zeros((64, 64), np.uint8)
    left[:, :32] = 255
    red, blue = (Picture(tinted(1.0).pixels[order].copy()) for order in ([0, 1, 1], [1, 1, 2]))
    red.pixels[1:] *= 0.2
    blue.pixels[:2] *= 0.2
    content = resize(sample("astronaut"), 64, 64)
    styles = [
        StyleImage(red, region=left),
        StyleImage(blue, region=255 - left),
        StyleImage(red, share=0.5, region=left),
    ]
    pixels = painted(prepare(content, styles, **SMALL, match=match)).pixels
    difference = pixels[0] - pixels[2]
    assert difference[:, :28].mean() > difference[:, 36:].mean() + 0.1


def test_where_borders_meet_meanings_meet(encoder: Encoder) -> None:
    """A panorama that begins elsewhere has the same meanings, also where its old border was."""
    content = resize(sample("coffee"), 64, 128)
    moved = Picture(np.roll(content.pixels, 64, 2))
    ingredients = JobInputs(content, (StyleInput(resize(sample("cat"), 64, 64)),))
    window = (slice(0, 64), slice(0, 128))

    def seam(wrap: str) -> float:
        settings = Settings(size=128, match="soft", match_by="vgg", wrap=wrap)
        maps = []
        for one in (content, moved):
            meanings = meanings_of(settings, encoder, one, ingredients, WRAPS[settings.wrap])
            assert isinstance(meanings, Meanings)
            maps.append(on_cells(meanings.content, Tile(window, window, 64, 128), meanings.around).view(16, 32, -1))
        cosines = torch.nn.functional.cosine_similarity(maps[0].roll(16, 1), maps[1], dim=2)
        return float(cosines[:, 14:18].mean())

    assert seam("x") > seam("none") + 0.05


@pytest.mark.parametrize("size", [64, 256])
def test_regions_are_shown_of_the_picture_alone_where_borders_meet(encoder: Encoder, size: int) -> None:
    """However few cells there are beyond them."""
    settings = {**SMALL, "size": size, "match": "regions", "match_by": "vgg", "wrap": "both"}
    found = prepare("sample:astronaut", "sample:coffee", **settings).correspondence()
    rows, columns = found.content.shape
    assert rows == columns
    assert (rows, found.content.max() + 1) >= ((4, 2) if size == 64 else (12, 3))
