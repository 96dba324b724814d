"""One recipe for the library, the command line, JSON and the picture's file: no two of them can differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from pinxit import picture as pictures
from pinxit.cli.options import text, with_settings
from pinxit.errors import PinxitError
from pinxit.picture import Picture
from pinxit.picture.presets import PRESETS
from pinxit.picture.recipe import Input, Recipe, Settings, Style

LAYERS = st.dictionaries(
    st.sampled_from(["relu1_1", "conv2_2", "relu3_1", "conv4_2", "relu5_1", "pool3"]),
    st.floats(0.01, 100).map(lambda value: float(f"{value:g}")),
    min_size=1,
)
WEIGHTS = st.floats(1e-6, 1e6).map(lambda value: float(f"{value:g}"))
CHOICES: dict[str, st.SearchStrategy[Any]] = {
    "preset": st.sampled_from(list(PRESETS)),
    "size": st.integers(16, 16384),
    "wrap": st.sampled_from(["none", "x", "both", "half-drop", "brick"]),
    "content_weight": WEIGHTS,
    "style_weight": WEIGHTS,
    "style_scale": st.floats(0.05, 20).map(lambda value: float(f"{value:g}")),
    "engine": st.sampled_from(["optimizer", "network"]),
    "network": st.sampled_from(["fine", "live"]),
    "strength": st.floats(0, 1).map(lambda value: float(f"{value:g}")),
    "seed": st.integers(0, 2**63 - 1),
    "iterations": st.lists(st.integers(1, 100_000), min_size=1, max_size=16).map(tuple),
    "coarsest": st.integers(16, 16384),
    "seconds": st.floats(0.1, 1e6).map(lambda value: float(f"{value:g}")),
    "tolerance": st.floats(0, 0.99).map(lambda value: float(f"{value:g}")),
    "solver": st.sampled_from(["lbfgs", "adam"]),
    "init": st.sampled_from(["content", "noise", "style", "network"]),
    "memory": st.floats(0.1, 1e6).map(lambda value: float(f"{value:g}")),
    "color": st.sampled_from(["style", "keep", "match"]),
    "color_strength": st.floats(0, 1).map(lambda value: float(f"{value:g}")),
    "smoothness": WEIGHTS,
    "content_layers": LAYERS,
    "style_layers": LAYERS,
    "style_moments": st.floats(0, 1).map(lambda value: float(f"{value:g}")),
    "content_statistics": st.sampled_from(["style", "content"]),
    "content_similarity": st.floats(0, 10).map(lambda value: float(f"{value:g}")),
    "form": st.sampled_from(["relative", "gatys"]),
    "encoder": st.sampled_from(["vgg16", "vgg19"]),
    "pooling": st.sampled_from(["max", "average", "l2"]),
    "device": st.sampled_from(["auto", "cpu"]),
    "precision": st.sampled_from(["auto", "float32", "bfloat16"]),
}
OPTIONS = st.fixed_dictionaries({}, optional=CHOICES)


def recipe(chosen: Settings) -> Recipe:
    return Recipe.make(
        chosen, pinxit="0.1.0", content=Input(name="фото.jpg", sha256="0" * 64), styles=[Style(name="b")]
    )


def by_command_line(options: dict[str, Any]) -> Settings:
    """Through a real command with the same options as `pinxit stylize`."""
    got: list[Settings] = []
    app = typer.Typer()

    @app.command()
    @with_settings
    def command(**settings: Any) -> None:
        got.append(Settings.choose(settings))

    arguments = [f"--{name.replace('_', '-')}={text(value)}" for name, value in options.items()]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return got[0]


@settings(max_examples=60)
@given(OPTIONS)
def test_every_setting_has_the_same_meaning_everywhere(options: dict[str, Any]) -> None:
    by_library = Settings.choose(options)
    assert by_command_line(options) == by_library
    made = recipe(by_library)
    assert Recipe.from_json(made.to_json()) == made


@settings(max_examples=15)
@given(OPTIONS, st.sampled_from(["png", "jpg", "webp", "tif", "avif"]))
def test_recipe_survives_every_kind_of_file(
    tmp_path_factory: pytest.TempPathFactory, options: dict[str, Any], kind: str
) -> None:
    made = recipe(Settings.choose(options))
    path = tmp_path_factory.mktemp("recipe") / f"picture.{kind}"
    pictures.write(Picture(np.full((3, 16, 16), 0.5, np.float32)), path, recipe=made.to_json())
    found = pictures.read_recipe(path)
    assert found is not None
    assert Recipe.from_json(found) == made


def test_the_strategies_cover_every_setting() -> None:
    assert set(CHOICES) == set(Settings.model_fields)


@pytest.mark.parametrize("preset", list(PRESETS))
def test_presets_are_valid_and_can_be_changed(preset: str) -> None:
    chosen = Settings.choose({"preset": preset, "size": 300})
    assert chosen.size == 300
    for name, value in PRESETS[preset].settings.items():
        if name != "size":
            assert getattr(chosen, name) == value


def test_gatys_is_the_papers() -> None:
    chosen = Settings.choose({"preset": "gatys"})
    assert chosen.form == "gatys"
    assert chosen.pooling == "average"
    assert chosen.init == "noise"
    assert chosen.solver == "lbfgs"
    assert chosen.content_layers == {"relu4_2": 1.0}
    assert chosen.style_layers == dict.fromkeys([f"relu{n}_1" for n in range(1, 6)], 0.2)
    assert chosen.smoothness == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"preset": "best"}, "no preset 'best'"),
        ({"size": "huge"}, "size: input should be a valid integer"),
        ({"size": 0}, "size: "),
        ({"size": 10**9}, "size: "),
        ({"content_weight": "nan"}, "content_weight: "),
        ({"style_weight": float("inf")}, "style_weight: "),
        ({"style_weight": -1}, "style_weight: "),
        ({"content_weight": 0, "style_weight": 0}, "both 0"),
        ({"iterations": "100,x"}, "iterations"),
        ({"iterations": 0}, "iterations"),
        ({"style_layers": "relu9_9"}, "not a layer of VGG"),
        ({"style_layers": "relu1_1=heavy"}, "is not a layer, or layer=weight"),
        ({"style_layers": "relu1_1=0"}, "at least one layer"),
        ({"solver": "newton"}, "solver: "),
        ({"colour": "keep"}, "colour: "),
        ({"seconds": 0}, "seconds: "),
        ({"encoder": "resnet"}, "encoder: "),
    ],
)
def test_mistakes_are_one_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PinxitError, match=sentence) as raised:
        Settings.choose(options)
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith(".")


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[]", "null", "[" * 100_000, '{"schema_version": 99}', '{"schema_version": 1}', "{}"],
)
def test_hostile_recipes_are_one_sentence(text: str) -> None:
    with pytest.raises(PinxitError) as raised:
        Recipe.from_json(text)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "change",
    [
        {"size": 10**12},
        {"iterations": [10**12]},
        {"iterations": [1] * 10_000},
        {"content": {"name": "../../etc/passwd", "sha256": "zz"}},
        {"content": {"name": "x", "path": "/etc/passwd"}},
        {"unknown": 1},
        {"style_weight": "1e999"},
        {"styles": []},
        {"engine": "os.system"},
        {"done": [-1]},
    ],
)
def test_recipes_out_of_range_are_refused(change: dict[str, Any]) -> None:
    data = json.loads(recipe(Settings.choose({})).to_json())
    with pytest.raises(PinxitError):
        Recipe.from_json(json.dumps({**data, **change}))


def test_a_recipe_names_no_folder(tmp_path: Path) -> None:
    """Neither does it give away where somebody keeps pictures, nor can it send pinxit anywhere."""
    from pinxit.job import prepare

    path = tmp_path / "private" / "photo.png"
    path.parent.mkdir()
    pictures.write(pictures.fit(pictures.sample("cat"), 64), path)
    assert "private" not in prepare(path, "house:swirl").recipe.to_json()
