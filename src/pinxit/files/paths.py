"""Paths as a person types them, and the check that what a command reads and writes does not collide."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from pinxit.errors import PinxitError

_Identity: TypeAlias = tuple[int | str, ...]
_LAYER = re.compile(r"(?P<file>.*\.(?:ora|psd|psb))#(?P<layer>.+)", re.IGNORECASE | re.DOTALL)


def expand_home(path: str | os.PathLike[str]) -> Path:
    """Expand `~/a.png` to the home folder; `~a.png` stays a file's name, where pathlib's own function raises."""
    return Path(os.path.expanduser(path))  # noqa: PTH111


def split_layer(path: str | os.PathLike[str]) -> tuple[Path, str | None]:
    """Split `file.psd#Sky` into the file and the name of one of its layers.

    Returns:
        The path with `~` expanded, and the layer's name; None where no layer is named, or a file of the whole name exists.
    """
    whole = expand_home(path)
    found = _LAYER.fullmatch(str(whole))
    if found is None or os.path.lexists(whole):
        return whole, None
    return Path(found["file"]), found["layer"]


def check_apart(
    *, reads: Iterable[object], writes: Mapping[str, str | os.PathLike[str] | Iterable[Path] | None]
) -> None:
    """Refuse, before anything is painted, to overwrite a file that is read, or to write one file twice.

    Files are compared by identity: links, hard links, `./a` for `a` and file systems that ignore case are recognised.

    Args:
        reads: the files that are read, and folders whose files are all read. Values that are no existing path are ignored.
        writes: the files and folders that are written, by what the error message calls them: `the result`, or an option.
            A folder stands for everything in it. None stands for nothing.

    Raises:
        PinxitError: one sentence that names both paths.
    """
    sources: dict[_Identity, Path] = {}
    folders: dict[_Identity, Path] = {}
    for source in reads:
        if not isinstance(source, str | os.PathLike) or not os.fspath(source):
            continue
        path, _ = split_layer(source)
        if os.path.isdir(path):  # noqa: PTH112 - returns False where pathlib raises, as for names too long
            folders[identity(path)] = path
            sources |= {identity(file): file for file in path.iterdir()}
        elif os.path.exists(path):  # noqa: PTH110
            if not path.is_file():
                raise PinxitError(f"{path} is not a regular file: give a picture, or what the command names.")
            sources[identity(path)] = path
    taken: dict[_Identity, str] = {}
    for what, paths in writes.items():
        for given in (paths,) if isinstance(paths, str | os.PathLike) else paths or ():
            path = expand_home(given)
            here = identity(path)
            if here in sources or here in folders:
                raise PinxitError(f"{path} is read, and would be written as {what}: choose another name for {what}.")
            if here in taken:
                both = what if what == taken[here] else f"{taken[here]} and {what}"
                raise PinxitError(f"{path} would be written twice, as {both}: choose another name.")
            taken[here] = what
            above = [identity(folder) for folder in Path(os.path.realpath(path)).parents]
            if above and above[0] in folders and not path.is_dir():
                raise PinxitError(
                    f"{path} lies in {folders[above[0]]}, whose files are all read: choose another folder for {what}."
                )
            if os.path.isdir(path):  # noqa: PTH112
                _check_beneath(path, what, [*sources.values(), *folders.values()])


def identity(path: str | os.PathLike[str]) -> _Identity:
    """Return a key that is the same for all paths to one file or folder.

    It is the device and inode of what exists. For a path that does not exist, it is those of the nearest existing folder,
    and the names below it.
    """
    real = Path(os.path.realpath(path))
    beyond: list[str] = []
    for here in (real, *real.parents):
        try:
            found = here.stat()
        except (OSError, ValueError):
            beyond.append(here.name)
            continue
        if beyond and _folds_case(here):
            beyond = [unicodedata.normalize("NFC", name).casefold() for name in beyond]
        return (found.st_dev, found.st_ino, *reversed(beyond))
    return tuple(reversed(beyond))


def _check_beneath(folder: Path, what: str, sources: Iterable[Path]) -> None:
    """Refuse a folder that is written while something in it is read."""
    here = identity(folder)
    for source in sources:
        if here in (identity(above) for above in Path(os.path.realpath(source)).parents):
            raise PinxitError(f"{source} is read, and lies in {folder}, {what}: choose another folder for {what}.")


def _folds_case(folder: Path) -> bool:
    """Whether the folder's file system ignores case, tried with the folder's own name in the other case."""
    for here in (folder, *folder.parents):
        swapped = here.with_name(here.name.swapcase()) if here.name else here
        if swapped != here:
            try:
                return swapped.samefile(here)
            except OSError:
                return False
    return False
