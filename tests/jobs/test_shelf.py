"""The style shelf: what is put on it is there after a restart, and its files are never removed to make room."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pinxit.jobs.errors import Missing, NoRoom, Refused
from pinxit.jobs.shelf import MOST_ENTRIES, Shelf, ShelfEntry
from pinxit.jobs.specs.base import InputSpec
from pinxit.jobs.store import Store

WAVES = InputSpec(name="house:waves", sha256="", bytes=0)


def own(number: int) -> ShelfEntry:
    return ShelfEntry(picture=InputSpec(name=f"{number}.png", sha256=f"{number:064x}", bytes=1), own=True)


def test_entries_are_kept_changed_and_removed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    assert shelf.all() == []
    shelf.put(own(1))
    shelf.put(ShelfEntry(picture=WAVES, favourite=True, tags=("sea", "  deep  blue ", "sea")))
    shelf.put(own(1).model_copy(update={"tags": ("blue",)}))
    again = Shelf(tmp_path).all()
    assert [entry.picture.name for entry in again] == [
        "house:waves",
        "1.png",
    ]  # the latest first; a change moves nothing
    assert [entry.tags for entry in again] == [("sea", "deep blue"), ("blue",)]
    assert shelf.files() == {own(1).picture.sha256}
    assert len(shelf.put(ShelfEntry(picture=WAVES))) == 1
    assert [entry.picture.name for entry in Shelf(tmp_path).all()] == ["1.png"]


@pytest.mark.parametrize("tags", [("",), (" ",), ("a\x00b",), ("x" * 41,), tuple("abcdefghijklm")])
def test_tags_are_words(tags: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        ShelfEntry(picture=WAVES, tags=tags)


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"version": 2, "entries": []}', '{"version": 1, "entries": [{"x": 1}]}']
)
def test_a_damaged_file_is_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "shelf.json").write_text(content)
    shelf = Shelf(tmp_path)
    for use in (shelf.all, lambda: shelf.put(own(1))):
        with pytest.raises(Refused, match="put a copy of the file back"):
            use()
    assert (tmp_path / "shelf.json").read_text() == content


def test_it_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pinxit.jobs.shelf.MOST_ENTRIES", 2)
    assert MOST_ENTRIES > 2
    shelf = Shelf(tmp_path)
    shelf.put(own(1))
    shelf.put(own(2))
    with pytest.raises(NoRoom):
        shelf.put(own(3))
    assert len(shelf.all()) == len(Shelf(tmp_path).all()) == 2


def test_files_on_the_shelf_stay_when_room_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pinxit.jobs.store._SECONDS_NEW", -60.0)  # these uploads count as old
    store = Store(tmp_path / "home", quota=150_000)
    try:
        ids = []
        for letter in "ab":
            with store.files.new() as incoming:
                incoming.write(letter.encode() * 50_000)
                incoming.flush()
                file, _ = incoming.commit(f"{letter}.png", {"kind": "picture", "media": "image/png"})
            ids.append(file.id)
        store.protect(lambda: {ids[0]})
        store.make_room(90_000)
        assert store.files.get(ids[0]).name == "a.png"
        with pytest.raises(Missing):
            store.files.get(ids[1])
    finally:
        store.close()
