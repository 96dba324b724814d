"""End a process when its parent dies."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time

_SECONDS_BETWEEN_LOOKS = 1.0


def die_with_parent() -> None:
    """Have the system kill this process with its parent (Linux); elsewhere check every second whether the parent lives."""
    parent = os.getppid()
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
    else:
        threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()
    if os.getppid() != parent or parent == 1:  # the parent has died already
        os._exit(1)


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    os._exit(1)
