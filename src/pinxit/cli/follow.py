"""Watch a job that does not end in one file: progress, and Ctrl-C that keeps the best so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pinxit.cli.display import Display
from pinxit.cli.main import complain

if TYPE_CHECKING:
    from pinxit.job import Job
    from pinxit.picture.progress import Progress


def follow(job: Job, title: str) -> tuple[Progress, bool]:
    """Paint.

    Args:
        job: what to paint.
        title: what to call it.

    Returns:
        Where it stands at the end, and whether that came by Ctrl-C.

    Raises:
        KeyboardInterrupt: when there was no picture yet.
    """
    for note in job.notes:
        complain(note)
    last: Progress | None = None
    interrupted = False
    try:
        with Display(title) as display:
            for last in job.paint():
                display.show(last)
    except KeyboardInterrupt:
        interrupted = True
    if last is None:
        raise KeyboardInterrupt
    return last, interrupted
