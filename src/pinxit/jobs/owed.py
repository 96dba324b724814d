"""Notes that the queue's database could not take yet: what was wished of which run.

They outlive the server, unless the disk is full.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any, Protocol

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import JobsError


class Pay(Protocol):
    """Tells the database; see `pinxit.jobs.engine.Engine.wish`."""

    def __call__(self, id: str, run: int, wish: str, *, drop: bool) -> None:
        """JobsError when it does not answer."""


class Owed:
    """All such notes, one for each run: the latest wish counts.

    Args:
        path: where they are kept while there are any.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        # One after the other, or an older wish might come after a newer one.
        self._paying = threading.Lock()
        self._notes: dict[tuple[str, int], tuple[str, bool]] = {}
        for note in _read(path):
            self._notes[note["id"], note["run"]] = (note["wish"], note["drop"])

    def add(self, id: str, run: int, wish: str, *, drop: bool) -> None:
        """Owe one more."""
        with self._lock:
            dropped = self._notes.get((id, run), ("", False))[1]
            self._notes[id, run] = (wish, drop or dropped)

    def pay(self, pay: Pay) -> None:
        """Tell the database all that is owed.

        Raises:
            JobsError: when it does not answer; what is left is kept.
        """
        if not self._notes:
            return
        with self._paying:
            try:
                for (id, run), note in list(self._notes.items()):
                    pay(id, run, note[0], drop=note[1])
                    with self._lock:
                        # Somebody may have wished something else meanwhile.
                        if self._notes.get((id, run)) == note:
                            del self._notes[id, run]
            finally:
                self._keep()

    def forget(self, id: str) -> None:
        """A job is gone."""
        with self._lock:
            for key in [key for key in self._notes if key[0] == id]:
                del self._notes[key]
        self._keep()

    def _keep(self) -> None:
        with self._lock, contextlib.suppress(OSError, JobsError):  # on a full disk they are kept in memory alone
            if self._notes:
                notes = [
                    {"id": id, "run": run, "wish": wish, "drop": drop}
                    for (id, run), (wish, drop) in self._notes.items()
                ]
                write_json(self._path, notes)
            else:
                self._path.unlink(missing_ok=True)


def _read(path: Path) -> list[dict[str, Any]]:
    data = read_json(path)
    kinds = {"id": str, "run": int, "wish": str, "drop": bool}
    notes = data if isinstance(data, list) else []
    return [
        note
        for note in notes
        if isinstance(note, dict) and all(isinstance(note.get(name), kind) for name, kind in kinds.items())
    ]
