"""Files stored by their content: streamed in, named by their SHA-256 once complete, each with a JSON file of facts."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinxit.jobs.disk import read_json, sync_folder, translate_disk_errors, write_json
from pinxit.jobs.errors import Missing, TooLarge
from pinxit.jobs.thumbnail_cache import ThumbnailCache
from pinxit.network.weights import ENDING
from pinxit.recipe.recipe import Input

_ID = re.compile(r"[0-9a-f]{64}")
# s: an upload that began longer ago was interrupted.
_SECONDS_COMING = 6 * 3600.0
_FACTS = ".json"


class File(BaseModel):
    """The facts of a stored file.

    Attributes:
        id: the SHA-256 of its bytes.
        name: its name for a person; nothing depends on it.
        kind: `picture`, `clip` or `network`; jobs also make `page`, `archive` and `model`.
        media: its media type.
        bytes: its length.
        width, height: of pictures and clips, px.
        seconds, frames: of a clip.
        made: when it was stored, s since 1970.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(pattern=_ID.pattern)
    name: str = Field(max_length=255)
    kind: str
    media: str
    bytes: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    frames: int | None = None
    made: float = 0.0

    @property
    def input(self) -> Input:
        """The file as a spec names it."""
        return Input(name=self.name, sha256=self.id, bytes=self.bytes)


class Incoming:
    """A file being uploaded; use it as a context, which removes what was not committed.

    Args:
        files: where it is stored.
        most: most bytes.

    Attributes:
        path: a temporary path, for inspection before `commit`.
    """

    def __init__(self, files: Files, most: int) -> None:
        self.path = files.incoming / f"{uuid.uuid4().hex}.part"
        self.bytes = 0
        self._files, self._most = files, most
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        with translate_disk_errors():
            self._file = self.path.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def write(self, part: bytes) -> None:
        """Append bytes.

        Raises:
            TooLarge: when the file has too many.
            NoRoom: when the disk is full.
        """
        self.bytes += len(part)
        if self.bytes > self._most:
            raise TooLarge(f"the file has more than {self._most >> 20} MiB: give a smaller one.", "file_too_large")
        self._digest.update(part)
        with translate_disk_errors():
            self._file.write(part)

    def flush(self) -> None:
        """Let other readers of the path see all bytes."""
        with translate_disk_errors():
            self._file.flush()

    def commit(self, name: str, facts: dict[str, Any]) -> tuple[File, bool]:
        """Store the file under its SHA-256; the same content again is the same file.

        Args:
            name: its name for a person.
            facts: the result of its inspection: `kind`, `media`, `width` …

        Returns:
            The file, and whether it was missing: new, lost or damaged.
        """
        with translate_disk_errors():
            self._file.flush()
            os.fsync(self._file.fileno())
        return self._files.take(self.path, self._digest.hexdigest(), self.bytes, name, facts)


class Files:
    """All stored files.

    Args:
        folder: where they are.
        most: most bytes of one file.
        create: create the folder; readers leave that to the server.

    Attributes:
        thumbnails: small copies of the pictures.
    """

    def __init__(self, folder: Path, most: int = 2 << 30, *, create: bool = True) -> None:
        self.folder, self.incoming, self._most = folder, folder / "incoming", most
        self.thumbnails = ThumbnailCache(folder / "thumbnails")
        if create:
            self.incoming.mkdir(parents=True, exist_ok=True)

    def new(self, most: int | None = None) -> Incoming:
        """Return a new upload of at most `most` bytes."""
        return Incoming(self, min(self._most, most or self._most))

    def add(self, path: Path, name: str, facts: dict[str, Any]) -> tuple[File, bool]:
        """Store a file that was made on this machine; it is moved.

        Args:
            path: the file.
            name: its name for a person.
            facts: `kind`, `media`, `width` …

        Returns:
            The file, and whether it was missing: new, lost or damaged.
        """
        with path.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        return self.take(path, digest, path.stat().st_size, name, facts)

    def take(self, path: Path, sha256: str, length: int, name: str, facts: dict[str, Any]) -> tuple[File, bool]:
        """Store a complete file; it is moved.

        Args:
            path: the file.
            sha256: of its bytes.
            length: its length, bytes.
            name: its name for a person.
            facts: `kind`, `media`, `width` …

        Returns:
            The file, and whether it was missing: new, lost or damaged.
        """
        known: File | None = None
        with contextlib.suppress(Missing):
            known = self.get(sha256)
        clean = "".join(c for c in name if c.isprintable())[-255:] or "file"
        file = known or File.model_validate(
            {**facts, "id": sha256, "name": clean, "bytes": length, "made": round(time.time(), 3)}
        )
        place = self._place(file.id, file.kind)
        with translate_disk_errors():
            place.parent.mkdir(parents=True, exist_ok=True)
            # A known file is replaced, too: its bytes may have been damaged without a change of length.
            path.replace(place)
            sync_folder(place.parent)
        if known is not None:
            self.touch(sha256)
            return known, False
        # The file exists once its facts do.
        write_json(place.parent / f"{file.id}{_FACTS}", file.model_dump(exclude_none=True))
        return file, True

    def get(self, id: str) -> File:
        """Return the facts of a file.

        Raises:
            Missing: when there is none, or its bytes are missing or too few.
        """
        file = self._known(id)
        if file is not None:
            with contextlib.suppress(OSError):
                if self._place(id, file.kind).stat().st_size == file.bytes:
                    return file
        raise Missing(f"there is no file {id[:12]}…: upload it again.", "file_not_found")

    def path(self, id: str) -> Path:
        """Return the path of a file's bytes.

        Raises:
            Missing: when there is none, or its bytes are missing or too few.
        """
        file = self.get(id)
        return self._place(file.id, file.kind)

    def touch(self, id: str) -> None:
        """Record that a file has just been used, so that it does not count as an orphan."""
        with contextlib.suppress(OSError):
            os.utime(self._facts(id))

    def delete(self, id: str) -> int:
        """Remove a file; return how many bytes became free."""
        file = self._known(id)
        if file is None:
            return 0
        freed = 0
        with contextlib.suppress(OSError):
            # The facts first: without them the file does not exist.
            self._facts(id).unlink()
            self._place(id, file.kind).unlink()
            freed = file.bytes
        return freed + self.thumbnails.delete(id)

    def all(self) -> Iterator[tuple[str, float]]:
        """Yield each file's SHA-256 and the time of its last use, s since 1970."""
        for facts in self.folder.glob(f"??/*{_FACTS}"):
            with contextlib.suppress(OSError):
                if _ID.fullmatch(facts.stem):
                    yield facts.stem, facts.stat().st_mtime

    def sweep(self) -> None:
        """Remove what interrupted uploads left, and small copies of files that are gone."""
        old = time.time() - _SECONDS_COMING
        for path in (*self.incoming.iterdir(), *self.folder.glob("??/*")):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < old and not (path.suffix == _FACTS or self._facts(path.stem).exists()):
                    path.unlink()
        self.thumbnails.sweep(lambda id: self._facts(id).exists())

    def _known(self, id: str) -> File | None:
        """Return a file's facts, whether or not its bytes exist; None where there are none."""
        if _ID.fullmatch(id):
            with contextlib.suppress(ValidationError):
                file = File.model_validate(read_json(self._facts(id)))
                if file.id == id:
                    return file
        return None

    def _facts(self, id: str) -> Path:
        return self.folder / id[:2] / f"{id}{_FACTS}"

    def _place(self, id: str, kind: str) -> Path:
        # Readers of styles recognise a network by its ending.
        return self.folder / id[:2] / f"{id}{ENDING if kind == 'network' else '.bytes'}"
