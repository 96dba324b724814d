"""Files that arrive in a folder, each reported once it is complete: the folder is looked through again and again.

Looking also works where the system reports no changes, as on network drives.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from pinxit.errors import PinxitError
from pinxit.files.paths import identity

_State: TypeAlias = tuple[int, int, int, int]
# Endings of files that another program is still writing, and will rename.
_UNFINISHED = (".part", ".partial", ".crdownload", ".download", ".tmp", ".filepart")


@dataclass
class _Seen:
    """A file as it was seen last.

    Attributes:
        state: its size, times and inode.
        since: when this state was first seen, s.
        reported: whether this state was returned.
    """

    state: _State
    since: float
    reported: bool = False


@dataclass
class Arrivals:
    """The files of a folder and its subfolders, without hidden ones.

    Attributes:
        folder: the folder.
        settle: how long a file must have been the same before it counts as complete, s.
        left_out: a folder within it that is left out.
        clock: returns the time, s.
    """

    folder: Path
    settle: float
    left_out: Path | None = None
    clock: Callable[[], float] = time.monotonic
    _seen: dict[Path, _Seen] = field(default_factory=dict)

    @property
    def waiting(self) -> bool:
        """Whether a file was seen that is not complete yet."""
        return any(not seen.reported for seen in self._seen.values())

    def ready(self) -> list[Path]:
        """Look through the folder, and return the files that are new or changed, and complete, sorted by name.

        Raises:
            PinxitError: when the folder is gone.
        """
        if not self.folder.is_dir():
            raise PinxitError(f"{self.folder} is not a folder any more: watch another one.")
        now, seen = self.clock(), {}
        for path, state in self._files():
            before = self._seen.get(path)
            seen[path] = before if before is not None and before.state == state else _Seen(state, now)
        self._seen = seen
        complete = [
            path
            for path, one in seen.items()
            if not one.reported and one.state[0] > 0 and now - one.since >= self.settle
        ]
        for path in complete:
            seen[path].reported = True
        return sorted(complete)

    def _files(self) -> list[tuple[Path, _State]]:
        aside = None if self.left_out is None else identity(self.left_out)
        found = []
        for parent, folders, names in os.walk(self.folder):
            folders[:] = [
                name for name in folders if not name.startswith(".") and identity(Path(parent, name)) != aside
            ]
            for name in names:
                if name.startswith(".") or name.endswith("~") or name.lower().endswith(_UNFINISHED):
                    continue
                path = Path(parent, name)
                try:
                    about = path.stat()
                except OSError:  # gone meanwhile
                    continue
                found.append((path, (about.st_size, about.st_mtime_ns, about.st_ctime_ns, about.st_ino)))
        return found
