"""Names that are no text, and text from outside that would be commands to a terminal."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path

import pytest

from pinxit import image as pictures
from pinxit.cli.main import main
from pinxit.errors import printable
from pinxit.recipe.recipe import Input

QUICK = "--size 64 --coarsest 64 --iterations 1 --device cpu"
NASTY = "\x1b]0;owned\x07\x1b[31m\u202egpj\n[bold][red]\x9b2J"
NAMES = [
    os.fsdecode(b"caf\xe9.jpg"),
    f"{NASTY}.jpg",
    "-o dash.jpg",
    "👩\u200d🎨 العربية 猫.jpg",
    "n" * 251 + ".jpg",
    "[bold]x[red].jpg",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    small = pictures.to_bytes(pictures.fit(pictures.sample("cat"), 80), kind="JPEG")
    for name in NAMES:
        (tmp_path / "photos" / name).write_bytes(small)
    return tmp_path


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["pinxit", *arguments])
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def is_harmless(text: str) -> bool:
    return all(c.isprintable() or c in "\n\u200d" for c in text)


def test_a_batch_of_all_of_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "photos" / f"{NASTY}.txt").write_text("no picture")
    assert run(shlex.split(f"batch photos -s house:swirl -o out {QUICK}"), monkeypatch) == 0
    printed = capsys.readouterr()
    assert is_harmless(printed.out), ascii(printed.out)
    assert is_harmless(printed.err), ascii(printed.err)
    assert "6 painted, 0 done before, 0 failed." in printed.err
    assert "\\x1b]0;owned" in printed.err, "what is left out is named, readably"
    made = sorted(os.fsencode(path.name) for path in (folder / "out").iterdir())
    assert made == sorted(map(os.fsencode, NAMES)), "the results have their pictures' own names, byte for byte"
    text = pictures.read_recipe(folder / "out" / NAMES[0])
    assert text is not None
    assert json.loads(text)["content"]["name"] == "caf\\udce9.jpg"
    json.dumps(json.loads(text)).encode("ascii")
    # And again: found done; and redone, by its content, where it was last seen.
    assert run(shlex.split(f"batch photos -s house:swirl -o out {QUICK}"), monkeypatch) == 0
    assert "0 painted, 6 done before, 0 failed." in capsys.readouterr().err
    assert run(["redo", f"out/{NAMES[0]}", "-o", "again.png"], monkeypatch) == 0
    assert run(["show", f"out/{NAMES[1]}"], monkeypatch) == 0
    assert run(["compare", f"out/{NAMES[5]}", f"out/{NAMES[0]}", "-o", "sheet.png", "--size", "128"], monkeypatch) == 0
    printed = capsys.readouterr()
    assert is_harmless(printed.out), ascii(printed.out)
    assert is_harmless(printed.err), ascii(printed.err)
    assert "[bold]x[red].jpg" in printed.out


@pytest.mark.parametrize(
    "recipe",
    [
        {"work": f"stylize {NASTY}", "note": NASTY, NASTY: [NASTY]},
        {
            "schema_version": 1,
            "pinxit": NASTY[:60],
            "content": {"name": NASTY},
            "styles": [{"name": NASTY, "region": {"name": NASTY}}],
        },
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_strangers_recipe(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    recipe: object,
    options: list[str],
) -> None:
    path = tmp_path / "a.png"
    pictures.write(pictures.fit(pictures.sample("cat"), 32), path, recipe=json.dumps(recipe, ensure_ascii=False))
    assert run(["show", str(path), *options], monkeypatch) == 0
    printed = capsys.readouterr()
    assert is_harmless(printed.out), ascii(printed.out)
    if options:
        json.loads(printed.out)


def test_a_profile_of_taste(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["taste", "show", "--profile", str(tmp_path / NASTY)], monkeypatch) == 0
    assert is_harmless(capsys.readouterr().out)


def test_names_in_recipes() -> None:
    assert Input(name="👩\u200d🎨.jpg").name == "👩\u200d🎨.jpg"
    assert Input(name="a\nb").name == "a\\nb"
    assert len(Input(name="\udcff" * 255).name) == 255
    assert printable("a\u202eb") == "a\\u202eb"
