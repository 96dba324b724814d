"""The reference pages that are made from the program itself when the site is built, so that they cannot differ from it.

A comment such as `<!-- generated: settings -->` in a page is replaced by Markdown, which the functions in `GENERATED` return,
and `<!-- file: examples/NAME.py -->` by that program.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from typer import rich_utils
from typer.testing import CliRunner

from pinxit.cli.main import COMMANDS, app
from pinxit.cli.options import text
from pinxit.recipe.presets import PRESETS
from pinxit.recipe.recipe import Settings

_MARK = re.compile(r"<!-- generated: ([a-z-]+) -->")
_FILE = re.compile(r"<!-- file: ([\w/.]+) -->")
_ROOT = Path(__file__).parents[2]
_SETTING_OF = {f"--{name.replace('_', '-')}": name for name in Settings.model_fields}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace the marks of generated parts and of programs by their text."""
    markdown = _FILE.sub(lambda found: f"```python\n{(_ROOT / found[1]).read_text()}```", markdown)
    return _MARK.sub(lambda found: GENERATED[found[1]](), markdown)


@functools.cache
def commands() -> str:
    """Return every command with its arguments and options, and the text that `--help` prints."""
    return "\n\n".join(_command(name) for name in COMMANDS)


def _command(name: str) -> str:
    command = typer.main.get_command(importlib.import_module(f"pinxit.cli.{name}").app)
    described = _bold(inspect.cleandoc(command.help or ""))
    parts = [f"## `pinxit {name}` {{ #{name} }}", described, f"[How to use it](../how-to/{name}.md)"]
    subcommands: Mapping[str, Any] = getattr(command, "commands", {})
    parts += [_parameters(command)] if not subcommands else []
    for called, subcommand in subcommands.items():
        parts += [f"### `pinxit {name} {called}`", _bold(subcommand.help or ""), _parameters(subcommand)]
    helps = [_help(name), *(_help(name, called) for called in subcommands)]
    block = "\n\n".join(helps)
    indented = "\n".join(f"    {line}".rstrip() for line in f"```text\n{block}\n```".splitlines())
    parts.append(f'??? note "`pinxit {name} --help`"\n\n{indented}')
    return "\n\n".join(part for part in parts if part)


def _parameters(command: Any) -> str:
    shown = [one for one in command.params if one.name != "help" and not getattr(one, "hidden", False)]
    own = [one for one in shown if not _is_setting(one)]
    rows = [(_spelling(one), _default(one), _bold(one.help or "")) for one in own]
    parts = [_table(("argument or option", "default", "meaning"), rows)] if rows else []
    if settings := [next(iter(one.opts)) for one in shown if _is_setting(one)]:
        links = ", ".join(f"[`{option}`](settings.md#{_SETTING_OF[option]})" for option in settings)
        parts.append(f"Settings, each with its default and its limits on [its own page](settings.md): {links}.")
    return "\n\n".join(parts)


