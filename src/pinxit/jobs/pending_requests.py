"""Requests that the queue's database could not record yet: what was requested of which run.

They survive the server, unless the disk is full.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any, Protocol

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import JobsError


class RecordRequest(Protocol):
    """Records a request in the database; see `pinxit.jobs.queue.DurableQueue.record_request`."""

    def __call__(self, id: str, run: int, request: str, *, drop: bool) -> None:
        """Raise JobsError when the database does not answer."""


class PendingRequests:
    """The latest request for each run that is not recorded yet.

    Args:
        path: the file that keeps them while there are any.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        # One flush at a time, or an older request might be recorded after a newer one.
        self._flushing = threading.Lock()
        self._notes: dict[tuple[str, int], tuple[str, bool]] = {}
        for note in _read(path):
            self._notes[note["id"], note["run"]] = (note["wish"], note["drop"])

    def add(self, id: str, run: int, request: str, *, drop: bool) -> None:
        """Add a request, which replaces an earlier one for the same run.

        Args:
            id: the job's id.
            run: the run's number.
            request: `cancel`, `stop` or `pause`.
            drop: whether the run, which has not begun, is to leave the queue.
        """
        with self._lock:
            dropped = self._notes.get((id, run), ("", False))[1]
            self._notes[id, run] = (request, drop or dropped)

    def flush(self, record: RecordRequest) -> None:
        """Record all pending requests.

        Raises:
            JobsError: when the database does not answer; the rest is kept.
        """
        if not self._notes:
            return
        with self._flushing:
            try:
                for (id, run), note in list(self._notes.items()):
                    record(id, run, note[0], drop=note[1])
                    with self._lock:
                        # Another request for the run may have been added meanwhile.
                        if self._notes.get((id, run)) == note:
                            del self._notes[id, run]
            finally:
                self._save()

    def forget(self, id: str) -> None:
        """Drop the requests for a job that was deleted."""
        with self._lock:
            for key in [key for key in self._notes if key[0] == id]:
                del self._notes[key]
        self._save()

    def _save(self) -> None:
        with self._lock, contextlib.suppress(OSError, JobsError):  # on a full disk they are kept in memory alone
            if self._notes:
                notes = [
                    {"id": id, "run": run, "wish": request, "drop": drop}
                    for (id, run), (request, drop) in self._notes.items()
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
