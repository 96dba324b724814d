"""Follow a job of the studio from a plug-in of GIMP, which kills its plug-ins when their progress is cancelled.

Another process notices that, and cancels the job.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

from client import Studio, find_studio


def follow(studio: Studio, job: str, on_progress: Callable[[float, str], object]) -> bytes:
    """Wait for a job and return its painting, a PNG file; the job is cancelled when this process is killed meanwhile.

    Args:
        studio: the studio that paints.
        job: the job's id.
        on_progress: called with the part that is done, 0 to 1, and a sentence about it.
    """
    guard = subprocess.Popen([sys.executable, __file__, job], stdin=subprocess.PIPE)  # noqa: S603 - this file
    try:
        result = studio.follow(job, on_progress)
    finally:
        guard.communicate(b"ended")
    return studio.fetch(next(one["id"] for one in result["files"] if one["role"] == "picture"))


if __name__ == "__main__" and sys.stdin.buffer.read() != b"ended":
    # The process that painted is gone before it said that the job has ended.
    find_studio().cancel(sys.argv[1])
