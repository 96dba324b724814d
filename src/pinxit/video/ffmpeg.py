"""PyAV, imported when it is needed, and its failures told in a sentence."""

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

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def library() -> ModuleType:
    """Return PyAV.

    Raises:
        PinxitError: with the line that installs it, where it is missing.
    """
    try:
        import av
    except ImportError as error:
        raise PinxitError('clips need PyAV: pip install "pinxit[video]".') from error
    av.logging.set_level(None)  # FFmpeg would tell the terminal of every scratch in a file
    os.environ.setdefault("SVT_LOG", "1")  # and SVT-AV1 of its settings
    return av


@contextlib.contextmanager
def told(path: Path | None, advice: str) -> Iterator[None]:
    """Raise PinxitError for what FFmpeg cannot write within.

    Args:
        path: of the file; None for one in memory.
        advice: what to do where the disk is not full.
    """
    try:
        yield
    except (library().FFmpegError, OSError, ValueError) as error:
        if path is not None and getattr(error, "errno", None) in _FULL:
            raise PinxitError(
                f"there is no room in {path.parent}: make room, and the same command goes on from what is painted."
            ) from error
        name = "the film" if path is None else path.name
        raise PinxitError(f"{name} cannot be written ({error}): {advice}.") from error
