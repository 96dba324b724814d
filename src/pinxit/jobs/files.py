"""Files known by their content: streamed in, named when they are whole, with what is known about each beside it."""

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

from pinxit.jobs.disk import read_json, sync_folder, telling_of_room, write_json
from pinxit.jobs.errors import Missing, TooLarge
from pinxit.network.weights import ENDING
from pinxit.picture.recipe import Input

_ID = re.compile(r"[0-9a-f]{64}")
# What was begun so long ago was broken off.
_SECONDS_COMING = 6 * 3600.0
_FACTS = ".json"


class File(BaseModel):
    """What is known about a file.

    Attributes:
        id: the SHA-256 of its bytes.
        name: what a person called it; it tells a person, and nothing else.
        kind: `picture`, `clip`, `network`, or for what jobs make also `page`, `archive`, `model`.
        media: its media type.
        bytes: its length.
        width, height: px, where it has any.
        seconds, frames: of a clip.
        made: when it came, s since 1970.
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
        """The same as an order names it."""
        return Input(name=self.name, sha256=self.id, bytes=self.bytes)


class Incoming:
    """A file on its way in; used as a context, at whose end nothing is left of what was not committed.

    Args:
        files: where it goes.
        most: bytes that it may have.

    Attributes:
        path: where it is by now, to look into before it is committed.
    """

    def __init__(self, files: Files, most: int) -> None:
        self.path = files.coming / f"{uuid.uuid4().hex}.part"
        self.bytes = 0
        self._files, self._most = files, most
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        with telling_of_room():
            self._file = self.path.open("xb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        with contextlib.suppress(OSError):
            self.path.unlink()

    def write(self, part: bytes) -> None:
        """The next bytes.

        Raises:
            TooLarge: when there are more than it may have.
            NoRoom: when the disk is full.
        """
        self.bytes += len(part)
        if self.bytes > self._most:
            raise TooLarge(f"the file has more than {self._most >> 20} MiB: give a smaller one.", "file_too_large")
        self._digest.update(part)
        with telling_of_room():
            self._file.write(part)

    def flush(self) -> None:
        """Let others who open the path see all of it."""
        with telling_of_room():
            self._file.flush()

    def commit(self, name: str, facts: dict[str, Any]) -> tuple[File, bool]:
        """Give it its name; the same content again is the same file.

        Args:
            name: what a person calls it.
            facts: what was found out about it: `kind`, `media`, `width` …

        Returns:
            The file, and whether it was missing: new, lost or damaged.
        """
        with telling_of_room():
            self._file.flush()
            os.fsync(self._file.fileno())
        return self._files.take(self.path, self._digest.hexdigest(), self.bytes, name, facts)


class Files:
    """All files.

    Args:
        folder: where they lie.
        most: bytes that one may have.
        create: make the folder, for whoever is to write into it.
    """

    def __init__(self, folder: Path, most: int = 2 << 30, *, create: bool = True) -> None:
        self.folder, self.coming, self._most = folder, folder / "incoming", most
        if create:
            self.coming.mkdir(parents=True, exist_ok=True)

    def new(self, most: int | None = None) -> Incoming:
        """A file on its way in, of so many bytes at most."""
        return Incoming(self, min(self._most, most or self._most))

    def add(self, path: Path, name: str, facts: dict[str, Any]) -> tuple[File, bool]:
        """A file that was made here; it is moved."""
        with path.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        return self.take(path, digest, path.stat().st_size, name, facts)

    def take(self, path: Path, sha256: str, length: int, name: str, facts: dict[str, Any]) -> tuple[File, bool]:
        """A whole file whose content is known, moved to its place; and whether it was missing there."""
        known: File | None = None
        with contextlib.suppress(Missing):
            known = self.get(sha256)
        clean = "".join(c for c in name if c.isprintable())[-255:] or "file"
        file = known or File.model_validate(
            {**facts, "id": sha256, "name": clean, "bytes": length, "made": round(time.time(), 3)}
        )
        place = self._place(file.id, file.kind)
        with telling_of_room():
            place.parent.mkdir(parents=True, exist_ok=True)
            # Over a known file as well: bytes that went bad in place, at the same length, are good again.
            path.replace(place)
            sync_folder(place.parent)
        if known is not None:
            self.touch(sha256)
            return known, False
        # The file counts as there when its facts are.
        write_json(place.parent / f"{file.id}{_FACTS}", file.model_dump(exclude_none=True))
        return file, True

    def get(self, id: str) -> File:
        """What is known about a file; Missing unless its bytes are there, all of them."""
        file = self._known(id)
        if file is not None:
            with contextlib.suppress(OSError):
                if self._place(id, file.kind).stat().st_size == file.bytes:
                    return file
        raise Missing(f"there is no file {id[:12]}…: upload it again.", "file_not_found")

    def path(self, id: str) -> Path:
        """Where its bytes are; Missing when they are not there."""
        file = self.get(id)
        return self._place(file.id, file.kind)

    def touch(self, id: str) -> None:
        """Note that somebody has just asked for it: it is no orphan yet."""
        with contextlib.suppress(OSError):
            os.utime(self._facts(id))

    def delete(self, id: str) -> int:
        """Remove one; the bytes that became free."""
        file = self._known(id)
        if file is None:
            return 0
        with contextlib.suppress(OSError):
            # First what makes it count.
            self._facts(id).unlink()
            self._place(id, file.kind).unlink()
            return file.bytes
        return 0

    def all(self) -> Iterator[tuple[str, float]]:
        """The files with the times when somebody last asked for them."""
        for facts in self.folder.glob(f"??/*{_FACTS}"):
            with contextlib.suppress(OSError):
                if _ID.fullmatch(facts.stem):
                    yield facts.stem, facts.stat().st_mtime

    def sweep(self) -> None:
        """Remove what was begun and never became a file."""
        old = time.time() - _SECONDS_COMING
        for path in (*self.coming.iterdir(), *self.folder.glob("??/*")):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < old and not (path.suffix == _FACTS or self._facts(path.stem).exists()):
                    path.unlink()

    def _known(self, id: str) -> File | None:
        """What its facts say, whether or not its bytes are there."""
        if _ID.fullmatch(id):
            with contextlib.suppress(ValidationError):
                file = File.model_validate(read_json(self._facts(id)))
                if file.id == id:
                    return file
        return None

    def _facts(self, id: str) -> Path:
        return self.folder / id[:2] / f"{id}{_FACTS}"

    def _place(self, id: str, kind: str) -> Path:
        # A network is known by its ending wherever a style is read.
        return self.folder / id[:2] / f"{id}{ENDING if kind == 'network' else '.bytes'}"
