"""Files with the same name on every node: in folders that all nodes share (NFS), or in an object store, through fsspec."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.files.paths import expand_home
from pinxit.image import discover
from pinxit.image.writer import check_kind, check_writable

# In these stores a file appears whole or not at all. Others (SFTP, SMB) would show a half-written result.
_ATOMIC_SCHEMES = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")


def is_address(name: str) -> bool:
    """Return whether a name is an address as in `s3://bucket/photo.jpg`, not a path."""
    return "://" in name


def absolute(name: str) -> str:
    """Return a name for the file that does not depend on the current folder."""
    return name if is_address(name) else os.path.abspath(expand_home(name))  # noqa: PTH100


def join(folder: str, name: str) -> str:
    """Return the name of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def list_pictures(folder: str) -> tuple[list[str], dict[str, list[str]]]:
    """Return the names of all pictures in a folder and its subfolders; see `pinxit.image.discover.survey`.

    Returns:
        The names, relative to the folder, and the names of the files that are left out, by reason.

    Raises:
        PinxitError: when there is no picture, or a name in an object store leads out of the folder.
    """
    if not is_address(folder):
        found = discover.survey(Path(folder))

        def relative(paths: list[Path]) -> list[str]:
            return [path.relative_to(folder).as_posix() for path in paths]

        return relative(found.pictures), {reason: relative(paths) for reason, paths in found.left_out.items()}
    system, root = _system(folder)
    taken: list[str] = []
    left_out: dict[str, list[str]] = {}
    with _translate_storage_errors(folder):
        for path, about in sorted(system.find(root, detail=True).items()):
            name = _name_in(str(path), root)
            if name.endswith("/") or not name:
                continue  # an object that stands for a folder
            if any(part.startswith(".") and part not in ("", ".", "..") for part in name.split("/")):
                continue  # hidden
            check_name(name, folder)
            if not discover.is_picture(name):
                head = bytes(system.cat_file(path, start=0, end=discover.HEAD)) if about["size"] else b""
                if not discover.begins_as_picture(head):
                    left_out.setdefault(discover.NO_PICTURE if head else discover.EMPTY, []).append(name)
                    continue
            taken.append(name)
    if not taken:
        raise PinxitError(f"there is no picture in {folder}: give another folder.")
    return taken, left_out


def check_name(name: str, place: str) -> None:
    """Refuse a name in an object store that, used as a path on any system, would not stay inside its folder.

    Args:
        name: the name, relative to the folder.
        place: the folder in the object store, for the error.

    Raises:
        PinxitError: for `..`, names from the root or a drive on, backslashes, empty parts and NUL.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or re.search(r"[\\\0]", name) or re.match(r"[A-Za-z]:", parts[0]):
        raise PinxitError(f"{place} holds the name {name!r}, which is not a path within a folder: remove or rename it.")


def place_in(folder: Path, name: str, place: str) -> Path:
    """Return the path of a copy of an object store's file in a local folder.

    Args:
        folder: the local folder.
        name: the file's name in the object store.
        place: the folder in the object store, for the error.

    Raises:
        PinxitError: when the path would lead out of the folder, also by a link in it.
    """
    check_name(name, place)
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PinxitError(f"{place} holds the name {name!r}, which leads out of {folder}: remove or rename it.")
    return path


def _name_in(path: str, root: str) -> str:
    """Return a key's name below a folder, otherwise unchanged."""
    return path.removeprefix(root).removeprefix("/") if root else path


def is_file(name: str) -> bool:
    """Return whether a name is that of a file, not `house:NAME` or a keyword."""
    return is_address(name) or expand_home(name).is_file()


def exists(name: str) -> bool:
    """Return whether the file exists now."""
    if not is_address(name):
        return Path(name).exists()
    system, path = _system(name)
    with _translate_storage_errors(name):
        system.invalidate_cache()
        return bool(system.exists(path))


