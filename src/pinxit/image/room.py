"""The memory that decoding a picture needs, checked beforehand: a file of a megabyte may hold a hundred million pixels."""

from __future__ import annotations

import contextlib
from pathlib import Path

from pinxit.errors import PinxitError

# Bytes a pixel at the peak of reading: the decoder's own picture, the array, its floats, and, where there is transparency,
# the search for the nearest visible colours. For plain, transparent and deep pictures.
_PLAIN, _CLEAR, _DEEP = 24, 44, 60
_GIB = 2**30


def check_room(width: int, height: int, *, clear: bool, deep: bool) -> None:
    """Refuse a picture whose decoding needs more memory than is free.

    Args:
        width: px.
        height: px.
        clear: whether it has transparency.
        deep: whether it has more than 8 bits a channel.

    Raises:
        PinxitError: a sentence that follows the picture's name.
    """
    needed = width * height * (_DEEP if deep else _CLEAR if clear else _PLAIN)
    free = _free()
    if needed > free:
        raise PinxitError(
            f"has {width}×{height} px, which need {needed / _GIB:.1f} GB of memory, and {free / _GIB:.1f} GB are free: "
            "make it smaller first."
        )


def _free() -> float:
    """Return the bytes of memory that are free now, within the machine, the control group and the process's limit."""
    import psutil

    free = float(psutil.virtual_memory().available)
    groups = Path("/sys/fs/cgroup")
    with contextlib.suppress(OSError, ValueError):  # no such files, or "max"
        limit, used = (float((groups / name).read_text()) for name in ("memory.max", "memory.current"))
        free = min(free, limit - used)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        if limit != resource.RLIM_INFINITY:
            free = min(free, limit - psutil.Process().memory_info().vms)
    return max(0.0, free)
