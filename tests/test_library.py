"""The library's own sentences: what a program asked for that cannot be."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pinxit
from pinxit import Picture, PinxitError, StyleImage, grading, inputs
from pinxit import image as pictures


@pytest.fixture(scope="module")
def photo() -> Picture:
    return pictures.fit(pictures.sample("cat"), 64)


def test_output_is_for_paths(photo: Picture, tmp_path: Path) -> None:
    sentence = "given by its path: leave it out, and the result is returned"
    work: Any
    for work in (pinxit.stylize, pinxit.grade):
        with pytest.raises(PinxitError, match=sentence):
            work(photo, "house:swirl", output=tmp_path / "out.png")
    assert not list(tmp_path.iterdir())


def test_styles_of_a_grade(photo: Picture, tmp_path: Path) -> None:
    with pytest.raises(PinxitError, match="no style is given: name a picture whose colours to take"):
        pinxit.grade(photo, [])
    with pytest.raises(PinxitError, match="1 shares are given for 2 styles: give one each"):
        pinxit.grade(photo, ["house:swirl", "house:ink"], shares=[1.0])
    with pytest.raises(PinxitError, match=r"look\.cube is a whole grade: give it alone, without other styles"):
        pinxit.grade(photo, ["look.cube", "house:ink"])
    clear = Picture(photo.pixels, np.zeros(photo.pixels.shape[1:], np.float32))
    with pytest.raises(PinxitError, match="transparent all over"):
        pinxit.grade(photo, clear)


def test_a_table_that_is_too_long(tmp_path: Path, photo: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grading, "MAX_BYTES", 2**20)
    (tmp_path / "look.cube").write_bytes(b"# " + bytes(2**20))
    with pytest.raises(PinxitError, match=r"look\.cube has more than 1 MiB: a \.cube file has less"):
        pinxit.grade(photo, tmp_path / "look.cube")
    with pytest.raises(
        PinxitError, match=r"none\.cube cannot be read \(No such file or directory\): give a \.cube file"
    ):
        pinxit.grade(photo, tmp_path / "none.cube")


def test_a_grade_and_its_table_from_a_path(photo: Picture, tmp_path: Path) -> None:
    pictures.write(photo, tmp_path / "photo.png")
    out, table = tmp_path / "out.png", tmp_path / "look.cube"
    assert pinxit.grade(tmp_path / "photo.png", "house:ink", output=out, lut=table) == out
    by_table = pinxit.grade(photo, table)
    assert np.abs(by_table.pixels - pictures.read(out).pixels).max() < 0.03, "the table is the same grade"
    with pytest.raises(PinxitError, match=r"out\.png exists"):
        pinxit.grade(tmp_path / "photo.png", "house:ink", output=out)


def test_opened_files(photo: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PinxitError, match="the file is opened as text: open it with mode 'rb'"):
        inputs.load(io.StringIO("a picture"), 64)  # type: ignore[arg-type]
    monkeypatch.setattr(inputs, "MAX_BYTES", 2**20)
    with pytest.raises(PinxitError, match="the opened file has more than 1 MiB: give a smaller one"):
        inputs.load(io.BytesIO(bytes(2**20 + 1)), 64)
    read, entry = inputs.load(io.BytesIO(pictures.to_bytes(photo)), 64)
    assert (read.width, read.height) == (photo.width, photo.height)
    assert len(entry.sha256 or "") == 64


def test_the_exception_of_a_watcher_ends_the_work(photo: Picture) -> None:
    class EnoughError(Exception):
        pass

    def stop(_: object) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        pinxit.stylize(photo, StyleImage("house:ink"), preset="instant", network="live", size=64, on_progress=stop)
