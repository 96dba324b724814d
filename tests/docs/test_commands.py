"""Every command line in the documentation is one that the real command line accepts."""

from __future__ import annotations

import importlib
import itertools
import re
import shlex

import pytest
import typer

from pinxit.cli.main import COMMANDS, app
from pinxit.recipe.recipe import Settings
from tests.docs.pages import ROOT, blocks

_ENDS = {"|", ";", "&&", "||", ">", "<", "&", "<<", ">>"}


def command_lines() -> list[tuple[str, list[str]]]:
    """Return each `pinxit …` of a shell block, with its place, split as a shell does it."""
    found = []
    for block in blocks("sh"):
        joined = block.code.replace("\\\n", "  ")
        for offset, line in enumerate(joined.splitlines()):
            lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|<>")
            lexer.whitespace_split = True
            words: list[str] = []
            for word in [*lexer, ";"]:
                if word not in _ENDS:
                    words.append(word)
                    continue
                if words[:1] == ["pinxit"]:
                    found.append((f"{block.page}:{block.line + offset}", words[1:]))
                words = []
    return found


def parse(arguments: list[str]) -> None:
    """Parse a command's arguments and options as the program does, without running it."""
    if not arguments or arguments[0].startswith("-"):
        typer.main.get_command(app).make_context("pinxit", list(arguments))
        return
    name, *rest = arguments
    command = typer.main.get_command(importlib.import_module(f"pinxit.cli.{name}").app)
    subcommands = getattr(command, "commands", {})
    if subcommands:
        command, rest = subcommands[rest[0]], rest[1:]
    context = command.make_context(name, list(rest))
    # Settings reach the commands as text: what they may be is for `Settings` to say.
    chosen = {
        one.name: context.params[one.name]
        for one in command.params
        if one.name in Settings.model_fields
        and getattr(one, "help", None) == Settings.model_fields[one.name].description
    }
    chosen = {setting: value for setting, value in chosen.items() if value not in {None, "original"}}
    if chosen.get("init", "content") not in {"content", "noise", "style", "network"}:
        chosen["init"] = "picture"  # a file
    if chosen.get("preset", "").endswith(".json") or chosen.get("preset") == "gentle":
        del chosen["preset"]  # one that the page's reader has saved
    varied = name == "sweep"
    listed = {"iterations", "content_layers", "style_layers"}
    choices = [
        [(setting, one) for one in (value.split(",") if varied and setting not in listed else [value])]
        for setting, value in chosen.items()
    ]
    for run in itertools.product(*choices):
        Settings.choose(dict(run))


def test_enough_lines_are_found() -> None:
    lines = command_lines()
    assert len(lines) > 150
    assert {arguments[0] for _, arguments in lines if arguments} >= set(COMMANDS)


@pytest.mark.parametrize(("place", "arguments"), command_lines(), ids=lambda value: str(value)[:60])
def test_the_command_line_accepts_it(place: str, arguments: list[str]) -> None:
    try:
        parse(arguments)
    except Exception as error:
        pytest.fail(f"{place}: pinxit {shlex.join(arguments)}: {type(error).__name__}: {error}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["stylize", "a.jpg", "--no-such-option"],
        ["stylise", "a.jpg"],
        ["taste", "admire", "a.jpg"],
        ["texture"],
        ["live", "--size", "many"],
        ["stylize", "a.jpg", "-p", "excellent"],
        ["sweep", "a.jpg", "-s", "b.jpg", "--strength", "0.5,5"],
    ],
)
def test_a_wrong_line_fails(arguments: list[str]) -> None:
    with pytest.raises(Exception, match=r".+"):
        parse(arguments)


def test_every_command_has_a_page_with_its_line() -> None:
    for name in COMMANDS:
        page = (ROOT / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8")
        assert re.search(rf"^(.*\| )?pinxit {name}\b", page, re.MULTILINE), name
        assert f"../reference/commands.md#{name})" in page, name
        assert "## What goes wrong" in page or name in ("doctor", "help"), name
