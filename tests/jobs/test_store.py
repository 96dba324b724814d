"""Files and results: complete or absent, known by their content, within a quota."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pinxit.errors import PinxitError
from pinxit.jobs import disk
from pinxit.jobs.errors import Missing, NoRoom, TooLarge
from pinxit.jobs.files import File, Files
from pinxit.jobs.results import Result, ResultFile, Results, write
from pinxit.jobs.store import Store
from pinxit.recipe.recipe import Input

PICTURE = {"kind": "picture", "media": "image/png", "width": 3, "height": 2}


def put(files: Files, content: bytes, name: str = "a.png") -> File:
    with files.new() as incoming:
        incoming.write(content)
        return incoming.commit(name, PICTURE)[0]


def result(id: str, file: File | None = None, **facts: object) -> Result:
    parts = (
        ()
        if file is None
        else (ResultFile(role="picture", id=file.id, name=file.name, media=file.media, bytes=file.bytes),)
    )
    base = {"id": id, "work": "stylize", "title": id, "made": f"2026-01-01T00:00:0{len(id)}", "files": parts}
    return Result.model_validate({**base, **facts})


def age(store: Store, file: File) -> None:
    """As if it had come long ago."""
    facts = store.files.folder / file.id[:2] / f"{file.id}.json"
    os.utime(facts, (time.time() - 9999, time.time() - 9999))


def test_a_file_is_known_by_its_content(store: Store) -> None:
    first = put(store.files, b"abc")
    again = put(store.files, b"abc", "b.png")
    assert first == again
    assert first.id == hashlib.sha256(b"abc").hexdigest()
    assert store.files.path(first.id).read_bytes() == b"abc"
    assert (first.width, first.height, first.bytes) == (3, 2, 3)
    assert list(store.files.incoming.iterdir()) == []


def test_what_is_not_committed_leaves_nothing(store: Store) -> None:
    with store.files.new() as incoming:
        incoming.write(b"abc")
        assert incoming.path.exists()
    with store.files.new(most=2) as incoming:
        incoming.write(b"ab")
        with pytest.raises(TooLarge):
            incoming.write(b"c")
    assert list(store.files.incoming.iterdir()) == []
    assert list(store.files.all()) == []


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "a\0b", "a\nb", "", "💀" * 300, "<script>", "C:\\x"]
)
def test_names_reach_no_file_system(store: Store, name: str) -> None:
    file = put(store.files, name.encode() or b"x", name)
    places = [path for path in store.home.rglob("*") if path.is_file()]
    assert all(path.is_relative_to(store.home) for path in places)
    assert {path.stem for path in places if path.parent.parent == store.files.folder} == {file.id}
    assert len(file.name) <= 255
    assert file.name.isprintable()


@pytest.mark.parametrize("id", ["", "x", "../lock", "0" * 63, "0" * 64, "A" * 64, "0" * 64 + "\n", "\0" * 64])
def test_ids_are_no_paths(store: Store, id: str) -> None:
    with pytest.raises(Missing):
        store.files.get(id)
    with pytest.raises(Missing):
        store.results.get(id)


def test_facts_that_are_damaged_are_no_file(store: Store) -> None:
    file = put(store.files, b"abc")
    (store.files.folder / file.id[:2] / f"{file.id}.json").write_text("{")
    with pytest.raises(Missing):
        store.files.get(file.id)
    assert put(store.files, b"abc") == store.files.get(file.id)


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"ab"),
        lambda path: path.write_bytes(b"abcd"),
    ],
    ids=["lost", "empty", "short", "long"],
)
def test_a_lost_or_damaged_file_is_missing_until_it_comes_again(store: Store, harm: Callable[[Path], object]) -> None:
    file = put(store.files, b"abc", "mine.png")
    harm(store.files.path(file.id))
    for ask in (store.files.get, store.files.path):
        with pytest.raises(Missing, match="upload it again"):
            ask(file.id)
    with store.files.new() as incoming:
        incoming.write(b"abc")
        again, missing = incoming.commit("again.png", PICTURE)
    assert missing
    assert again == store.files.get(file.id)
    assert store.files.path(file.id).read_bytes() == b"abc"
    with store.files.new() as incoming:
        incoming.write(b"abc")
        assert incoming.commit("again.png", PICTURE) == (again, False)


def test_bytes_that_went_bad_in_place_are_good_again_after_an_upload(store: Store) -> None:
    file = put(store.files, b"abc")
    store.files.path(file.id).write_bytes(b"xyz")
    put(store.files, b"abc")
    assert store.files.path(file.id).read_bytes() == b"abc"


def test_a_full_disk_is_reported_and_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoRoom, match="disk is full"):
        put(store.files, b"abc")
    with pytest.raises(NoRoom, match="disk is full"):
        disk.write_json(store.home / "x.json", {})
    monkeypatch.undo()
    assert list(store.files.incoming.iterdir()) == []
    assert not (store.home / "x.json").exists()


def test_results_are_found_again(tmp_path: Path) -> None:
    results = Results(tmp_path)
    results.put(result("a", styles=("house:swirl",), title="A Cat"))
    results.put(result("bb", styles=("house:waves", "mine.jpg"), work="texture", draft=True))
    results.put(result("ccc", styles=("house:waves",), kept=True))
    (tmp_path / "damaged.json").write_text("{")
    results = Results(tmp_path)

    def ids(**filters: object) -> list[str]:
        return [one.id for one in results.list(**filters)[0]]  # type: ignore[arg-type]

    assert ids() == ["ccc", "bb", "a"]
    assert ids(style="WAVES") == ["ccc", "bb"]
    assert ids(q="cat swirl") == ["a"]
    assert ids(q="cat waves") == []
    assert ids(work="texture") == ["bb"]
    assert ids(kept=True) == ["ccc"]
    assert ids(draft=False) == ["ccc", "a"]
    first, more = results.list(limit=2)
    rest, end = results.list(limit=2, before=more or "")
    assert [one.id for one in first + rest] == ["ccc", "bb", "a"]
    assert end is None
    assert results.change("a", kept=True, title="New\nname").title == "Newname"
    assert Results(tmp_path).get("a").kept
    results.delete("a")
    assert len(Results(tmp_path)) == 2


def test_a_list_shows_each_change_at_once(tmp_path: Path) -> None:
    results = Results(tmp_path)

    def found(q: str = "") -> list[str]:
        return [one.id for one in results.list(q)[0]]

    assert found() == []
    results.put(result("a"))
    results.put(result("bb"))
    assert found() == ["bb", "a"]
    results.change("a", title="harbour")
    assert found("harbour") == ["a"]
    results.hide("bb")
    assert found() == ["a"]
    results.unhide("bb")
    assert found() == ["bb", "a"]
    write(tmp_path, result("ccc"))
    results.load("ccc")
    assert found() == ["ccc", "bb", "a"]
    results.delete("ccc")
    assert found() == ["bb", "a"]


def test_the_paintings_of_one_photograph_are_found(tmp_path: Path) -> None:
    results = Results(tmp_path)
    mine, sample = {"name": "cat.png", "sha256": "c" * 64}, {"name": "sample:cat", "sha256": ""}
    results.put(result("a", recipe={"content": mine}))
    results.put(result("bb", recipe={"content": {**mine, "name": "again.png"}}))
    results.put(result("ccc", recipe={"content": sample}))
    results.put(result("dddd", recipe={"content": "cat.png"}))
    results.put(result("eeeee"))
    assert [one.id for one in results.list(content="c" * 64)[0]] == ["bb", "a"]
    assert [one.id for one in results.list(content="sample:cat")[0]] == ["ccc"]
    assert results.list(content="cat.png")[0] == []


def test_the_quota_removes_the_oldest_drafts_and_orphans_and_never_what_is_kept(store: Store) -> None:
    size = 1 << 16
    files = {name: put(store.files, name.encode() * size, name) for name in ("o", "d", "e", "k", "r", "i", "n")}
    for name, file in files.items():
        if name != "n":
            age(store, file)
    removed: list[str] = []
    store.register(set, lambda one: removed.append(one.id))
    store.results.put(result("d", files["d"], draft=True))
    store.results.put(result("ee", files["e"], draft=True))
    store.results.put(result("kkk", files["k"], draft=True, kept=True))
    store.results.put(result("rrrr", files["r"], inputs=(Input(name="i", sha256=files["i"].id, bytes=size),)))

    def left() -> str:
        return "".join(sorted(name for name, file in files.items() if _is_there(store, file)))

    store.quota = store.used() + size
    store.make_room(size)
    assert left() == "deiknor"
    store.make_room(size + 1)
    assert left() == "deiknr"  # the old upload that no job needs
    store.make_room(3 * size - 9999)
    assert (left(), removed) == ("eiknr", ["d"])
    with pytest.raises(NoRoom):
        store.make_room(9 * size)
    assert (left(), removed) == ("iknr", ["d", "ee"])
    store.results.delete("kkk")


def _is_there(store: Store, file: File) -> bool:
    try:
        return store.files.path(file.id).exists()
    except Missing:
        return False


def test_a_deleted_result_takes_its_files_along_unless_others_need_them(store: Store) -> None:
    own, shared, used = (put(store.files, text) for text in (b"own", b"shared", b"used"))
    store.register(lambda: {used.id}, lambda one: None)
    for id, file in (("a", own), ("b", shared), ("c", used)):
        store.results.put(result(id, file))
    store.results.put(result("other", shared))
    for id in ("a", "b", "c"):
        store.delete(id)
    assert [_is_there(store, file) for file in (own, shared, used)] == [False, True, True]


def test_a_second_server_is_refused(store: Store) -> None:
    with pytest.raises(PinxitError, match="another studio is at work"):
        Store(store.home)
    store.close()
    Store(store.home).close()


def test_a_home_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PinxitError, match="--home"):
        Store(tmp_path / "file")


def test_what_was_begun_long_ago_is_swept_away(store: Store) -> None:
    whole = put(store.files, b"abc")
    old = store.files.incoming / "x.part"
    bare = store.files.folder / "00" / f"{'0' * 64}.bytes"
    bare.parent.mkdir()
    for path in (old, bare):
        path.write_bytes(b"x")
        os.utime(path, (0, 0))
    os.utime(store.files.path(whole.id), (0, 0))
    store.files.sweep()
    assert not old.exists()
    assert not bare.exists()
    assert store.files.path(whole.id).exists()
