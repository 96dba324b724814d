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

from pinxit import image as pictures
from pinxit.cli.options import text, with_settings
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.recipe.presets import PRESETS
from pinxit.recipe.recipe import Input, Recipe, Settings, Style

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
    "objective": st.sampled_from(["neighbors", "gram"]),
    "faces": st.sampled_from(["gentle", "style", "keep"]),
    "match": st.sampled_from(["soft", "regions", "off"]),
    "match_by": st.sampled_from(["auto", "dino", "vgg"]),
    "assignment": st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple), min_size=1, max_size=6).map(
        tuple
    ),
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
# An assignment needs regions.
OPTIONS = st.fixed_dictionaries({}, optional=CHOICES).map(
    lambda options: {**options, "match": "regions"} if "assignment" in options else options
)


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


OF_NEIGHBORS = {
    "style_weight": 16,
    "smoothness": 1.6,
    "content_layers": {"relu4_2": 0.5, "relu3_1": 0.5},
    "style_layers": {"relu1_1": 0.4, "relu2_1": 0.35, "relu3_1": 0.25},
    "style_moments": 0.8,
}
# What version 0.1.0 painted with.
OF_GRAM = {
    "style_weight": 10,
    "smoothness": 1,
    "content_layers": {"relu4_2": 0.7, "relu3_1": 0.3},
    "style_layers": {"relu1_1": 0.3, "relu2_1": 0.3, "relu3_1": 0.2, "relu4_1": 0.12, "relu5_1": 0.08},
    "style_moments": 0.5,
}


def chosen_of(settings: Settings) -> dict[str, Any]:
    return settings.model_dump(include=set(OF_GRAM))


@pytest.mark.parametrize("preset", ["standard", "draft", "fine"])
def test_each_objective_has_defaults_of_its_own(preset: str) -> None:
    default = Settings.choose({"preset": preset})
    assert (default.objective, default.faces) == ("neighbors", "gentle")
    assert chosen_of(default) == OF_NEIGHBORS
    gram = Settings.choose({"preset": preset, "objective": "gram"})
    assert chosen_of(gram) == OF_GRAM
    assert gram.iterations == ((90, 50, 20) if preset == "standard" else default.iterations)
    changed = Settings.choose({"preset": preset, "objective": "gram", "style_weight": 3, "style_layers": "relu2_1"})
    assert chosen_of(changed) == {**OF_GRAM, "style_weight": 3, "style_layers": {"relu2_1": 1}}


def test_a_preset_knows_better_than_its_objective() -> None:
    gatys = Settings.choose({"preset": "gatys"})
    assert (gatys.objective, gatys.faces) == ("gram", "style")
    assert chosen_of(gatys) == {name: PRESETS["gatys"].settings[name] for name in OF_GRAM}


def test_another_objective_brings_its_defaults_to_a_recipe() -> None:
    made = recipe(Settings.choose({"smoothness": 0.3}))
    gram = made.change({"objective": "gram"})
    assert chosen_of(gram) == {**OF_GRAM, "smoothness": 0.3}, "what was chosen stays"
    assert chosen_of(gram.change({"objective": "neighbors"})) == {**OF_NEIGHBORS, "smoothness": 0.3}
    assert made.change({"objective": "gram", "style_weight": 16}).style_weight == 16
    assert made.change({"objective": "neighbors"}) == made


_SINCE_0_1_0 = ("objective", "faces", "match", "match_by", "assignment")


def as_of_0_1_0(settings: Settings, **changes: Any) -> dict[str, Any]:
    """A recipe's settings as that version wrote them: there was no choice of an objective, nor of what becomes of faces."""
    data = settings.model_dump(mode="json") | {"pinxit": "0.1.0", "schema_version": 1} | changes
    return {name: value for name, value in data.items() if name not in _SINCE_0_1_0}


@pytest.mark.parametrize("engine", ["optimizer", "network"])
def test_recipes_of_earlier_versions_mean_what_they_meant(engine: str) -> None:
    """Whatever work they are of. The optimiser had no strength, but recipes had one."""
    from pinxit.design.garment import GarmentRecipe
    from pinxit.design.theme import ThemeRecipe
    from pinxit.recipe.recipe import validated_json
    from pinxit.surface.panorama import PanoramaRecipe
    from pinxit.surface.pattern import PatternRecipe
    from pinxit.surface.sprites import SpritesRecipe
    from pinxit.surface.texture import TextureRecipe
    from pinxit.video.recipe import VideoRecipe

    settings = Settings.choose({"objective": "gram", "engine": engine, "strength": 0.5})
    picture = {"name": "sample:cat"}
    inputs = {"content": picture, "styles": [{"name": "house:swirl"}]}
    old = as_of_0_1_0(settings, **inputs)
    plain = as_of_0_1_0(settings)
    del plain["schema_version"], plain["pinxit"]
    tile = {"height": 256, "width": 256, "painted": old}
    read: list[Settings] = [
        Recipe.from_json(json.dumps(old)),
        VideoRecipe.from_json(json.dumps({**old, "work": "video"})),
        PanoramaRecipe.from_json(json.dumps({**old, "work": "panorama"})),
        SpritesRecipe.from_json(json.dumps({**old, "work": "sprites", "members": [picture]})),
        validated_json(TextureRecipe, json.dumps({"work": "texture", **tile})).painted,
        validated_json(
            PatternRecipe, json.dumps({"work": "pattern", "repeat": "straight", "dpi": 300, **tile})
        ).painted,
        validated_json(
            ThemeRecipe, json.dumps({"pinxit": "0.1.0", "pictures": [picture], "shares": [1], "settings": plain})
        ).settings,
    ]
    worn = validated_json(
        GarmentRecipe,
        json.dumps({"pinxit": "0.1.0", "photo": picture, "mask": picture, "styles": [picture], "settings": plain}),
    )
    assert worn.settings is not None
    for one in [*read, worn.settings]:
        assert (one.objective, one.faces, one.match) == ("gram", "style", "off"), type(one)
        assert chosen_of(one) == OF_GRAM
        assert one.strength == (0.5 if engine == "network" else 1)
    today = recipe(Settings.choose({}))
    assert Recipe.from_json(today.to_json()) == today


def test_a_recipe_of_an_earlier_version_paints_as_it_did() -> None:
    from pinxit.preparation import job_from_recipe, prepare

    small: dict[str, Any] = {"size": 48, "coarsest": 48, "iterations": (4,), "device": "cpu"}
    gram = prepare("sample:cat", "house:swirl", objective="gram", faces="style", match="off", **small)
    old = Recipe.from_json(json.dumps(as_of_0_1_0(gram.recipe)))
    assert old == gram.recipe.model_copy(update={"pinxit": "0.1.0"})
    video_stream = [list(job.paint())[-1].picture() for job in (gram, job_from_recipe(old))]
    assert np.array_equal(video_stream[0].pixels, video_stream[1].pixels)
    new = list(prepare("sample:cat", "house:swirl", **small).paint())[-1].picture()
    assert not np.array_equal(video_stream[0].pixels, new.pixels)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"objective": "emd"}, "objective: "),
        ({"faces": "off"}, "faces: "),
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
    """It neither reveals where pictures are kept nor can it send pinxit anywhere."""
    from pinxit.preparation import prepare

    path = tmp_path / "private" / "photo.png"
    path.parent.mkdir()
    pictures.write(pictures.fit(pictures.sample("cat"), 64), path)
    assert "private" not in prepare(path, "house:swirl").recipe.to_json()
