"""Locks on targets: a second writer to the same target fails at once, not after an hour of painting."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from pinxit.errors import PinxitError

# Errors of a file system without locks.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)

# bytes: nearly all file systems allow names of 255, of which the lock's own prefix and ending need some.
_LONGEST = 240


@contextlib.contextmanager
def exclusive(target: Path) -> Iterator[None]:
    """Lock a target, a file or folder to be written, while the block runs.

    A hidden file beside the target is locked. It is removed at the end, as are folders that were made for it and stay empty.
    The system releases the lock when the process ends, however it ends.

    Raises:
        PinxitError: when another process or thread holds the lock, or nothing may be written there.
    """
    name = target.name if len(os.fsencode(target.name)) <= _LONGEST else sha256(os.fsencode(target.name)).hexdigest()
    path = target.absolute().with_name(f".{name}.lock")
    missing = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _lock(path)
    except BlockingIOError as error:
        raise PinxitError(
            f"{target} is being written by another pinxit: wait until it is done, or choose another name."
        ) from error
    except OSError as error:
        raise PinxitError(f"{target} cannot be written ({error.strerror}): choose another folder.") from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()  # while it is still locked, so that a process that opened it meanwhile notices its removal
        os.close(handle)
        with contextlib.suppress(OSError):
            for folder in missing:
                folder.rmdir()  # fails, as it should, where a folder is not empty


def _lock(path: Path) -> int:
    """Open and lock the file; return its descriptor."""
    try:
        import fcntl
    except ImportError:  # Windows
        return os.open(path, os.O_RDWR | os.O_CREAT)

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                os.close(handle)
                raise
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.lstat()):
                return handle
        os.close(handle)  # its former holder has removed it: make a new one
