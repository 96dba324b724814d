"""Command line options made from the fields of `Settings`, so that the two can never differ.

Every value is handed on as text: `Settings` reads and judges it, as it does for the library and for recipes in files.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, get_args, get_origin

import typer
from pydantic.fields import FieldInfo

from pinxit.picture.presets import PRESETS
from pinxit.picture.recipe import Settings

_SHORT = {"preset": "-p"}
_EXAMPLE = {
    "iterations": "N,N,…",
    "content_layers": "LAYER,…",
    "style_layers": "LAYER=W,…",
    "init": "content|noise|FILE",
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
    """The default, and what the other presets have instead."""
    others = [
        f"{preset} {text(PRESETS[preset].settings[name])}" for preset in PRESETS if name in PRESETS[preset].settings
    ]
    default = "none" if field.default is None else text(field.default)
    return "; ".join([default, *others])


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for every setting; it receives them as keyword arguments, None where not given."""
    signature = inspect.signature(command, eval_str=True)
    own = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    made = []
    for name, field in Settings.model_fields.items():
        extra: Any = field.json_schema_extra
        flags = [f"--{name.replace('_', '-')}"] + ([_SHORT[name]] if name in _SHORT else [])
        option = typer.Option(
            *flags,
            help=re.sub(r"\[", r"\\[", field.description or ""),
            metavar=_metavar(name, field),
            show_default=_shown_default(name, field),
            rich_help_panel=extra["group"],
        )
        annotation = Annotated[str | None, option]
        made.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation))
    command.__signature__ = signature.replace(parameters=[*own, *made])  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in [*own, *made]}
    return command
