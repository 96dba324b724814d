"""PyAV, imported on demand, and its errors as one sentence."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pinxit.errors import PinxitError

if TYPE_CHECKING:
    from types import ModuleType

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def import_av() -> ModuleType:
    """Import and return PyAV.

    Raises:
        PinxitError: when it is missing; the error names the command that installs it.
    """
    try:
        import av
    except ImportError as error:
        raise PinxitError('clips need PyAV: pip install "pinxit[video]".') from error
    av.logging.set_level(None)  # FFmpeg would print every damaged place in a file
    os.environ.setdefault("SVT_LOG", "1")  # and SVT-AV1 its settings
    return av


@contextlib.contextmanager
def translate_ffmpeg_errors(path: Path | None, advice: str) -> Iterator[None]:
    """Raise PinxitError when FFmpeg cannot write within the context.

    Args:
        path: the file; None for one in memory.
        advice: the remedy where the disk is not full.
    """
    try:
        yield
    except (import_av().FFmpegError, OSError, ValueError) as error:
        if path is not None and getattr(error, "errno", None) in _DISK_FULL:
            raise PinxitError(
                f"there is no room in {path.parent}: make room, and the same command goes on from what is painted."
            ) from error
        name = "the film" if path is None else path.name
        raise PinxitError(f"{name} cannot be written ({error}): {advice}.") from error
