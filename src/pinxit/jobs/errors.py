"""What may be wrong with a request, each with a short code for programs beside the sentence for people."""

from __future__ import annotations

from typing import Any

from pinxit.errors import PinxitError


class JobsError(PinxitError):
    """See `PinxitError`.

    Attributes:
        code: what went wrong, as a word that stays the same.
    """

    code = "failed"

    def __init__(self, sentence: str, code: str | None = None) -> None:
        super().__init__(sentence)
        if code is not None:
            self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        """From another process it comes with its code."""
        return type(self), (str(self), self.code)


class Missing(JobsError):
    """There is no such file, job or result."""

    code = "not_found"


class Conflict(JobsError):
    """What is asked for does not go together with what there is."""

    code = "conflict"


class Refused(JobsError):
    """An order, a file or a parameter is not allowed."""

    code = "refused"


class TooLarge(Refused):
    """More bytes, pixels or frames than are taken."""

    code = "too_large"


class NoRoom(JobsError):
    """The disk, or the part of it that may be used, is full."""

    code = "no_space"


class Full(JobsError):
    """The queue is full.

    Attributes:
        retry_after: when it is worth trying again, s.
    """

    code = "queue_full"

    def __init__(self, sentence: str, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after
