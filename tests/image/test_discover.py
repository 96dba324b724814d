from __future__ import annotations

import os
from pathlib import Path

import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image.discover import EMPTY, NO_PICTURE, OTHER_KIND, begins_as_picture, reason_against, survey


def test_expand(tmp_path: Path) -> None:
    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in pictures.expand([str(tmp_path)])] == ["a.JPG", "b.png"]
    assert [path.name for path in pictures.expand([str(tmp_path / "*.png"), str(tmp_path / "b.png")])] == ["b.png"]
    assert pictures.expand(["no-such.png"]) == [Path("no-such.png")], "the reader says what is wrong with it"
    (tmp_path / "empty").mkdir()
    for nothing in ("empty", "*.gif"):
        with pytest.raises(PinxitError):
            pictures.expand([str(tmp_path / nothing)])


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b"RIFF\x24\0\0\0WEBPVP8 ", True),
        (b"RIFF\x24\0\0\0WAVEfmt ", False),
        (b"\0\0\0\x20ftypavif\0\0\0\0", True),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", False),
        (b"P6\n3 2\n255\n", True),
        (b"P60 of a book", False),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0", True),
        (b"BM, the letters of a text", False),
    ],
)
def test_a_picture_is_known_by_its_first_bytes(head: bytes, is_one: bool) -> None:
    assert begins_as_picture(head) is is_one


def test_what_is_no_picture_and_why(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    (tmp_path / "text").write_text("words")
    (tmp_path / "picture").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert [reason_against(tmp_path / name) for name in ("pipe", "gone", "empty", "text", "picture")] == [
        OTHER_KIND, OTHER_KIND, EMPTY, NO_PICTURE, "",
    ]  # fmt: skip


def test_nothing_and_a_file_are_no_pictures_to_look_through(tmp_path: Path) -> None:
    with pytest.raises(PinxitError, match="no picture is given"):
        pictures.expand([])
    (tmp_path / "a.png").touch()
    with pytest.raises(PinxitError, match="is not a folder"):
        survey(tmp_path / "a.png")
