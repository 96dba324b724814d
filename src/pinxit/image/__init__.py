"""Pictures: reading and writing files, colour, transparency, and the recipe inside a file.

The modules are imported when first used; see `pinxit.lazy`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pinxit.lazy import lazy_exports

if TYPE_CHECKING:
    from pinxit.image.convert import from_array, from_pil, to_array, to_pil
    from pinxit.image.discover import expand, tree
    from pinxit.image.metadata import read_recipe
    from pinxit.image.picture import Picture
    from pinxit.image.reader import read
    from pinxit.image.resizer import cover, fit, resize
    from pinxit.image.samples import sample, sample_names
    from pinxit.image.writer import KINDS, check_writable, to_bytes, write

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

__getattr__ = lazy_exports(
    __name__,
    {
        "convert": ("from_array", "from_pil", "to_array", "to_pil"),
        "discover": ("expand", "tree"),
        "metadata": ("read_recipe",),
        "picture": ("Picture",),
        "reader": ("read",),
        "resizer": ("cover", "fit", "resize"),
        "samples": ("sample", "sample_names"),
        "writer": ("KINDS", "check_writable", "to_bytes", "write"),
    },
)
