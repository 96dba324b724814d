"""Errors of requests: a sentence for people and a short code for programs.

PinxitError
└── JobsError
    ├── Missing
    ├── Conflict
    ├── Refused
    │   └── TooLarge
    ├── NoRoom
    ├── Full
    └── Unavailable
"""

from __future__ import annotations

from typing import Any

from pinxit.errors import PinxitError


class JobsError(PinxitError):
    """A request that cannot be fulfilled.

    Attributes:
        code: what went wrong, as a word for programs.
    """

    code = "failed"

    def __init__(self, sentence: str, code: str | None = None) -> None:
        super().__init__(sentence)
        if code is not None:
            self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the code when it is pickled on its way from another process."""
        return type(self), (str(self), self.code)


class Missing(JobsError):
    """A file, job or result that does not exist."""

    code = "not_found"


class Conflict(JobsError):
    """A request that contradicts what exists."""

    code = "conflict"


class Refused(JobsError):
    """A spec, a file or a parameter that is not allowed."""

    code = "refused"


class TooLarge(Refused):
    """A file with too many bytes, pixels or frames."""

    code = "too_large"


class NoRoom(JobsError):
    """A full disk, or a full quota."""

    code = "no_space"


class Full(JobsError):
    """A full queue.

    Attributes:
        retry_after: after how long to try again, s.
    """

    code = "queue_full"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(JobsError):
    """A part of the server that does not answer now, though it may later."""

    code = "unavailable"
