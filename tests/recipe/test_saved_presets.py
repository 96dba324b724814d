"""Presets that people save and share: what is kept, what takes precedence, and files from anybody."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pinxit import Picture, PinxitError
from pinxit import image as pictures
from pinxit.recipe.preset_file import THUMBNAIL_BYTES
from pinxit.recipe.recipe import Recipe, Settings
from pinxit.recipe.saved_presets import make_preset, read_preset, read_preset_file, saved_names
from tests.command_line import pinxit

INSTANT = ["-s", "house:ink", "-p", "instant", "--network", "live", "--size", "64"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PINXIT_PRESETS", str(tmp_path / "presets"))
    return tmp_path


def recipe_of(path: Path) -> Recipe:
    return Recipe.from_json(pictures.read_recipe(path) or "")


def test_a_saved_preset_decides_and_options_take_precedence(folder: Path) -> None:
    pinxit("preset", "save", "gentle", "--strength", "0.123456789", "-p", "instant", "--network", "live",
           "--size", "64", "--style-layers", "relu1_1=0.3333333,relu2_1", "--iterations", "7,5", folder=folder)  # fmt: skip
    pinxit("stylize", "sample:cat", "-s", "house:ink", "--preset", "gentle", "-o", "a.png", folder=folder)
    pinxit("stylize", "sample:cat", "-s", "house:ink", "-p", "gentle", "--strength", "1", "-o", "b.png", folder=folder)
    first, second = recipe_of(folder / "a.png"), recipe_of(folder / "b.png")
    assert (first.strength, first.size, first.network, first.preset) == (0.123456789, 64, "live", "instant")
    assert first.style_layers == {"relu1_1": 0.3333333, "relu2_1": 1.0}
    assert first.iterations == (7, 5)
    assert (second.strength, second.size) == (1.0, 64)


def test_a_file_gives_the_same_as_a_name(folder: Path) -> None:
    pinxit("preset", "save", "mine", "--strength", "0.5", "-o", "elsewhere.json", folder=folder)
    assert saved_names() == []
    pinxit("stylize", "sample:cat", *INSTANT[:2], "-p", "elsewhere.json", "--engine", "network", "--network", "live",
           "--size", "64", "-o", "a.png", folder=folder)  # fmt: skip
    assert recipe_of(folder / "a.png").strength == 0.5
    said = pinxit("preset", "add", "elsewhere.json", folder=folder).stdout
    assert "--preset 'mine'" in said
    assert saved_names() == ["mine"]
    assert "mine: --strength 0.5" in pinxit("preset", "list", folder=folder).stdout
    pinxit("preset", "remove", "mine", folder=folder)
    assert saved_names() == []


def test_a_result_gives_its_settings_and_its_picture(folder: Path) -> None:
    pinxit("stylize", "sample:cat", *INSTANT, "--strength", "0.7", "--memory", "1GB", "-o", "a.png", folder=folder)
    pinxit("preset", "save", "like it", "--like", "a.png", "--seed", "4", folder=folder)
    preset = read_preset("like it")
    assert preset.settings == {"preset": "instant", "network": "live", "size": 64, "strength": 0.7, "seed": 4}
    thumbnail = preset.picture()
    assert thumbnail is not None
    assert max(thumbnail.width, thumbnail.height) == 160
    whole = pictures.resize(pictures.read(folder / "a.png"), thumbnail.height, thumbnail.width)
    assert np.abs(whole.pixels - thumbnail.pixels).max() < 0.51 / 255


def test_a_result_of_gram_keeps_its_objective(folder: Path) -> None:
    gram = Settings.choose({"objective": "gram", "strength": 0.5})
    settings = make_preset("a", {}, gram, None).settings
    assert settings == {"preset": "standard", "objective": "gram", "strength": 0.5}
    assert Settings.choose(settings) == gram


def test_what_a_command_decides_itself_is_left_out_and_named(folder: Path) -> None:
    pinxit("preset", "save", "a", "--color", "keep", "--iterations", "1", "--device", "cpu", folder=folder)
    done = pinxit("texture", "sample:cat", "-p", "a", "--size", "64", "--coarsest", "64", "-o", "t.png", folder=folder)
    assert "the preset's color is not for this command: left out" in done.stderr


def test_a_large_thumbnail_is_made_smaller(folder: Path) -> None:
    noise = Picture(np.random.default_rng(0).random((3, 400, 400), np.float32))
    preset = make_preset("a", {"strength": 0.5}, None, noise)
    assert len(base64.b64decode(preset.thumbnail or "")) <= THUMBNAIL_BYTES


def preset_with(**changes: Any) -> dict[str, Any]:
    return {"pinxit_preset": 1, "name": "a", "settings": {"strength": 0.5}, "thumbnail": None, **changes}


PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0dIHDR"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "is not a preset"),
        (b" " * 2**18 + b"{}", "more than 256 KiB"),
        ({"name": "a"}, "is not a preset"),
        (preset_with(pinxit_preset=2), "of format 2, this pinxit reads 1"),
        (preset_with(name="../../a"), "can be a file's name"),
        (preset_with(name="a\x1b[2J"), "can be a file's name"),
        (preset_with(name=".a"), "can be a file's name"),
        (preset_with(name="draft"), "comes with pinxit"),
        (preset_with(name="a" * 65), "at most 64"),
        (preset_with(settings={"strength": 7}), "strength"),
        (preset_with(settings={"strength": float("nan")}), "strength"),
        (preset_with(settings={"content": "/etc/passwd"}), "there is no setting 'content'"),
        (preset_with(settings={"init": "picture"}), "names no pictures"),
        (preset_with(settings={"init": "/etc/passwd"}), "init"),
        (preset_with(settings={"preset": "b.json"}), "there is no preset 'b.json'"),
        (preset_with(settings={"iterations": [1] * 1000}), "iterations"),
        (preset_with(settings=[]), "dictionary"),
        (preset_with(thumbnail="?"), "is not a PNG"),
        (preset_with(thumbnail=base64.b64encode(b"GIF89a").decode()), "is not a PNG"),
        (
            preset_with(thumbnail=base64.b64encode(PNG + (9999).to_bytes(4, "big") * 2).decode()),
            "is not a PNG",
        ),
        (
            preset_with(thumbnail=base64.b64encode(PNG + (9).to_bytes(4, "big") * 2).decode()),
            "is not a PNG",
        ),
        (preset_with(more=1), "extra"),
    ],
)
def test_a_file_from_anybody_is_a_preset_or_a_sentence(folder: Path, data: Any, sentence: str) -> None:
    path = folder / "b.json"
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    with pytest.raises(PinxitError, match=r"b\.json") as caught:
        read_preset_file(path)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("preset save draft --strength 1", "comes with pinxit"),
        ("preset save a/b --strength 1", "can be a file's name"),
        ("preset save a", "the preset would decide nothing"),
        ("preset save a --strength 5", "strength"),
        ("preset save a --init photo.png", "init"),
        ("preset save a --strength 1 -o a.txt", "end it in .json"),
        ("preset show a", "there is no preset 'a'"),
        ("preset show a.json", "there is no preset's file a.json"),
        ("preset remove a", "you have no preset 'a'"),
        ("stylize sample:cat -s house:ink --preset ../a -o b.png", "there is no preset '../a'"),
        ("sweep sample:cat -s house:ink --preset draft,nope -o b.png", "there is no preset 'draft,nope'"),
    ],
)
def test_mistakes(folder: Path, line: str, sentence: str) -> None:
    assert sentence in pinxit(*line.split(), folder=folder, check=2).stderr


def test_nothing_is_replaced_unasked(folder: Path) -> None:
    pinxit("preset", "save", "a", "--strength", "0.5", folder=folder)
    assert "exists" in pinxit("preset", "save", "a", "--strength", "0.6", folder=folder, check=2).stderr
    assert read_preset("a").settings == {"strength": 0.5}
    pinxit("preset", "save", "a", "--strength", "0.6", "--overwrite", folder=folder)
    assert read_preset("a").settings == {"strength": 0.6}
