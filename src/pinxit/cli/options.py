"""Command line options made from the fields of `Settings`, so that the two can never differ.

Every value is handed on as text: `Settings` reads and judges it, as it does for the library and for recipes in files.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from pinxit.picture.presets import PRESETS
from pinxit.picture.recipe import Settings

_SHORT = {"preset": ("-p",)}
_EXAMPLE = {
    "iterations": "N,N,…",
    "content_layers": "LAYER,…",
    "style_layers": "LAYER=W,…",
    "init": "content|noise|style|network|FILE",
    "memory": "GB",
    "size": "N|original",
}


def _metavar(name: str, field: FieldInfo) -> str:
    if name in _EXAMPLE:
        return _EXAMPLE[name]
    if get_origin(field.annotation) is Literal:
        return "|".join(str(choice) for choice in get_args(field.annotation))
    return "N" if field.annotation is int else "X"


def text(value: Any) -> str:
    """A value as one would type it."""
    if isinstance(value, dict):
        return ",".join(layer if weight == 1 else f"{layer}={weight:g}" for layer, weight in value.items())
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown_default(name: str, field: FieldInfo) -> str:
    """The default, and what other presets have instead."""
    default = "none" if field.default is None else text(field.default)
    chosen = {preset: text(PRESETS[preset].settings.get(name, field.default)) for preset in PRESETS}
    others = [f"{preset} {value}" for preset, value in chosen.items() if field.default is not None and value != default]
    return "; ".join([default, *others])


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every setting; it receives them as keyword arguments, None where not given.

    A command that takes a setting in its own way has a parameter of that name, and no other option for it is made.
    """
    return with_settings_but()(command)


def with_settings_but(*decided: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The same without the settings that the command decides itself."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        return _with_settings(command, frozenset(decided))

    return decorate


def _with_settings(command: Callable[..., None], decided: frozenset[str]) -> Callable[..., None]:
    signature = inspect.signature(command, eval_str=True)
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in signature.parameters.values()
        if parameter.kind is not parameter.VAR_KEYWORD
    ]
    context = [parameter for parameter in own if parameter.annotation is typer.Context]
    own = [parameter for parameter in own if parameter not in context]
    made = []
    for name, field in Settings.model_fields.items():
        if name in decided or name in signature.parameters:
            continue
        extra: Any = field.json_schema_extra
        option = typer.Option(
            f"--{name.replace('_', '-')}",
            *_SHORT.get(name, ()),
            help=field.description,
            metavar=_metavar(name, field),
            show_default=_shown_default(name, field),
            rich_help_panel=extra["group"],
        )
        annotation = Annotated[str | None, option]
        made.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation))
    # The help shows groups in the order of their first member: what belongs to none or to the settings comes first.
    grouped = [parameter for parameter in own if parameter.annotation.__metadata__[0].rich_help_panel]
    ordered = [*context, *(parameter for parameter in own if parameter not in grouped), *made, *grouped]
    command.__signature__ = signature.replace(parameters=ordered)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    return command
