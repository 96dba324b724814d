from __future__ import annotations

from pathlib import Path

import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError


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
