"""Command line options made from the fields of `Settings`, so that the two can never differ.

Every value is passed on as text: `Settings` reads and validates it, as it does for the library and for recipes in files.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import Field, fields, is_dataclass
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from pinxit.cli.messages import warn
from pinxit.recipe.presets import PRESETS
from pinxit.recipe.recipe import Settings
from pinxit.recipe.saved_presets import read_preset

_SHORT = {"preset": ("-p",)}
_EXAMPLE = {
    "iterations": "N,N,…",
    "content_layers": "LAYER,…",
    "style_layers": "LAYER=W,…",
    "init": "content|noise|style|network|FILE",
    "memory": "GB",
    "assignment": "N,N+N,…",
    "size": "N|original",
}


def _metavar(name: str, field: FieldInfo) -> str:
    if name in _EXAMPLE:
        return _EXAMPLE[name]
    if name == "preset":
        return "|".join([*PRESETS, "NAME", "FILE"])
    if get_origin(field.annotation) is Literal:
        return "|".join(str(choice) for choice in get_args(field.annotation))
    return "N" if field.annotation is int else "X"


def text(value: Any) -> str:
    """Return a value as one would type it."""
    if isinstance(value, dict):
        return ",".join(layer if weight == 1 else f"{layer}={weight:g}" for layer, weight in value.items())
    if isinstance(value, tuple):
        return ",".join("+".join(map(str, part)) if isinstance(part, tuple) else str(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _shown_default(name: str, field: FieldInfo) -> str:
    """Return the default, and the values that other presets have instead."""
    default = "none" if field.default is None else text(field.default)
    chosen = {preset: text(PRESETS[preset].settings.get(name, field.default)) for preset in PRESETS}
    others = [f"{preset} {value}" for preset, value in chosen.items() if field.default is not None and value != default]
    return "; ".join([default, *others])


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every setting, received as keyword arguments, None where not given.

    A command that reads a setting in its own way has a parameter of that name, and no other option is made for it. A parameter
    whose type is a group of options is replaced by the group's options; see `pinxit.cli.arguments`.
    """
    return with_settings_but()(command)


def with_settings_but(*decided: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Do as `with_settings`, without the settings that the command decides itself.

    Args:
        *decided: their names.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        return _with_settings(command, frozenset(decided))

    return decorate


def _with_settings(command: Callable[..., None], decided: frozenset[str]) -> Callable[..., None]:
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, tuple[Any, list[Field[Any]]]] = {}
    own: list[inspect.Parameter] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        group, *marks = get_args(parameter.annotation) or [parameter.annotation]
        if is_dataclass(group):
            left_out = {name for mark in marks for name in mark.names}
            chosen = [field for field in fields(group) if field.name not in left_out]
            groups[parameter.name] = group, chosen
            own += [_parameter_of(field) for field in chosen]
        else:
            own.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))

    @functools.wraps(command)
    def run(**values: Any) -> None:
        for name, (group, chosen) in groups.items():
            values[name] = group(**{field.name: field.metadata["read"](values.pop(field.name)) for field in chosen})
        command(**with_saved_preset(values))

    made = _setting_options(decided | {parameter.name for parameter in own})
    # Help shows panels in the order of their first option: the command's own options without a panel, then the settings, then
    # the command's panels.
    context = [parameter for parameter in own if parameter.annotation is typer.Context]
    options = [parameter for parameter in own if parameter not in context]
    in_panels = [parameter for parameter in options if parameter.annotation.__metadata__[0].rich_help_panel]
    ordered = [*context, *(parameter for parameter in options if parameter not in in_panels), *made, *in_panels]
    run.__signature__ = signature.replace(parameters=ordered)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in ordered}
    return run


def with_saved_preset(values: dict[str, Any]) -> dict[str, Any]:
    """Return a command's values with the settings of the preset that a person saved, where `preset` names one.

    Options that were given take precedence. Settings that the command decides itself are left out, and named.

    Args:
        values: the command's values by parameter; settings are text, or None where not given.

    Raises:
        PinxitError: when there is no such preset, or its file is none.
    """
    name = values.get("preset")
    # A sweep may vary presets: those are the built-in ones.
    if name is None or all(part in PRESETS for part in name.split(",")):
        return values
    settings = {"preset": "standard", **read_preset(name).settings}
    left_out = [setting for setting in settings if setting not in values]
    if left_out:
        warn(
            f"the preset's {', '.join(left_out)} {'is' if len(left_out) == 1 else 'are'} not for this command: left out."
        )
    chosen = {setting: as_typed(value) for setting, value in settings.items() if setting in values}
    given = {setting: value for setting, value in values.items() if value is not None and setting != "preset"}
    return {**values, **chosen, **given}


def as_typed(value: Any) -> str:
    """Return a value of a preset's file as one would type it, with all digits."""
    if isinstance(value, dict):
        return ",".join(f"{layer}={weight!r}" for layer, weight in value.items())
    if isinstance(value, list):
        return ",".join("+".join(map(str, part)) if isinstance(part, list) else str(part) for part in value)
    return str(value)


def _parameter_of(field: Field[Any]) -> inspect.Parameter:
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=field.default,
        annotation=field.metadata["annotation"],
    )


def _setting_options(left_out: frozenset[str]) -> list[inspect.Parameter]:
    made = []
    for name, field in Settings.model_fields.items():
        if name in left_out:
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
    return made