def _is_setting(parameter: Any) -> bool:
    """Whether an option is a field of `Settings`: some commands read one of that name in their own way."""
    option = next(iter(parameter.opts))
    field = Settings.model_fields.get(_SETTING_OF.get(option, ""))
    return parameter.param_type_name == "option" and field is not None and parameter.help == field.description


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`{'…' if parameter.nargs == -1 else ''}"
    value = "" if parameter.metavar is None else f" {parameter.metavar}"
    return ", ".join(f"`{option}{value}`" for option in parameter.opts)


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    if parameter.default is None or parameter.default is False or parameter.default == ():
        return ""
    return f"`{parameter.default}`"


def _help(*command: str) -> str:
    """Return what the real program prints."""
    rich_utils.MAX_WIDTH, rich_utils.FORCE_TERMINAL = 100, False
    printed = CliRunner().invoke(app, [*command, "--help"], prog_name="pinxit", catch_exceptions=False).output
    return "\n".join(row.rstrip() for row in printed.strip().splitlines())


@functools.cache
def settings() -> str:
    """Return a table of every setting: its default, its limits, what the presets change."""
    schema = Settings.model_json_schema()
    groups: dict[str, list[str]] = {}
    for name, field in Settings.model_fields.items():
        extra: Any = field.json_schema_extra
        others = [
            f"`{preset}` {_code(text(PRESETS[preset].settings[name]))}"
            for preset in PRESETS
            if name in PRESETS[preset].settings
        ]
        default = "none" if field.default is None else _code(text(field.default))
        facts = [f"**Default:** {default}" + (f"; {', '.join(others)}" if others else "")]
        facts += [f"**Values:** {limits}"] if (limits := _limits(schema, schema["properties"][name])) else []
        facts.append(f"**Spelling:** `--{name.replace('_', '-')}` on the command line, `{name}` elsewhere")
        lines = "\n".join(f"- {fact}" for fact in facts)
        groups.setdefault(extra["group"], []).append(f"### `{name}` {{ #{name} }}\n\n{field.description}\n\n{lines}")
    return "\n\n".join(f"## {group}\n\n" + "\n\n".join(entries) for group, entries in groups.items())


def _limits(schema: Mapping[str, Any], field: Mapping[str, Any]) -> str:
    parts = []
    for one in (field, *field.get("anyOf", ())):
        one = schema["$defs"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        if "enum" in one:
            parts.append(", ".join(f"`{value}`" for value in one["enum"]))
        for key, words in (
            ("exclusiveMinimum", "above"),
            ("minimum", "at least"),
            ("exclusiveMaximum", "below"),
            ("maximum", "at most"),
        ):
            if key in one:
                parts.append(f"{words} {one[key]:g}")
    return ", ".join(parts)


def presets() -> str:
    """Return a table of the presets and what each changes."""
    rows = [
        (
            f"`{name}`",
            preset.summary,
            ", ".join(f"`{key}` {_code(text(value))}" for key, value in preset.settings.items()),
        )
        for name, preset in PRESETS.items()
    ]
    return _table(("preset", "for", "differs from `standard` in"), rows)


@functools.cache
def _openapi() -> dict[str, Any]:
    from pinxit.studio.app import create_api

    return create_api().openapi()


def http_api() -> str:
    """Return every address of the studio's API, from its OpenAPI document."""
    parts = []
    for path, methods in _openapi()["paths"].items():
        for method, operation in methods.items():
            parts.append(f"### `{method.upper()} {path}`\n\n{operation.get('description') or operation['summary']}")
            fields = [
                (f"`{one['name']}`", one["in"], _linked(one["schema"]), one.get("description", ""))
                for one in operation.get("parameters", ())
            ]
            if fields:
                parts.append(_table(("parameter", "in", "type", "meaning"), fields))
            bodies = operation.get("requestBody", {}).get("content", {}).items()
            parts += [f"Body: `{media}` {_linked(body.get('schema', {}))}" for media, body in bodies]
            answers = [
                (
                    status,
                    answer.get("description", ""),
                    ", ".join(
                        f"`{media}` {_linked(body.get('schema', {}))}"
                        for media, body in answer.get("content", {}).items()
                    ),
                )
                for status, answer in operation["responses"].items()
                if status < "4"
            ]
            parts.append(_table(("status", "meaning", "body"), answers))
    return "\n\n".join(parts)


def http_schemas() -> str:
    """Return every body that the API takes or gives, field by field."""
    parts = []
    for name, schema in sorted(_openapi()["components"]["schemas"].items()):
        parts.append(f"### {name} {{ #schema-{name.lower()} }}")
        if schema.get("description"):
            parts.append(inspect.cleandoc(schema["description"]))
        rows = [
            (
                f"`{field}`" + (" (required)" if field in schema.get("required", ()) else ""),
                _linked(value),
                value.get("description", ""),
            )
            for field, value in schema.get("properties", {}).items()
        ]
        parts.append(_table(("field", "type", "meaning"), rows) if rows else _linked(schema))
    return "\n\n".join(parts)


def _linked(schema: Any) -> str:
    names = list(dict.fromkeys(_references(schema)))
    if names:
        return ", ".join(f"[{name}](#schema-{name.lower()})" for name in names)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kinds = [one.get("type", "") for one in (schema, *schema.get("anyOf", ())) if one.get("type")]
    return " or ".join(kinds)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key == "$ref":
                yield value.rpartition("/")[2]
            elif key not in {"properties", "description"}:
                yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(_cell(cell) for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(content: str) -> str:
    """Return text for a cell: on one line, with bars escaped, except in code, which needs no escape."""
    parts = " ".join(content.split()).split("`")
    return "`".join(part if number % 2 else part.replace("|", "\\|") for number, part in enumerate(parts))


def _code(value: str) -> str:
    return f"`{value}`"


def _bold(described: str) -> str:
    """Return help text with Rich's bold, which marks what one types, as code."""
    return re.sub(r"\[bold\](.*?)\[/bold\]", r"`\1`", described)


GENERATED: dict[str, Callable[[], str]] = {
    "commands": commands,
    "settings": settings,
    "presets": presets,
    "http-api": http_api,
    "http-schemas": http_schemas,
}
