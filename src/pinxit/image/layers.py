"""Layers of a picture's file, as painting programs have them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pinxit.errors import PinxitError
from pinxit.image.picture import Picture

Blend: TypeAlias = Literal["normal", "multiply", "screen"]
LAYERED = ("ORA", "PSD")
"""Kinds of file that hold layers."""
PAINTING = "Painting"
"""The layer that holds the result itself."""
_MAX_NAMES = 20  # most layers that an error message lists


@dataclass(frozen=True)
class Layer:
    """A layer, as large as the picture.

    Attributes:
        name: shown in the painting program's list of layers.
        picture: its pixels and transparency.
        blend: how it is laid on those below it, computed on the gamma-encoded values as painting programs do by default.
        visible: whether it is switched on.
    """

    name: str
    picture: Picture
    blend: Blend = "normal"
    visible: bool = True


def index_of(name: str, names: Sequence[str]) -> int:
    """Return the index of the one layer with a name.

    Raises:
        PinxitError: when no layer has it, or several have; the sentence follows the file's name.
    """
    count = list(names).count(name)
    if count == 1:
        return list(names).index(name)
    if count:
        raise PinxitError(f"has {count} layers called {name!r}: give the one that is meant a name of its own.")
    if not names:
        raise PinxitError(f"has no layers: leave out #{name}.")
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    raise PinxitError(f"has no layer {name!r}: its layers are {', '.join(map(repr, names[:_MAX_NAMES]))}{more}.")
