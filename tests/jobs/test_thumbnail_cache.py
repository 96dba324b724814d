"""Small copies of stored pictures: made once for each size, and gone with their file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinxit.jobs import thumbnail_cache
from pinxit.jobs.files import Files
from pinxit.jobs.thumbnail_cache import SIDES, ThumbnailCache

ONE, OTHER = "a" * 64, "b" * 64


def fail() -> bytes:
    raise AssertionError("it was made again")


@pytest.mark.parametrize("side", SIDES)
def test_a_copy_is_made_once(tmp_path: Path, side: int) -> None:
    cache = ThumbnailCache(tmp_path)
    assert cache.find(ONE, side) is None
    assert cache.get(ONE, side, lambda: b"small") == b"small"
    assert cache.get(ONE, side, fail) == b"small"
    assert ThumbnailCache(tmp_path).find(ONE, side) == b"small"
    assert cache.find(OTHER, side) is None


def test_other_sizes_are_not_kept(tmp_path: Path) -> None:
    cache = ThumbnailCache(tmp_path)
    assert cache.get(ONE, 300, lambda: b"first") == b"first"
    assert cache.get(ONE, 300, lambda: b"second") == b"second"
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_picture_to_be_shown(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder can be made below this")
    cache = ThumbnailCache(tmp_path / "file")
    assert cache.get(ONE, 256, lambda: b"small") == b"small"
    assert cache.find(ONE, 256) is None


def test_copies_go_with_their_file(tmp_path: Path) -> None:
    files = Files(tmp_path / "files")
    with files.new() as incoming:
        incoming.write(b"picture")
        file, _ = incoming.commit("a.png", {"kind": "picture", "media": "image/png"})
    for side in SIDES:
        files.thumbnails.get(file.id, side, lambda: b"small")
    files.thumbnails.get(ONE, 256, lambda: b"of a file that is gone")
    files.sweep()
    assert files.thumbnails.find(ONE, 256) is None
    assert files.thumbnails.find(file.id, 256) == b"small"
    assert [id for id, _ in files.all()] == [file.id]
    assert files.delete(file.id) == len(b"picture") + len(SIDES) * len(b"small")
    assert [files.thumbnails.find(file.id, side) for side in SIDES] == [None] * len(SIDES)


def test_the_page_asks_for_the_sizes_that_are_kept() -> None:
    page = Path(thumbnail_cache.__file__).parents[3] / "studio" / "web" / "src" / "lib" / "api.ts"
    text = page.read_text()
    assert f"THUMBNAIL_SIDES = [{', '.join(map(str, SIDES[:-1]))}]" in text
    assert f"LARGEST_THUMBNAIL = {SIDES[-1]}" in text
