"""Folders as content: which pictures in them are painted, and a word on every file that is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.cli.main import complain
from pinxit.errors import PinxitError
from pinxit.picture import find
from pinxit.picture.find import Found
from pinxit.picture.paths import at_home, identity

# As many names are told of each reason; a folder of a thousand texts would bury the rest.
_MOST_NAMES = 100


def pictures_in(folder: Path, *, deep: bool, results: Path, written: Iterable[Path | None] = ()) -> Found:
    """The pictures in a folder, without what the command itself makes there, now or the time before.

    Args:
        folder: where they are.
        deep: also in the folders within it.
        results: the folder where the results go. If that is within the first one, what pinxit made is no input.
        written: files that the command writes besides.

    Raises:
        PinxitError: when there is no such folder, or no picture in it.
    """
    found = find.survey(folder, deep=deep)
    root, goal = identity(folder), identity(results)
    if goal != root:
        within = (path for path in found.pictures if goal in _above(path, folder))
        found = found.without(within, f"in {results}, where the results go")
    found = found.without(find.one_of(found.pictures, written), "written by this command")
    if root in (goal, *map(identity, Path(results).resolve().parents)):
        found = found.without(find.results_in(found.pictures), find.RESULT)
    return found


def check_goal(folder: Path, results: Path, targets: Iterable[Path]) -> None:
    """Refuse results that would lie among the pictures, where the next run could not tell them apart.

    Args:
        folder: of the pictures, with the folders within it.
        results: the folder where the results go.
        targets: the results.
    """
    root = identity(folder)
    if identity(results) == root:
        raise PinxitError(f"{results} holds the pictures themselves: give another folder for the results by -o.")
    if root in map(identity, Path(results).resolve().parents):
        return  # a folder of their own within: it is left out
    for target in targets:
        if root in map(identity, Path(target).resolve().parents):
            raise PinxitError(f"{target} would lie among the pictures: give another folder for the results by -o.")


def expand(sources: Iterable[str], *, results: Path | None = None, written: Iterable[Path | None] = ()) -> list[str]:
    """Folders and patterns become the pictures in them, what is left out is told; sample:NAME and house:NAME stay.

    Args:
        sources: as they were typed.
        results: the folder where results go that must not be taken for inputs.
        written: files that the command writes, which are no inputs of it either.
    """
    expanded: list[str] = []
    for source in sources:
        own = source.startswith((inputs.SAMPLE, inputs.HOUSE))
        if own or not at_home(source).is_dir():
            expanded += [source] if own else [str(path) for path in pictures.expand([source])]
            continue
        folder = at_home(source)
        found = find.survey(folder, deep=False)
        if results is not None:
            found = pictures_in(folder, deep=False, results=results)
        found = found.without(find.one_of(found.pictures, written), "written by this command")
        tell_left_out(found)
        expanded += map(str, found.pictures)
    return expanded


def tell_left_out(found: Found) -> None:
    """Say which files of a folder are left out, how many and why."""
    tell(
        str(found.folder),
        {reason: [_name(path, found.folder) for path in paths] for reason, paths in found.left_out.items()},
    )


def tell(folder: str, left_out: Mapping[str, list[str]]) -> None:
    """The same of names by the reason."""
    for reason, names in sorted(left_out.items()):
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        complain(f"{len(names)} left out of {folder}, {reason}: {', '.join(names[:_MOST_NAMES])}{more}.")


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else str(path)


def _above(path: Path, folder: Path) -> set[tuple[int | str, ...]]:
    """The folders between a picture and the one that is looked through."""
    return {identity(parent) for parent in path.parents if parent != folder and parent.is_relative_to(folder)}
