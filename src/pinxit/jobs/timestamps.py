"""Times as jobs and results store them: ISO 8601 in UTC, to the millisecond."""

from __future__ import annotations

import datetime
import time


def now() -> str:
    """Return the current time."""
    return iso_time(time.time() * 1000)


def iso_time(milliseconds: float) -> str:
    """Return a time given in ms since 1970."""
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).isoformat(timespec="milliseconds")
