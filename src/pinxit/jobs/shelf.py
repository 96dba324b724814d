"""The style shelf of a studio: the person's own styles, favourites and tags, in one file of its folder."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from pinxit.jobs.disk import read_json, write_json
from pinxit.jobs.errors import NoRoom, Refused
from pinxit.jobs.specs.base import InputSpec

FILE = "shelf.json"
VERSION = 1
MOST_ENTRIES = 1000
_MOST_TAGS = 12
_LONGEST_TAG = 40  # characters

Tag = Annotated[str, Field(min_length=1, max_length=_LONGEST_TAG)]


class ShelfEntry(BaseModel):
    """What is known of one style.

    Attributes:
        picture: the style.
        own: whether the person added it: an upload, a network, or a detail of a painting.
        favourite: whether it is a favourite.
        tags: words to find it by, in the order in which they were given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    picture: InputSpec
    own: bool = False
    favourite: bool = False
    tags: tuple[Tag, ...] = Field((), max_length=_MOST_TAGS)

    @field_validator("tags", mode="after")
    @classmethod
    def _are_words(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        cleaned = tuple(dict.fromkeys(" ".join(tag.split()) for tag in tags))
        if any(not tag or not tag.isprintable() for tag in cleaned):
            raise ValueError("a tag is empty or holds characters that cannot be printed: leave it out")
        return cleaned

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the style, so that it needs no entry."""
        return not (self.own or self.favourite or self.tags)


class Shelf:
    """All entries, the latest first, in memory and in the file.

    Args:
        home: the studio's folder.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._lock = threading.Lock()
        self._entries: dict[str, ShelfEntry] | None = {}
        if self._path.exists():
            self._entries = _read(self._path)

    def all(self) -> list[ShelfEntry]:
        """Return all entries.

        Raises:
            Refused: when the file is damaged, or a newer pinxit wrote it.
        """
        with self._lock:
            return list(self._known().values())

    def put(self, entry: ShelfEntry) -> list[ShelfEntry]:
        """Replace what is known of a style; a new entry comes first, and an empty one is removed.

        Args:
            entry: what is to be known of it.

        Returns:
            All entries.

        Raises:
            NoRoom: when the shelf or the disk is full.
            Refused: when the file is damaged.
        """
        with self._lock:
            entries = dict(self._known())
            key = _key(entry)
            if entry.is_empty:
                entries.pop(key, None)
            elif key in entries:
                entries[key] = entry
            else:
                entries = {key: entry, **entries}
            if len(entries) > MOST_ENTRIES:
                raise NoRoom(f"the shelf holds {MOST_ENTRIES} styles: remove some that are not needed.")
            if entries != self._entries:
                data = [one.model_dump(mode="json") for one in entries.values()]
                write_json(self._path, {"version": VERSION, "entries": data})
                self._entries = entries
            return list(entries.values())

    def files(self) -> set[str]:
        """Return the SHA-256 of all files on the shelf, which the store must keep."""
        with self._lock:
            return {one.picture.sha256 for one in (self._entries or {}).values() if one.picture.sha256}

    def _known(self) -> dict[str, ShelfEntry]:
        if self._entries is None:
            raise Refused(
                f"{FILE} in the studio's folder cannot be read: put a copy of the file back, or move it away, and start the "
                "studio again.",
                "shelf_damaged",
            )
        return self._entries


def _read(path: Path) -> dict[str, ShelfEntry] | None:
    """Return the entries of a file; None where it cannot be read."""
    data = read_json(path)
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("entries"), list):
        return None
    try:
        entries = [ShelfEntry.model_validate(one) for one in data["entries"]]
    except ValidationError:
        return None
    return {_key(entry): entry for entry in entries}


def _key(entry: ShelfEntry) -> str:
    return entry.picture.sha256 or entry.picture.name
