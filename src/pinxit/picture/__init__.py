"""What goes in and out: files, colour, alpha, the recipe inside a file. Modules are imported when first used.

A module must not be called like a name it offers: once imported, it would stand in that name's place here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinxit.picture.convert import from_array, from_pil, to_array, to_pil
    from pinxit.picture.find import expand, tree
    from pinxit.picture.metadata import read_recipe
    from pinxit.picture.picture import Picture
    from pinxit.picture.reader import read
    from pinxit.picture.resizer import cover, fit, resize
    from pinxit.picture.samples import sample, sample_names
    from pinxit.picture.writer import KINDS, check_writable, to_bytes, write

_HOME = {
    "KINDS": "writer",
    "Picture": "picture",
    "check_writable": "writer",
    "cover": "resizer",
    "expand": "find",
    "fit": "resizer",
    "from_array": "convert",
    "from_pil": "convert",
    "read": "reader",
    "read_recipe": "metadata",
    "resize": "resizer",
    "sample": "samples",
    "sample_names": "samples",
    "to_array": "convert",
    "to_bytes": "writer",
    "to_pil": "convert",
    "tree": "find",
    "write": "writer",
}

__all__ = [
    "KINDS",
    "Picture",
    "check_writable",
    "cover",
    "expand",
    "fit",
    "from_array",
    "from_pil",
    "read",
    "read_recipe",
    "resize",
    "sample",
    "sample_names",
    "to_array",
    "to_bytes",
    "to_pil",
    "tree",
    "write",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'pinxit.picture' has no attribute {name!r}")
    return getattr(importlib.import_module(f"pinxit.picture.{_HOME[name]}"), name)
