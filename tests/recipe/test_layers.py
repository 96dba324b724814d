"""The layers of a painting: which there are, what they show together, and that a recipe finds one again."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import pinxit
from pinxit import Picture
from pinxit import image as pictures
from pinxit.preparation import StyleImage, job_from_recipe, prepare
from pinxit.recipe.layers import COLOR, DARKER, KEPT, LIGHTER, PHOTOGRAPH, separated
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.recipe import Recipe

INSTANT: SettingsOptions = {"preset": "instant", "network": "live", "size": 96}


def test_colour_and_strokes_are_the_painting(cat: Picture) -> None:
    def stored(picture: Picture) -> np.ndarray:
        return pictures.to_array(picture).astype(np.float32) / 255

    color, darker, lighter = map(stored, separated(cat))
    together = 1 - (1 - color * darker) * (1 - lighter)
    assert np.abs(together - cat.pixels.transpose(1, 2, 0)).max() < 1.01 / 255
    assert np.abs(color - cat.pixels.transpose(1, 2, 0)).max() > 0.05, "there are strokes"


def test_regions_and_kept_parts_are_layers(tmp_path: Path) -> None:
    left, right = np.zeros((96, 96), np.uint8), np.zeros((96, 96), np.uint8)
    left[:, :40], right[:, 80:] = 255, 255
    cat = pictures.resize(pictures.sample("cat"), 96, 96)
    job = prepare(cat, [StyleImage("house:ink", region=left), "house:swirl"], keep=right, **INSTANT)
    *_, last = job.paint()
    painting, _ = job.result(last)
    layers = {layer.name: layer for layer in job.layers(painting)}
    assert list(layers) == [
        PHOTOGRAPH, COLOR, DARKER, LIGHTER, "Painting", "Region: house:ink", "Region: house:swirl", KEPT,
    ]  # fmt: skip
    assert [name for name, layer in layers.items() if layer.visible] == [PHOTOGRAPH, "Painting"]
    for name, (start, end) in {"Region: house:ink": (0, 40), "Region: house:swirl": (40, 80), KEPT: (80, 96)}.items():
        alpha = layers[name].picture.alpha
        assert alpha is not None
        assert alpha[:, start:end].min() > 0.99, name
        assert alpha.mean() < (end - start + 1) / 96, name


def test_a_transparent_photograph_does_not_show_through(cat: Picture) -> None:
    alpha = np.ones((cat.height, cat.width), np.float32)
    alpha[:20] = 0.5
    job = prepare(Picture(cat.pixels, alpha), "house:ink", **INSTANT)
    *_, last = job.paint()
    painting, _ = job.result(last)
    assert [layer.name for layer in job.layers(painting) if layer.visible] == ["Painting"]


def test_a_recipe_finds_the_layer_again(cat: Picture, tmp_path: Path) -> None:
    first = pinxit.stylize(cat, "house:ink", **INSTANT)
    from pinxit.image.layers import Layer

    other = cat.with_pixels(cat.pixels[::-1].copy())
    path = pictures.write(first, tmp_path / "a.ora", layers=[Layer("sky", other, visible=False), Layer("b", first)])
    job = prepare(f"{path}#sky", "house:ink", **INSTANT)
    assert job.recipe.content.name == "a.ora#sky"
    again = job_from_recipe(Recipe.from_json(job.recipe.to_json()), look_in=[tmp_path])
    assert np.array_equal(again.ingredients.content.pixels, job.ingredients.content.pixels)
    assert np.abs(again.ingredients.content.pixels - other.pixels).max() < 0.51 / 255
