"""The works of the tools: what they refuse before they begin, and a grade as a picture, a film and a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.grading import read_table
from pinxit.mcp import works
from tests.video.clips import pan, write


def test_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PinxitError, match="a texture has 64 to 16384 px a side, not 8"):
        works.texture(["house:swirl"], None, 8, tile=False, like=None, settings={})
    write(tmp_path / "clip.mp4", pan(2))
    with pytest.raises(PinxitError, match="a film needs a file: give output"):
        works.grade(str(tmp_path / "clip.mp4"), ["house:swirl"], None, None, None, None)


@pytest.mark.parametrize("film", [False, True])
def test_a_grade_names_what_it_wrote(tmp_path: Path, film: bool) -> None:
    if film:
        write(tmp_path / "a.mp4", pan(3))
    else:
        pictures.write(pictures.fit(pictures.sample("cat"), 64), tmp_path / "a.png")
    name = "a.mp4" if film else "a.png"
    table, target = tmp_path / "look.cube", tmp_path / f"graded {name}"
    shares: list[float] = []
    work = works.grade(str(tmp_path / name), ["house:swirl"], str(target), str(table), None, None)
    answer = work(lambda share, _: shares.append(share))
    assert target.exists()
    assert read_table(table).side == 33
    assert str(target) in answer.text
    assert str(table) in answer.text
    assert answer.mime == "image/jpeg"
    assert 0 < shares[-1] <= 1
