"""One at a time to one target: who comes second is told at once, not after an hour of painting."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from pinxit.errors import PinxitError

# What a file system without locks answers.
_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)

# A name has 255 bytes at most, on nearly all file systems.
_LONGEST = 240


@contextlib.contextmanager
def alone(target: Path) -> Iterator[None]:
    """Hold a target, a file or a folder that is to be written, for as long as what is within runs.

    A hidden file beside it is locked, and removed at the end, as are folders that were made for it and stay empty. The system
    lets go of the lock when the process ends, however it ends.

    Raises:
        PinxitError: when another process, or another thread of this one, holds it, or nothing may be written there.
    """
    name = target.name if len(os.fsencode(target.name)) <= _LONGEST else sha256(os.fsencode(target.name)).hexdigest()
    path = target.absolute().with_name(f".{name}.lock")
    missing = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = _held(path)
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
            path.unlink()  # while it is held: whoever opened it meanwhile sees that it is gone
        os.close(handle)
        with contextlib.suppress(OSError):
            for folder in missing:
                folder.rmdir()  # which keeps what has something in it


def _held(path: Path) -> int:
    """The file, opened and locked."""
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
        os.close(handle)  # whoever held it has removed it
