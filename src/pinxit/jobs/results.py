"""The gallery: what jobs made, one small file each, found again by style, title and work."""

from __future__ import annotations

import contextlib
import datetime
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import Missing
from pinxit.picture.recipe import Input

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Part(BaseModel):
    """One file of a result.

    Attributes:
        role: what it is in the result: `picture`, `original`, `normal`, `px`, `film`, `network`, `sheet`, `page` …
    """

    model_config = ConfigDict(frozen=True)

    role: str
    id: str
    name: str
    media: str
    bytes: int
    width: int | None = None
    height: int | None = None


class Result(BaseModel):
    """What a job made.

    Attributes:
        id: the job's own: a job has one result.
        order_sha256: the fingerprint of the order that it answers; empty where none is known.
        kept: starred; the quota never removes it.
        draft: the best so far of a job that was stopped or cancelled.
        cover: a picture that stands for it.
        recipe: all that decides it, an order once more.
        inputs: what went in.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(pattern=_ID.pattern)
    job: str | None = None
    order_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    work: str
    title: str = Field("", max_length=255)
    made: str = ""
    kept: bool = False
    draft: bool = False
    styles: tuple[str, ...] = ()
    seconds: float = 0.0
    bytes: int = 0
    cover: str | None = None
    files: tuple[Part, ...] = ()
    recipe: dict[str, Any] | None = None
    inputs: tuple[Input, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ids(self) -> set[str]:
        """All files that it needs, those that went in among them."""
        inside = {part.id for part in self.files} | {entry.sha256 for entry in self.inputs if entry.sha256}
        return inside | ({self.cover} if self.cover else set())


def now() -> str:
    """The time as results tell it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


class Results:
    """All results, in memory and on the disk.

    Args:
        folder: where they lie.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._all: dict[str, Result] = {}
        for path in folder.glob("*.json"):
            with contextlib.suppress(Missing):
                result = read(folder, path.stem)
                self._all[result.id] = result

    def list(
        self,
        q: str = "",
        style: str = "",
        work: str = "",
        kept: bool | None = None,
        draft: bool | None = None,
        before: str = "",
        limit: int = 50,
    ) -> tuple[list[Result], str | None]:
        """Results, the newest first, and where the next page begins.

        Args:
            q: words that all stand in the title or a style's name.
            style: a part of a style's name.
            work: of this work alone.
            kept, draft: only those that are, or are not.
            before: where an earlier page ended.
            limit: so many at most.
        """
        with self._lock:
            ordered = sorted(self._all.values(), key=_place, reverse=True)
        words = q.casefold().split()
        found = [
            one
            for one in ordered
            if (not work or one.work == work)
            and (kept is None or one.kept == kept)
            and (draft is None or one.draft == draft)
            and (not style or any(style.casefold() in name.casefold() for name in one.styles))
            and all(word in " ".join((one.title, *one.styles)).casefold() for word in words)
            and (not before or f"{one.made}/{one.id}" < before)
        ]
        page = found[: max(1, limit)]
        return page, f"{page[-1].made}/{page[-1].id}" if len(found) > len(page) else None

    def get(self, id: str) -> Result:
        """One of them; Missing when there is none."""
        with self._lock:
            if id not in self._all:
                raise Missing("there is no such result: it was removed.", "result_not_found")
            return self._all[id]

    def put(self, result: Result) -> Result:
        """A new one, or a new state of one."""
        with self._lock:
            write(self.folder, result)
            self._all[result.id] = result
        return result

    def take_up(self, id: str) -> Result:
        """One that another process has written."""
        with self._lock:
            self._all[id] = read(self.folder, id)
            return self._all[id]

    def change(self, id: str, *, kept: bool | None = None, title: str | None = None) -> Result:
        """Star one or call it something else."""
        with self._lock:
            changes: dict[str, Any] = {} if kept is None else {"kept": kept}
            if title is not None:
                changes["title"] = "".join(c for c in title if c.isprintable())[:255]
            return self.put(self.get(id).model_copy(update=changes))

    def delete(self, id: str) -> Result:
        """Remove one; its files become orphans, unless others need them."""
        with self._lock:
            result = self.get(id)
            _path(self.folder, id).unlink(missing_ok=True)
            del self._all[id]
            return result

    def __iter__(self) -> Iterator[Result]:
        with self._lock:
            return iter(list(self._all.values()))

    def __len__(self) -> int:
        return len(self._all)


def read(folder: Path, id: str) -> Result:
    """A result's file; Missing when there is none that can be read."""
    if _ID.fullmatch(id):
        with contextlib.suppress(ValidationError):
            result = Result.model_validate(read_json(_path(folder, id)))
            if result.id == id:
                return result
    raise Missing("there is no such result: it was removed.", "result_not_found")


def write(folder: Path, result: Result) -> None:
    """A result's file, whole or not at all."""
    write_json(_path(folder, result.id), result.model_dump(mode="json", exclude_none=True))


def _path(folder: Path, id: str) -> Path:
    return folder / f"{id}.json"


def _place(result: Result) -> tuple[str, str]:
    return result.made, result.id
