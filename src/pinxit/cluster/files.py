"""Files by address, the same on every node: folders that all nodes share (NFS), or an object store, through fsspec."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from pinxit import picture as pictures
from pinxit.errors import PinxitError
from pinxit.picture import find
from pinxit.picture.paths import at_home
from pinxit.picture.writer import check_kind, check_writable, write_whole

# Where a file appears whole or not at all when it is put there. What others (SFTP, SMB) show of a half is nobody's result.
_WHOLE = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")


def is_address(name: str) -> bool:
    """Whether a name is an address as in `s3://bucket/photo.jpg`, not a path."""
    return "://" in name


def absolute(name: str) -> str:
    """The same file by a name that holds in every folder."""
    return name if is_address(name) else os.path.abspath(at_home(name))  # noqa: PTH100


def below(folder: str, name: str) -> str:
    """A file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def tree(folder: str) -> list[str]:
    """The names of all pictures in a folder and the folders within it; see `pinxit.picture.tree`."""
    return survey(folder)[0]


def survey(folder: str) -> tuple[list[str], dict[str, list[str]]]:
    """The same, and the names of what is left out, by the reason; see `pinxit.picture.find.survey`.

    Raises:
        PinxitError: when there is no picture, or a name in an object store leads out of the folder.
    """
    if not is_address(folder):
        found = find.survey(Path(folder))

        def named(paths: list[Path]) -> list[str]:
            return [path.relative_to(folder).as_posix() for path in paths]

        return named(found.pictures), {reason: named(paths) for reason, paths in found.left_out.items()}
    system, root = _system(folder)
    taken: list[str] = []
    left_out: dict[str, list[str]] = {}
    with _spoken(folder):
        for path, about in sorted(system.find(root, detail=True).items()):
            name = _name_in(str(path), root)
            if name.endswith("/") or not name:
                continue  # which stands for a folder
            if any(part.startswith(".") and part not in ("", ".", "..") for part in name.split("/")):
                continue  # hidden
            check_name(name, folder)
            if not find.is_picture(name):
                head = bytes(system.cat_file(path, start=0, end=find.HEAD)) if about["size"] else b""
                if not find.begins_as_picture(head):
                    left_out.setdefault(find.NO_PICTURE if head else find.EMPTY, []).append(name)
                    continue
            taken.append(name)
    if not taken:
        raise PinxitError(f"there is no picture in {folder}: give another folder.")
    return taken, left_out


def check_name(name: str, place: str) -> None:
    """Refuse a name in an object store that as a path would lead anywhere but into a folder, here or on another system.

    Raises:
        PinxitError: for `..`, names from the root or a drive on, backslashes, empty parts and NUL.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or re.search(r"[\\\0]", name) or re.match(r"[A-Za-z]:", parts[0]):
        raise PinxitError(f"{place} holds the name {name!r}, which is no path within a folder: remove or rename it.")


def place_in(folder: Path, name: str, place: str) -> Path:
    """Where a file of an object store goes in a folder.

    Raises:
        PinxitError: when its name would lead out of it, be it by a link in the folder.
    """
    check_name(name, place)
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PinxitError(f"{place} holds the name {name!r}, which leads out of {folder}: remove or rename it.")
    return path


def _name_in(path: str, root: str) -> str:
    """A key's name below a folder, what stands there as it stands."""
    return path.removeprefix(root).removeprefix("/") if root else path


def is_file(name: str) -> bool:
    """Whether a name is that of a file, not `house:NAME` or a word."""
    return is_address(name) or at_home(name).is_file()


def exists(name: str) -> bool:
    """Whether there is such a file now."""
    if not is_address(name):
        return Path(name).exists()
    system, path = _system(name)
    with _spoken(name):
        system.invalidate_cache()
        return bool(system.exists(path))


def fetch(name: str, folder: Path) -> Path:
    """A file that can be opened by its path: itself where it is on a shared folder, a copy in `folder` where not."""
    if not is_address(name):
        return Path(name)
    system, path = _system(name)
    copy = place_in(folder, name.rsplit("/", 1)[-1], name)
    folder.mkdir(parents=True, exist_ok=True)
    with _spoken(name):
        system.get_file(path, str(copy))
    return copy


def read(name: str) -> bytes:
    """A file's bytes."""
    with _spoken(name):
        if not is_address(name):
            return at_home(name).read_bytes()
        system, path = _system(name)
        return bytes(system.cat_file(path))


def recipe_in(name: str) -> str | None:
    """The recipe inside a picture that may be there; None where there is none, or no picture."""
    if not exists(name):
        return None
    if not is_address(name):
        return pictures.read_recipe(name)
    with tempfile.TemporaryDirectory(prefix="pinxit-") as folder:
        return pictures.read_recipe(fetch(name, Path(folder)))


def names(folder: str) -> set[str]:
    """What is in a folder and the folders within it, if it is there."""
    system, path = _system(folder)
    with _spoken(folder):
        system.invalidate_cache()
        return {_name_in(str(file), path) for file in system.find(path)} if system.exists(path) else set()


def mirror(folder: str, copy: Path) -> None:
    """Fetch all that is in a folder of an object store."""
    system, _ = _system(folder)
    for name in sorted(name for name in names(folder) if name and not name.endswith("/")):
        here = place_in(copy, name, folder)
        here.parent.mkdir(parents=True, exist_ok=True)
        with _spoken(folder):
            system.get_file(below(folder, name), str(here))


def upload(path: Path, name: str) -> None:
    """Put a large file into an object store."""
    system, there = _system(name)
    with _spoken(name):
        system.put_file(str(path), there)


def check_target(name: str, bits: int) -> None:
    """Raise PinxitError now for what would fail when a picture is painted; whether something is there is not asked."""
    if is_address(name):
        check_kind(name, bits)
    else:
        check_writable(Path(name), overwrite=True, bits=bits)


def publish(content: bytes, name: str, *, overwrite: bool) -> None:
    """Put a file where everybody finds it, whole or not at all.

    Raises:
        PinxitError: when it cannot be written, or is there and may not be replaced.
    """
    if not is_address(name):
        write_whole(content, Path(name), overwrite=overwrite)
        return
    system, path = _system(name)
    with _spoken(name):
        try:
            system.pipe_file(path, content, mode="overwrite" if overwrite else "create")
        except FileExistsError as error:
            raise PinxitError(f"{name} exists: choose another name, or add --overwrite.") from error


def remove(folder: str) -> None:
    """A folder and all that is in it, if it is there."""
    system, path = _system(folder)
    with _spoken(folder):
        if system.exists(path):
            system.rm(path, recursive=True)


def _system(name: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError as error:
        raise PinxitError('a cluster needs Ray and fsspec: pip install "pinxit[cluster]".') from error
    scheme = name.split("://")[0] if is_address(name) else "file"
    if scheme not in (*_WHOLE, "file"):
        raise PinxitError(
            f"{name} is no place where files appear whole: give a folder that all nodes share, or {', '.join(_WHOLE)}://…"
        )
    try:
        return fsspec.core.url_to_fs(name)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise PinxitError(f"{name} cannot be opened: {error}.") from error


class _spoken:  # noqa: N801 - used as a function
    """Turns what a file system raises into one sentence."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, traceback: Any) -> None:
        if error is None or isinstance(error, PinxitError) or not isinstance(error, Exception):
            return
        if isinstance(error, FileNotFoundError):
            raise PinxitError(f"there is no file {self._name}: check the name and the folder.") from error
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0] or type(error).__name__
        raise PinxitError(f"{self._name} cannot be reached ({reason}).") from error
