"""Many results as one ZIP, made while it is sent: neither the disk nor the memory holds it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath

from pinxit.files.names import unused_name
from pinxit.jobs.files import Files
from pinxit.jobs.results import Result, ResultFile

_CHUNK = 1 << 20  # bytes
# Of a result's files, what the user gave and has already.
_GIVEN = ("original",)
# The earliest time that a ZIP can state.
_EARLIEST = (1980, 1, 1, 0, 0, 0)


class _Sent(io.RawIOBase):
    """What the archive has written and no one has sent yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self._parts.append(bytes(data))  # type: ignore[call-overload]
        return len(self._parts[-1])

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_results(results: Sequence[Result], files: Files) -> Iterator[bytes]:
    """Yield a ZIP of results in chunks. Pictures are stored as they are, since they are compressed already.

    Args:
        results: the results. One of several files gets a folder of its own.
        files: where their files are.

    Raises:
        Missing: when a file of a result is not there. No chunk has been yielded then.
    """
    entries = _entries(results, files)
    return _chunks(entries)


def _entries(results: Sequence[Result], files: Files) -> list[tuple[zipfile.ZipInfo, Path]]:
    taken: set[str] = set()
    entries = []
    for result in results:
        made = [part for part in result.files if part.role not in _GIVEN]
        folder = "" if len(made) == 1 else _unused(safe_name(result.title), taken) + "/"
        for part in made:
            info = zipfile.ZipInfo(_unused(folder + safe_name(part.name), taken), _time(result))
            info.file_size = part.bytes
            info.external_attr = 0o644 << 16
            entries.append((info, _path(files, part)))
    return entries


def _path(files: Files, part: ResultFile) -> Path:
    files.get(part.id)  # says when it is missing
    return files.path(part.id)


def _chunks(entries: list[tuple[zipfile.ZipInfo, Path]]) -> Iterator[bytes]:
    sent = _Sent()
    with zipfile.ZipFile(sent, "w", zipfile.ZIP_STORED) as archive:
        for info, path in entries:
            with path.open("rb") as source, archive.open(info, "w") as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    yield sent.take()
            yield sent.take()
    yield sent.take()


def safe_name(name: str) -> str:
    """Return a name that no program takes for a path."""
    clean = "".join("-" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name).strip(" .")
    return clean or "result"


def _unused(name: str, taken: set[str]) -> str:
    ending = PurePosixPath(name).suffix
    return unused_name(name.removesuffix(ending), ending, taken, " ")


def _time(result: Result) -> tuple[int, int, int, int, int, int]:
    try:
        made = datetime.fromisoformat(result.made)
    except ValueError:
        return _EARLIEST
    return max(_EARLIEST, (made.year, made.month, made.day, made.hour, made.minute, made.second))
