"""The gallery: what jobs made, one small JSON file for each result, searchable by style, title and kind of work."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import Missing
from pinxit.jobs.files import File, Files
from pinxit.jobs.protocol import Task
from pinxit.jobs.runners.base import OutputFile, RunOutput
from pinxit.jobs.specs import fingerprint, read_spec
from pinxit.jobs.specs.video import VideoSpec
from pinxit.jobs.timestamps import now
from pinxit.recipe.recipe import Input

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class ResultFile(BaseModel):
    """One file of a result.

    Attributes:
        role: what it is in the result: `picture`, `original`, `normal`, `px`, `film`, `network`, `sheet`, `page` …
        id: the stored file's SHA-256.
        name: its name for a person.
        media: its media type.
        bytes: its length.
        width, height: of pictures and clips, px.
    """

    model_config = ConfigDict(frozen=True)

    role: str
    id: str
    name: str
    media: str
    bytes: int
    width: int | None = None
    height: int | None = None

    @classmethod
    def of(cls, file: File, role: str) -> Self:
        """Return a stored file in its role within a result."""
        return cls(role=role, **file.model_dump(include={"id", "name", "media", "bytes", "width", "height"}))


class Result(BaseModel):
    """What a job made.

    Attributes:
        id: the job's id; a job has one result.
        job: the same; None where no job made it.
        order_sha256: the fingerprint of the job's spec; empty where it is unknown.
        work: the kind of work.
        title: its title.
        made: when, ISO 8601.
        kept: starred; the quota never removes it.
        draft: the picture of a job that was stopped early.
        styles: names of the style images.
        seconds: how long painting took, s.
        bytes: length of its files.
        cover: SHA-256 of a picture that represents it.
        files: its files.
        recipe: everything that decides it; a valid spec.
        inputs: the files that went in.
        notes: sentences for the person.
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
    files: tuple[ResultFile, ...] = ()
    recipe: dict[str, Any] | None = None
    inputs: tuple[Input, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ids(self) -> set[str]:
        """SHA-256 of all files that it needs, inputs included."""
        inside = {file.id for file in self.files} | {entry.sha256 for entry in self.inputs if entry.sha256}
        return inside | ({self.cover} if self.cover else set())


class Results:
    """All results, in memory and on the disk.

    Args:
        folder: where their files are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._all: dict[str, Result] = {}
        # All of them, the newest first, ready to be searched; None after a change.
        self._entries: list[_Entry] | None = None
        self._hidden: dict[str, Result] = {}
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
        content: str = "",
    ) -> tuple[list[Result], str | None]:
        """Return a page of results, the newest first.

        Args:
            q: words that must all occur in the title or in a style's name.
            style: a part of a style's name.
            work: only this kind of work.
            kept: only results that are starred, or only others.
            draft: only drafts, or only others.
            before: where the previous page ended.
            limit: most results on the page.
            content: only paintings of this content image, by its SHA-256, or by its name where it is `sample:NAME`.

        Returns:
            The page, and where it ends; None on the last page.
        """
        with self._lock:
            if self._entries is None:
                self._entries = [_Entry(one) for one in sorted(self._all.values(), key=_sort_key, reverse=True)]
            entries = self._entries
        words, style = q.casefold().split(), style.casefold()
        found = (
            entry
            for entry in entries
            if (not before or entry.place < before)
            and (not work or entry.result.work == work)
            and (kept is None or entry.result.kept == kept)
            and (draft is None or entry.result.draft == draft)
            and (not content or entry.content == content)
            and (not style or any(style in name for name in entry.styles))
            and all(word in entry.text for word in words)
        )
        page = list(islice(found, max(1, limit)))
        return [entry.result for entry in page], page[-1].place if next(found, None) else None

    def get(self, id: str) -> Result:
        """Return a result.

        Raises:
            Missing: when there is none of that id.
        """
        with self._lock:
            if id not in self._all:
                raise Missing("there is no such result: it was removed.", "result_not_found")
            return self._all[id]

    def put(self, result: Result) -> Result:
        """Store a new result, or a new state of a known one."""
        with self._lock:
            write(self.folder, result)
            self._show(result)
        return result

    def load(self, id: str) -> Result:
        """Read a result that another process has written."""
        with self._lock:
            return self._show(read(self.folder, id))

    def change(self, id: str, *, kept: bool | None = None, title: str | None = None) -> Result:
        """Star a result, or give it another title."""
        with self._lock:
            changes: dict[str, Any] = {} if kept is None else {"kept": kept}
            if title is not None:
                changes["title"] = "".join(c for c in title if c.isprintable())[:255]
            return self.put(self.get(id).model_copy(update=changes))

    def hide(self, id: str) -> Result:
        """Hide a result, as if it were deleted, until it is shown again or deleted."""
        with self._lock:
            result = self._hidden.get(id) or self.get(id)
            self._hidden[id] = result
            self._forget(id)
            return result

    def unhide(self, id: str) -> Result:
        """Show a hidden result again.

        Raises:
            Missing: when it has been deleted.
        """
        with self._lock:
            if id in self._hidden:
                self._show(self._hidden[id])
            return self.get(id)

    @property
    def hidden(self) -> tuple[Result, ...]:
        """The hidden results."""
        with self._lock:
            return tuple(self._hidden.values())

    def delete(self, id: str) -> Result:
        """Remove a result, hidden or not; its files remain, as orphans unless other results need them."""
        with self._lock:
            result = self._hidden.pop(id, None) or self.get(id)
            _path(self.folder, id).unlink(missing_ok=True)
            self._forget(id)
            return result

    def _show(self, result: Result) -> Result:
        self._all[result.id] = result
        self._hidden.pop(result.id, None)
        self._entries = None
        return result

    def _forget(self, id: str) -> None:
        self._all.pop(id, None)
        self._entries = None

    def __iter__(self) -> Iterator[Result]:
        with self._lock:
            return iter(list(self._all.values()))

    def __contains__(self, id: str) -> bool:
        return id in self._all

    def __len__(self) -> int:
        return len(self._all)


def read(folder: Path, id: str) -> Result:
    """Read a result's file.

    Raises:
        Missing: when there is none that can be read.
    """
    if _ID.fullmatch(id):
        with contextlib.suppress(ValidationError):
            result = Result.model_validate(read_json(_path(folder, id)))
            if result.id == id:
                return result
    raise Missing("there is no such result: it was removed.", "result_not_found")


def write(folder: Path, result: Result) -> None:
    """Write a result's file atomically."""
    write_json(_path(folder, result.id), result.model_dump(mode="json", exclude_none=True))


def publish(task: Task, output: RunOutput, *, seconds: float, draft: bool, kept: bool) -> Result:
    """Move a run's files into the store, then write the result: only then does it exist.

    Args:
        task: the job.
        output: what the run made.
        seconds: how long it took, s.
        draft: whether it is only the best picture so far.
        kept: whether to star it.
    """
    store = Files(task.home / "files")
    files = [_stored(store, file) for file in output.files]
    pictures = [file for file in files if file.media.startswith("image/") and file.role != "original"]
    spec = read_spec(task.order)
    if isinstance(spec, VideoSpec):
        files.append(ResultFile.of(store.get(spec.clip.sha256), "original"))
    inputs = [Input(**entry.model_dump(include={"name", "sha256", "bytes"})) for _, entry in spec.inputs()]
    result = Result(
        id=task.id,
        job=task.id,
        order_sha256=fingerprint(spec),
        work=spec.work,
        title=task.title,
        made=now(),
        draft=draft,
        kept=kept,
        styles=tuple(style.name for style in spec.styles),
        seconds=round(seconds, 2),
        bytes=sum(file.bytes for file in files if file.role not in ("cover", "original")),
        cover=pictures[0].id if pictures else None,
        files=tuple(file for file in files if file.role != "cover"),
        recipe={name: value for name, value in output.recipe.items() if value is not None},
        inputs=tuple(dict.fromkeys(inputs)),
        notes=tuple(output.notes),
    )
    write(task.home / "results", result)
    return result


def _stored(store: Files, file: OutputFile) -> ResultFile:
    """Move a file into the store; it keeps the name of this run if the same content was known by another one."""
    facts: dict[str, Any] = {"kind": file.kind, "media": file.media, "width": file.width, "height": file.height}
    stored, _ = store.add(file.path, file.name, facts)
    return ResultFile(
        role=file.role,
        id=stored.id,
        name=file.name,
        media=file.media,
        bytes=stored.bytes,
        width=file.width,
        height=file.height,
    )


def _path(folder: Path, id: str) -> Path:
    return folder / f"{id}.json"


class _Entry:
    """A result with the texts that it is searched by."""

    def __init__(self, result: Result) -> None:
        self.result = result
        self.place = f"{result.made}/{result.id}"
        self.styles = tuple(name.casefold() for name in result.styles)
        self.text = " ".join((result.title.casefold(), *self.styles))
        content = (result.recipe or {}).get("content") or {}
        self.content = content.get("sha256") or content.get("name", "") if isinstance(content, dict) else ""


def _sort_key(result: Result) -> tuple[str, str]:
    return result.made, result.id
