"""Files that are whole or not there: each is written under a random name beside its target, which it takes at the end."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pinxit.errors import PinxitError

# What a folder without links (FAT, some network drives) answers.
_NO_LINKS = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS)


@contextlib.contextmanager
def whole(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give the path of an empty temporary file, to be filled within; at the end it takes the target's name.

    The name is random and was taken by nobody before, be it by a link; the folder is made if need be. Whatever goes wrong
    within, Ctrl-C too, the temporary file is removed and the target stays as it was.

    Args:
        target: the file to be. A link there is replaced, never followed.
        overwrite: replace a file that is there.

    Raises:
        PinxitError: when the folder cannot be written, the disk is full, or the file is there.
    """
    temporary: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Names are at most 255 bytes; a character has up to four.
        handle, name = tempfile.mkstemp(prefix=f".{target.stem[:40]}.", suffix=".part", dir=target.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        _settle(temporary)
        if overwrite:
            temporary.replace(target)
        else:
            _name(temporary, target)
    except FileExistsError as error:
        raise PinxitError(exists(target)) from error
    except OSError as error:
        raise PinxitError(
            f"{target} cannot be written ({error.strerror or error}): choose another folder, or make room."
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def write_whole(content: bytes, target: Path, *, overwrite: bool) -> None:
    """Put bytes into a file, all of them or none, never over a file that may not be replaced; see `whole`."""
    with whole(target, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)


def exists(path: Path) -> str:
    """Say that a file is there and may not be replaced."""
    return f"{path} exists: choose another name, or add --overwrite."


def _settle(temporary: Path) -> None:
    """Bring a finished file to the disk, and open it to whom the umask allows: so far it is its owner's alone."""
    with temporary.open("rb+") as file:
        os.fsync(file.fileno())
    # Some file systems cannot say whose a file is, nor the contrary.
    with contextlib.suppress(OSError):
        temporary.chmod(0o666 & ~_umask())


def _name(temporary: Path, target: Path) -> None:
    """Give a finished file a name that nothing has; FileExistsError where something has it by now."""
    try:
        target.hardlink_to(temporary)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # The name is taken by an empty file, which nobody else can do at the same time, and then filled.
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
