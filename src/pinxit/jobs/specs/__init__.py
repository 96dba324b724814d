"""Specs: what a job is to make, one file for each kind of work.

A spec is flat: the fields of `Settings` that were chosen, the pictures, and the fields that the work adds. In requests and
stored data it is the field `order`. A recipe from a picture is a valid spec, too. Pictures are named by their content or as
`house:NAME` and `sample:NAME`, never by a path.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union

from pydantic import Field, TypeAdapter, ValidationError

from pinxit.jobs.errors import Refused
from pinxit.jobs.specs.base import BaseSpec
from pinxit.network.weights import ENDING
from pinxit.recipe.recipe import Input
from pinxit.works import JOBS

if TYPE_CHECKING:
    Spec: TypeAlias = BaseSpec
else:
    # `NameSpec` in the module of each work's name.
    _CLASSES = tuple(
        getattr(importlib.import_module(f"pinxit.jobs.specs.{work}"), f"{work.title()}Spec") for work in JOBS
    )
    Spec: TypeAlias = Annotated[Union[_CLASSES], Field(discriminator="work")]  # noqa: UP007 - known when the program runs
"""Any spec; `work` says which."""


@functools.cache
def adapter() -> TypeAdapter[Spec]:
    """Return the validator for any spec."""
    return TypeAdapter(Spec)


def read_spec(data: Any) -> Spec:
    """Validate data from an untrusted source, a request's body or a recipe, as a spec.

    Raises:
        Refused: with one sentence on the first error.
    """
    if isinstance(data, dict) and "work" not in data:
        data = {"work": "stylize", **data}
    try:
        spec: Spec = adapter().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        # The kind of work comes first; a field may have the same name.
        loc = first["loc"][1:] if first["loc"][:1] and first["loc"][0] in JOBS else first["loc"]
        where = ".".join(str(part)[:64] for part in loc)
        problem = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise Refused(f"{where + ': ' if where else ''}{problem[:1].lower()}{problem[1:]}.", "order_refused") from error
    return spec


def files_of(data: Any) -> dict[str, str]:
    """Return the stored files that a spec names, even if this version cannot read the spec.

    Args:
        data: the spec as JSON data, or any other JSON data.

    Returns:
        The name that a person gave each file, by the file's SHA-256.
    """
    found: dict[str, str] = {}
    left = [data]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if isinstance(sha256 := one.get("sha256"), str) and sha256:
                found[sha256] = str(one.get("name", "the file"))
            left += one.values()
        elif isinstance(one, list | tuple):
            left += one
    return found


def fingerprint(spec: Spec) -> str:
    """Return the hexadecimal SHA-256 of everything that a spec asks for; equal specs have equal fingerprints."""
    return hashlib.sha256(json.dumps(spec.to_data(), sort_keys=True).encode()).hexdigest()


def title_of(spec: Spec) -> str:
    """Return the default title of a result, made of its inputs' names: `photo-starry_night`."""

    def stem(entry: Input) -> str:
        return entry.name.partition(":")[2] or entry.name.removesuffix(ENDING).rpartition(".")[0] or entry.name

    content = next((found for name in ("content", "clip", "photo") if (found := getattr(spec, name, None))), None)
    styles = spec.styles or getattr(spec, "patterns", ())
    names = [stem(entry) for entry in ([content] if content else []) + list(styles[:2])]
    return "-".join(names)[:255]
