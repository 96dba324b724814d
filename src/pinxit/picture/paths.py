"""Names of files as a person types them, and the one place where all those of a command are checked against each other."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from pinxit.errors import PinxitError

_Identity: TypeAlias = tuple[int | str, ...]


def at_home(path: str | os.PathLike[str]) -> Path:
    """`~/a.png` in the person's own folder; `~a.png` stays a file's name, where pathlib's own function raises."""
    return Path(os.path.expanduser(path))  # noqa: PTH111


def check_apart(
    *, reads: Iterable[object], writes: Mapping[str, str | os.PathLike[str] | Iterable[Path] | None]
) -> None:
    """Refuse, before anything is painted, what would write over a file that is read, or write one file twice.

    Links, hard links, `./a` for `a` and file systems that fold upper and lower case are seen through.

    Args:
        reads: the files that are read, and folders of which all files are read; whatever is no path to something that is
            there is passed over.
        writes: the files and folders that are written, by what each is called: `the result`, or its option. None is none.
            Of a folder named here all that is in it is meant.

    Raises:
        PinxitError: one sentence that names both.
    """
    sources: dict[_Identity, Path] = {}
    folders: dict[_Identity, Path] = {}
    for source in reads:
        if not isinstance(source, str | os.PathLike) or not os.fspath(source):
            continue
        path = at_home(source)
        if os.path.isdir(path):  # noqa: PTH112 - answers False where pathlib raises, as for names too long
            folders[identity(path)] = path
            sources |= {identity(file): file for file in path.iterdir()}
        elif os.path.exists(path):  # noqa: PTH110
            if not path.is_file():
                raise PinxitError(f"{path} is no ordinary file: give a picture, or what the command names.")
            sources[identity(path)] = path
    taken: dict[_Identity, str] = {}
    for what, paths in writes.items():
        for given in (paths,) if isinstance(paths, str | os.PathLike) else paths or ():
            path = at_home(given)
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
                    f"{path} lies in {folders[above[0]]}, of which all is read: choose another folder for {what}."
                )
            if os.path.isdir(path):  # noqa: PTH112
                _check_beneath(path, what, [*sources.values(), *folders.values()])


def identity(path: str | os.PathLike[str]) -> _Identity:
    """What a path leads to, the same for all paths that lead there.

    Of what is there its device and number; of what is not, those of the nearest folder that is, and the names beyond.
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
    """Whether upper and lower case are the same where a folder is: its own name is tried the other way."""
    for here in (folder, *folder.parents):
        swapped = here.with_name(here.name.swapcase()) if here.name else here
        if swapped != here:
            try:
                return swapped.samefile(here)
            except OSError:
                return False
    return False
