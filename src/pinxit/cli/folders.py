"""Folders as content: the pictures in them that are painted, and a message about every file that is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pinxit import image as pictures
from pinxit import inputs
from pinxit.cli.messages import warn
from pinxit.errors import PinxitError
from pinxit.files.paths import expand_home, identity
from pinxit.image import discover
from pinxit.image.discover import Found

# The most names printed for each reason: those of a thousand text files would bury everything else.
_MAX_NAMES = 100


def pictures_in(folder: Path, *, deep: bool, results: Path, written: Iterable[Path | None] = ()) -> Found:
    """Return the pictures in a folder, without those that the command itself writes there, now or in an earlier run.

    Args:
        folder: the folder.
        deep: include its subfolders.
        results: the folder where the results go. If it is within the first one, pictures that pinxit made are no inputs.
        written: other files that the command writes.

    Raises:
        PinxitError: when there is no such folder, or no picture in it.
    """
    found = discover.survey(folder, deep=deep)
    root, goal = identity(folder), identity(results)
    if goal != root:
        within = (path for path in found.pictures if goal in _above(path, folder))
        found = found.without(within, f"in {results}, where the results go")
    found = found.without(discover.one_of(found.pictures, written), "written by this command")
    if root in (goal, *map(identity, Path(results).resolve().parents)):
        found = found.without(discover.results_in(found.pictures), discover.RESULT)
    return found


def check_goal(folder: Path, results: Path, targets: Iterable[Path]) -> None:
    """Refuse results that would lie among the pictures, where the next run could not tell them apart.

    Args:
        folder: the folder of the pictures, with its subfolders.
        results: the folder where the results go.
        targets: the results.
    """
    root = identity(folder)
    if identity(results) == root:
        raise PinxitError(f"{results} holds the pictures themselves: give another folder for the results by -o.")
    if root in map(identity, Path(results).resolve().parents):
        return  # a subfolder of their own, which is left out of the pictures
    for target in targets:
        if root in map(identity, Path(target).resolve().parents):
            raise PinxitError(f"{target} would lie among the pictures: give another folder for the results by -o.")


def expand(sources: Iterable[str], *, results: Path | None = None, written: Iterable[Path | None] = ()) -> list[str]:
    """Replace folders and patterns by the pictures in them, and print what is left out; sample:NAME and house:NAME stay.

    Args:
        sources: as they were typed.
        results: the folder where the results go, which are no inputs.
        written: other files that the command writes, which are no inputs either.
    """
    expanded: list[str] = []
    for source in sources:
        own = source.startswith((inputs.SAMPLE, inputs.HOUSE))
        if own or not expand_home(source).is_dir():
            expanded += [source] if own else [str(path) for path in pictures.expand([source])]
            continue
        folder = expand_home(source)
        found = discover.survey(folder, deep=False)
        if results is not None:
            found = pictures_in(folder, deep=False, results=results)
        found = found.without(discover.one_of(found.pictures, written), "written by this command")
        warn_left_out(found)
        expanded += map(str, found.pictures)
    return expanded


def warn_left_out(found: Found) -> None:
    """Print which files of a folder are left out, how many and why."""
    warn_names_left_out(
        str(found.folder),
        {reason: [_name(path, found.folder) for path in paths] for reason, paths in found.left_out.items()},
    )


def warn_names_left_out(folder: str, left_out: Mapping[str, list[str]]) -> None:
    """Print which names are left out of a folder, by the reason."""
    for reason, names in sorted(left_out.items()):
        more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
        warn(f"{len(names)} left out of {folder}, {reason}: {', '.join(names[:_MAX_NAMES])}{more}.")


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _above(path: Path, folder: Path) -> set[tuple[int | str, ...]]:
    """Return the folders between a picture and the folder that is searched."""
    return {identity(parent) for parent in path.parents if parent != folder and parent.is_relative_to(folder)}
