"""Public names that are imported when first used, so that importing a package loads nothing heavy."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def lazy_exports(package: str, names: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """Return a module-level `__getattr__` that imports public names on demand.

    No module of the package may be called like one of the names: once imported, it would take the name's place.

    Args:
        package: the package's `__name__`.
        names: the public names that each module defines, by the module's name relative to the package.
    """
    module_of = {name: module for module, defined in names.items() for name in defined}

    def lazy_getattr(name: str) -> Any:
        if name not in module_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{package}.{module_of[name]}"), name)

    return lazy_getattr
