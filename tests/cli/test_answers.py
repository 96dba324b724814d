"""What commands print and write besides a picture: judgements for programs, sheets, presets, themes by taste."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pinxit import image as pictures
from tests.command_line import pinxit

INSTANT = "-p instant --network live --size 128"


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photograph, and two paintings of it that hold their recipes."""
    folder = tmp_path_factory.mktemp("answers")
    pictures.write(pictures.fit(pictures.sample("cat"), 128), folder / "photo.png")
    for style in ("ink", "swirl"):
        pinxit(*f"stylize photo.png -s house:{style} -o {style}.png {INSTANT}".split(), folder=folder)
    return folder


def test_compare_for_programs(painted: Path) -> None:
    """The pictures that went in are those of the recipe in the first result."""
    done = pinxit(*["compare", "ink.png", "swirl.png", "--size", "128", "--json", "-o", "sheet.png"], folder=painted)
    *lines, written = done.stdout.splitlines()
    reports = [json.loads(line) for line in lines]
    assert [report["result"] for report in reports] == ["ink.png", "swirl.png"]
    for measure in ("color", "style"):
        assert reports[0][measure] < reports[1][measure], "one of them is in that style"
    assert written == "sheet.png"
    sheet = pictures.read(painted / "sheet.png")
    assert sheet.width > 3 * 128, "the photograph, the style and both results"
    again = pinxit(*["compare", "ink.png", "--size", "128", "-o", "sheet.png"], folder=painted, check=2)
    assert "sheet.png exists" in again.stderr


def test_compare_names_the_results_in_a_table(painted: Path) -> None:
    shown = pinxit(
        *["compare", "ink.png", "-c", "photo.png", "-s", "house:ink", "--size", "128"], folder=painted
    ).stdout
    assert {"color", "style", "content", "edges"} <= set(shown.split())
    assert "ink.png" in shown


def test_a_preset_for_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINXIT_PRESETS", str(tmp_path / "presets"))
    pinxit("preset", "save", "gentle", "--strength", "0.6", folder=tmp_path)
    shown = json.loads(pinxit("preset", "show", "gentle", "--json", folder=tmp_path).stdout)
    assert shown["name"] == "gentle"
    assert shown["settings"] == {"strength": 0.6}
    refused = pinxit("preset", "show", "gentle", "--thumbnail", "small.png", folder=tmp_path, check=2)
    assert "the preset gentle has no thumbnail: leave out --thumbnail" in refused.stderr


def test_a_theme_of_what_is_liked(painted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "paintings").mkdir()
    for style in ("ink", "swirl"):
        (tmp_path / "paintings" / f"{style}.png").write_bytes((painted / f"{style}.png").read_bytes())
    monkeypatch.setenv("PINXIT_TASTE", str(tmp_path / "taste.json"))
    pinxit("taste", "like", "paintings/swirl.png", folder=tmp_path)
    line = "theme --taste paintings -o theme --size 64 -p instant --backgrounds 96x64"
    said = pinxit(*line.split(), folder=tmp_path).stdout
    assert "% paintings/swirl.png" in said
    assert json.loads((tmp_path / "theme" / "tokens.json").read_text())
