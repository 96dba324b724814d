"""Files that arrive: each is reported once, when it is complete, and again when it changes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pinxit.errors import PinxitError
from pinxit.files.arrivals import Arrivals


class Time:
    """A clock that is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


def test_each_file_is_reported_once_and_when_it_changes(tmp_path: Path, clock: Time) -> None:
    arrivals = Arrivals(tmp_path, 2, clock=clock)
    assert arrivals.ready() == []
    (tmp_path / "a.png").write_bytes(b"1")
    assert arrivals.ready() == []
    assert arrivals.waiting
    clock.now = 1.9
    assert arrivals.ready() == []
    clock.now = 2.0
    assert arrivals.ready() == [tmp_path / "a.png"]
    assert not arrivals.waiting
    clock.now = 9
    assert arrivals.ready() == []
    (tmp_path / "a.png").write_bytes(b"22")
    assert arrivals.ready() == []
    clock.now = 11
    assert arrivals.ready() == [tmp_path / "a.png"]


def test_a_file_that_grows_is_waited_for(tmp_path: Path, clock: Time) -> None:
    arrivals = Arrivals(tmp_path, 2, clock=clock)
    for step in range(8):
        with (tmp_path / "a.png").open("ab") as file:
            file.write(b"x")
        clock.now = float(step)
        assert arrivals.ready() == []
    clock.now = 9
    assert arrivals.ready() == [tmp_path / "a.png"]


def test_a_replaced_file_of_the_same_size_and_time_is_another(tmp_path: Path, clock: Time) -> None:
    arrivals = Arrivals(tmp_path, 0, clock=clock)
    path, other = tmp_path / "a.png", tmp_path / ".b"
    path.write_bytes(b"1")
    assert arrivals.ready() == [path]
    about = path.stat()
    other.write_bytes(b"2")
    os.utime(other, ns=(about.st_atime_ns, about.st_mtime_ns))
    other.replace(path)
    assert arrivals.ready() == [path]


def test_what_is_left_out(tmp_path: Path, clock: Time) -> None:
    arrivals = Arrivals(tmp_path, 0, left_out=tmp_path / "out", clock=clock)
    for name in (".hidden.png", "a.png.part", "b.png.crdownload", "c.png~", "empty.png"):
        (tmp_path / name).write_bytes(b"" if name == "empty.png" else b"1")
    for name in ("out", ".git", "sub"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "d.png").write_bytes(b"1")
    (tmp_path / "broken.png").symlink_to("nowhere")
    assert arrivals.ready() == [tmp_path / "sub" / "d.png"]
    assert arrivals.waiting, "for the empty one"


def test_a_folder_that_is_gone(tmp_path: Path, clock: Time) -> None:
    (tmp_path / "in").mkdir()
    arrivals = Arrivals(tmp_path / "in", 0, clock=clock)
    shutil.rmtree(tmp_path / "in")
    with pytest.raises(PinxitError, match="is not a folder any more"):
        arrivals.ready()
