"""The typed keywords are the settings: the same names, and the same types without their limits."""

from __future__ import annotations

import os
import types
from typing import IO, Annotated, Any, Literal, TypedDict, Union, get_args, get_origin, get_type_hints

import numpy as np
import PIL.Image
import torch

from pinxit.recipe.options import PictureLike, SettingsOptions
from pinxit.recipe.recipe import Settings

NAMES = {"IO": IO, "PIL": PIL, "np": np, "os": os, "torch": torch}


class More(TypedDict):
    """What keywords accept besides their fields' types."""

    size: Literal["original"] | None
    iterations: int | None
    init: PictureLike | None


def plain(annotation: Any) -> Any:
    """A type without pydantic's limits, at any depth."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return plain(arguments[0])
    if origin in (Union, types.UnionType):
        return Union[tuple(map(plain, arguments))]  # noqa: UP007 - of a tuple
    if origin in (dict, tuple):
        return origin[tuple(map(plain, arguments))]
    return annotation


def test_the_keywords_are_the_settings() -> None:
    assert list(SettingsOptions.__annotations__) == list(Settings.model_fields)


def test_their_types_are_the_settings_types() -> None:
    found, more = get_type_hints(SettingsOptions, localns=NAMES), get_type_hints(More, localns=NAMES)
    for name, field in Settings.model_fields.items():
        expected = plain(field.annotation) | more.get(name) | None
        assert set(get_args(found[name])) == set(get_args(expected)), name
