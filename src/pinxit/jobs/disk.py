"""JSON files written atomically, errors of a full disk in one sentence, and folders: their size, rights and names."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinxit.files.atomic import write_atomic
from pinxit.jobs.errors import NoRoom

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: BaseException) -> bool:
    """Whether an error, or one of its causes, means that the disk is full."""
    return any(isinstance(one, NoRoom) or (isinstance(one, OSError) and one.errno in _FULL) for one in causes(error))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@contextlib.contextmanager
def translate_disk_errors() -> Iterator[None]:
    """Raise NoRoom in place of errors of a full disk."""
    try:
        yield
    except Exception as error:
        if is_full(error):
            raise NoRoom("the disk is full: make room, or remove results that are not needed.") from error
        raise


def write_json(path: Path, data: Any) -> None:
    """Write a small JSON file atomically.

    Raises:
        NoRoom: when the disk is full.
    """
    with translate_disk_errors():
        write_atomic(json.dumps(data, ensure_ascii=False).encode(), path, overwrite=True)


def read_json(path: Path) -> Any:
    """Return the content of a JSON file; None where there is none, or it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder and its subfolders."""
    total = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                if entry.is_dir(follow_symlinks=False):
                    total += size_of(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
    return total


def close_to_others(folder: Path) -> None:
    """Remove the rights of other accounts on a folder and everything in it, as far as this account may."""
    for place, _, names in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in names)):  # noqa: PTH118 - there may be many
            with contextlib.suppress(OSError):
                mode = os.lstat(path).st_mode
                if stat.S_IMODE(mode) & 0o077 and not stat.S_ISLNK(mode):
                    os.chmod(path, stat.S_IMODE(mode) & 0o700)  # noqa: PTH101


def sync_folder(folder: Path) -> None:
    """Flush a folder to the disk, where the system can, so that its names survive a loss of power."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
