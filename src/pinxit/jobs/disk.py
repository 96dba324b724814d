"""Small files that are whole or not there at all, and a full disk told in a sentence."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinxit.jobs.errors import NoRoom
from pinxit.picture.writer import write_whole

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: BaseException) -> bool:
    """Whether an error, or one that led to it, says that there is no room left."""
    return any(isinstance(one, NoRoom) or (isinstance(one, OSError) and one.errno in _FULL) for one in causes(error))


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@contextlib.contextmanager
def telling_of_room() -> Iterator[None]:
    """Raise NoRoom where a full disk stops what is done within."""
    try:
        yield
    except Exception as error:
        if is_full(error):
            raise NoRoom("the disk is full: make room, or remove results that are not needed.") from error
        raise


def write_json(path: Path, data: Any) -> None:
    """Write a small file, whole or not at all."""
    with telling_of_room():
        write_whole(json.dumps(data, ensure_ascii=False).encode(), path, overwrite=True)


def read_json(path: Path) -> Any:
    """What a small file says; None where there is none, or none that can be read."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def size_of(folder: Path) -> int:
    """Return how many bytes all files in a folder and in those within it have."""
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
    """Take from all other accounts what rights they have on a folder and on all within it, as far as this one may."""
    for place, _, names in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in names)):  # noqa: PTH118 - there may be many
            with contextlib.suppress(OSError):
                mode = os.lstat(path).st_mode
                if stat.S_IMODE(mode) & 0o077 and not stat.S_ISLNK(mode):
                    os.chmod(path, stat.S_IMODE(mode) & 0o700)  # noqa: PTH101


def sync_folder(folder: Path) -> None:
    """Let the names in a folder survive a loss of power, where the system can do that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
