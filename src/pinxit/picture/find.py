"""Which pictures a person means by files, folders and patterns."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path, PurePath

from pinxit.errors import PinxitError
from pinxit.picture.paths import at_home

# What a picture to be painted is usually called; a file named outright may be called anything.
_ENDINGS = frozenset(
    (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".gif", ".bmp", ".ppm", ".pgm", ".tga")
)


def expand(sources: Iterable[str]) -> list[Path]:
    """Files as they are, the pictures directly in a folder, the files that match a pattern (`**` goes into folders).

    Returns:
        In the order given, what a folder or a pattern holds sorted by name, each file once.

    Raises:
        PinxitError: when nothing is given, or a folder or a pattern holds no picture.
    """
    found: dict[str, Path] = {}
    for source in sources:
        for path in _expand(source):
            found.setdefault(os.path.abspath(path), path)  # noqa: PTH100
    if not found:
        raise PinxitError("no picture is given: name a file, a folder or a pattern.")
    return list(found.values())


def is_picture(name: str) -> bool:
    """Whether a file is called as pictures are, and is not hidden."""
    path = PurePath(name)
    return path.suffix.lower() in _ENDINGS and not path.name.startswith(".")


def tree(folder: Path) -> list[Path]:
    """The pictures in a folder and in all folders within it, sorted by name, hidden ones left out.

    Raises:
        PinxitError: when there is no such folder, or no picture in it.
    """
    if not folder.is_dir():
        raise PinxitError(f"{folder} is no folder: give one with pictures in it.")
    found = [Path(parent) / name for parent, _, names in os.walk(folder) for name in names if is_picture(name)]
    if not found:
        raise PinxitError(f"there is no picture in {folder}: give another folder.")
    return sorted(found)


def _expand(source: str) -> list[Path]:
    path = at_home(source)
    try:
        if path.is_dir():
            # What begins with a dot is hidden: a Mac leaves `._photo.jpg` beside every photo.jpg, and it is no picture.
            pictures = sorted(
                entry
                for entry in path.iterdir()
                if entry.suffix.lower() in _ENDINGS and not entry.name.startswith(".") and entry.is_file()
            )
            if not pictures:
                raise PinxitError(f"there is no picture in {path}: give another folder.")
            return pictures
        if path.exists() or not glob.has_magic(source):
            return [path]
        matches = sorted(Path(match) for match in glob.glob(str(path), recursive=True))  # noqa: PTH207
        pictures = [match for match in matches if match.is_file()]
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{path} cannot be searched ({reason}): give another folder.") from error
    if not pictures:
        raise PinxitError(f"nothing matches {source}: check the pattern.")
    return pictures
