"""Names of files that stand side by side in an archive."""

from __future__ import annotations


def unused_name(stem: str, ending: str, taken: set[str], mark: str) -> str:
    """Return a name that no other file has, numbered from 2 on where needed, and remember it.

    Args:
        stem: the name without its ending.
        ending: the ending, with its dot.
        taken: the names so far, as this function remembers them.
        mark: what stands before a number.
    """
    name, number = stem + ending, 1
    # Many systems take names that differ only by case for one.
    while name.casefold() in taken:
        number += 1
        name = f"{stem}{mark}{number}{ending}"
    taken.add(name.casefold())
    return name
