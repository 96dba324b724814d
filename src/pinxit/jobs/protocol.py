"""What a server and its workers say to each other: lines of JSON on a worker's standard input and output.

The server sends `WARM_UP`, if at all, then a `Task`, then `{"request": …}` as often as it likes. The worker answers with lines
whose `event` is `progress`, and at last with one whose `event` is `ended`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

WARM_UP: Final = {"warm": True}
LOCK: Final = "lock"
"""The file in a job's folder that its worker locks."""


class Task(BaseModel):
    """One attempt at a job.

    Attributes:
        home: the store's folder.
        id: of the job and of its result.
        title: of the result.
        order: the spec, as JSON data.
    """

    home: Path
    id: str
    title: str
    order: dict[str, Any]

    @property
    def folder(self) -> Path:
        """The job's own folder."""
        return self.home / "jobs" / self.id