def fetch(name: str, folder: Path) -> Path:
    """Return a local path of a file: its own where it is in a shared folder, else that of a copy in `folder`."""
    if not is_address(name):
        return Path(name)
    system, path = _system(name)
    copy = place_in(folder, name.rsplit("/", 1)[-1], name)
    folder.mkdir(parents=True, exist_ok=True)
    with _translate_storage_errors(name):
        system.get_file(path, str(copy))
    return copy


def read(name: str) -> bytes:
    """Return a file's bytes."""
    with _translate_storage_errors(name):
        if not is_address(name):
            return expand_home(name).read_bytes()
        system, path = _system(name)
        return bytes(system.cat_file(path))


def recipe_in(name: str) -> str | None:
    """Return the recipe inside a picture, or None where there is no recipe or no picture."""
    if not exists(name):
        return None
    if not is_address(name):
        return pictures.read_recipe(name)
    with tempfile.TemporaryDirectory(prefix="pinxit-") as folder:
        return pictures.read_recipe(fetch(name, Path(folder)))


def list_names(folder: str) -> set[str]:
    """Return the names of all files in a folder and its subfolders; empty where there is no folder."""
    system, path = _system(folder)
    with _translate_storage_errors(folder):
        system.invalidate_cache()
        return {_name_in(str(file), path) for file in system.find(path)} if system.exists(path) else set()


def mirror(folder: str, copy: Path) -> None:
    """Fetch all files in a folder of an object store into a local folder."""
    system, _ = _system(folder)
    for name in sorted(name for name in list_names(folder) if name and not name.endswith("/")):
        here = place_in(copy, name, folder)
        here.parent.mkdir(parents=True, exist_ok=True)
        with _translate_storage_errors(folder):
            system.get_file(join(folder, name), str(here))


def upload(path: Path, name: str) -> None:
    """Write a large local file to an object store."""
    system, there = _system(name)
    with _translate_storage_errors(name):
        system.put_file(str(path), there)


def check_target(name: str, bits: int) -> None:
    """Raise PinxitError for a target that could not be written after the painting; an existing file is no reason."""
    if is_address(name):
        check_kind(name, bits)
    else:
        check_writable(Path(name), overwrite=True, bits=bits)


def publish(content: bytes, name: str, *, overwrite: bool) -> None:
    """Write a file where every node sees it, whole or not at all.

    Args:
        content: the file's bytes.
        name: a path in a shared folder, or an address.
        overwrite: replace an existing file.

    Raises:
        PinxitError: when it cannot be written, or exists and may not be replaced.
    """
    if not is_address(name):
        write_atomic(content, Path(name), overwrite=overwrite)
        return
    system, path = _system(name)
    with _translate_storage_errors(name):
        try:
            system.pipe_file(path, content, mode="overwrite" if overwrite else "create")
        except FileExistsError as error:
            raise PinxitError(f"{name} exists: choose another name, or add --overwrite.") from error


def remove(folder: str) -> None:
    """Remove a folder and everything in it, if it exists."""
    system, path = _system(folder)
    with _translate_storage_errors(folder):
        if system.exists(path):
            system.rm(path, recursive=True)


def _system(name: str) -> tuple[Any, str]:
    try:
        import fsspec
    except ImportError as error:
        raise PinxitError('a cluster needs Ray and fsspec: pip install "pinxit[cluster]".') from error
    scheme = name.split("://")[0] if is_address(name) else "file"
    if scheme not in (*_ATOMIC_SCHEMES, "file"):
        raise PinxitError(
            f"{name} may show files that are half written: give a folder that all nodes share, or "
            f"{', '.join(_ATOMIC_SCHEMES)}://…"
        )
    try:
        return fsspec.core.url_to_fs(name)  # type: ignore[no-any-return]
    except (ImportError, ValueError) as error:
        raise PinxitError(f"{name} cannot be opened: {error}.") from error


class _translate_storage_errors:  # noqa: N801 - used as a function; mypy takes a generator's context to suppress exceptions
    """Raise PinxitError for the exceptions of a file system."""

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
