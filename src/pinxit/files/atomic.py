"""Atomic writing: a file is written under a random name beside its target and takes the target's name when it is complete."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pinxit.errors import PinxitError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_SUFFIX = ".part"
# Errors of a file system without hard links (FAT, some network drives).
_NO_LINKS = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS)


@contextlib.contextmanager
def atomic_file(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Yield the path of an empty temporary file; when the block ends, the file takes the target's name.

    The temporary name is random and new, so that no planted link can redirect it. Missing folders are made. If the block
    fails, also by Ctrl-C, the temporary file is removed and the target stays as it was. What a killed process left is removed
    by the next writer of the same target.

    Args:
        target: the file to write. A link there is replaced, never followed.
        overwrite: whether an existing file may be replaced.

    Raises:
        PinxitError: when the folder cannot be written, the disk is full, or the file exists and may not be replaced.
    """
    temporary: Path | None = None
    lock: int | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(target)
        handle, name = tempfile.mkstemp(prefix=_prefix(target), suffix=_SUFFIX, dir=target.parent)
        temporary = Path(name)
        lock = _lock(handle)
        yield temporary
        _flush(temporary)
        if overwrite:
            temporary.replace(target)
        else:
            _rename_to_new(temporary, target)
    except FileExistsError as error:
        raise PinxitError(exists_message(target)) from error
    except OSError as error:
        raise PinxitError(
            f"{target} cannot be written ({error.strerror or error}): choose another folder, or make room."
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()
        if lock is not None:
            os.close(lock)


def remove_abandoned(target: Path) -> None:
    """Remove the temporary files of `target` whose writers were killed.

    A writer holds a lock on its temporary file, and the system releases the lock when the process ends, however it ends.
    Without such locks (Windows) nothing is removed.

    Args:
        target: the file that was to be written.
    """
    if fcntl is None:
        return
    name = re.compile(re.escape(_prefix(target)) + r"[a-z0-9_]{8}" + re.escape(_SUFFIX))
    with contextlib.suppress(OSError):
        # Not `Path.iterdir`: a film may write twenty thousand frames into one folder.
        with os.scandir(target.parent) as entries:
            found = [Path(entry) for entry in entries if name.fullmatch(entry.name)]
        for path in found:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            except OSError:
                continue  # still being written, or on a file system without locks
            finally:
                os.close(handle)


def write_atomic(content: bytes, target: Path, *, overwrite: bool) -> None:
    """Write bytes to a file, all of them or none; see `atomic_file`.

    Args:
        content: the bytes.
        target: the file to write.
        overwrite: whether an existing file may be replaced.
    """
    with atomic_file(target, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)


def exists_message(path: Path) -> str:
    """Return the error sentence for a file that exists and may not be replaced."""
    return f"{path} exists: choose another name, or add --overwrite."


def _prefix(target: Path) -> str:
    # Names are at most 255 bytes; a character has up to four.
    return f".{target.stem[:40]}."


def _lock(handle: int) -> int | None:
    """Lock a new temporary file; return the descriptor that holds the lock, or None on a system without locks."""
    if fcntl is None:
        os.close(handle)  # Windows renames no open file
        return None
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return handle


def _flush(temporary: Path) -> None:
    """Flush a complete file to the disk and give it the permissions of the umask; until now only its owner could read it."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    # Some file systems have no permissions.
    with contextlib.suppress(OSError):
        temporary.chmod(0o666 & ~_umask())


def _rename_to_new(temporary: Path, target: Path) -> None:
    """Give a complete file its target's name; FileExistsError where a file of that name exists by now."""
    try:
        target.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # An empty file reserves the name atomically, and is then replaced.
        target.touch(exist_ok=False)
        try:
            temporary.replace(target)
        except BaseException:
            target.unlink()
            raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
