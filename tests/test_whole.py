"""Files that are whole or not there, under names that nobody can foresee."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pinxit import Picture, PinxitError
from pinxit.network import weights
from pinxit.whole import whole, write_whole

SOURCE = Path(__file__).parent.parent / "src" / "pinxit"


def test_the_permissions_are_those_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(b"x", tmp_path / "a", overwrite=False)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def _fail(part: Path, failure: BaseException) -> None:
    part.write_bytes(b"half")
    raise failure


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt(), PinxitError("no")])
def test_what_fails_within_leaves_nothing(tmp_path: Path, failure: BaseException) -> None:
    (tmp_path / "a").write_bytes(b"precious")
    with pytest.raises((PinxitError, KeyboardInterrupt)), whole(tmp_path / "a", overwrite=True) as part:
        _fail(part, failure)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"precious"


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "a").symlink_to("victim")
    with pytest.raises(PinxitError, match="exists"):
        write_whole(b"x", tmp_path / "a", overwrite=False)
    write_whole(b"x", tmp_path / "a", overwrite=True)
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "a").is_symlink()


def _export(folder: Path) -> None:
    arguments = ("export", "house:swirl", "o.onnx", "--network", "live", "--size", "64", "--overwrite")
    subprocess.run([sys.executable, "-m", "pinxit", *arguments], cwd=folder, check=True, capture_output=True)


def _network(folder: Path) -> None:
    weights.save(folder / "o.pinxit", weights.shipped("live"))


def _recording(folder: Path) -> None:
    from fractions import Fraction

    from pinxit.video.screen import Recording

    screen = Recording(folder / "o.mp4", overwrite=False)
    screen.add(Fraction(0), np.zeros((64, 64, 3), np.uint8), "")
    screen.close()


def _checkpoint(folder: Path) -> None:
    from pinxit.encoder.weights import _write_cached

    _write_cached(folder / "o.safetensors", {}, "")


@pytest.mark.usefixtures("own_cache")
@pytest.mark.parametrize(
    ("write", "names"),
    [
        (_export, ["o.onnx.part"]),
        (_network, ["o.pinxit.part"]),
        (_recording, [".o.mp4.part"]),
        (_checkpoint, ["o.safetensors.tmp", f"o.{os.getpid()}.part"]),
    ],
)
def test_a_link_at_a_name_that_was_once_foreseeable(
    tmp_path: Path, write: Callable[[Path], None], names: list[str]
) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    for name in names:
        (tmp_path / name).symlink_to("victim")
    write(tmp_path)
    assert (tmp_path / "victim").read_bytes() == b"precious"
    (made,) = (path for path in tmp_path.iterdir() if path.name.startswith("o.") and not path.is_symlink())
    assert made.stat().st_size > 0
    assert len(list(tmp_path.iterdir())) == 2 + len(names), "nothing is left besides"


def test_a_film_refuses_a_planted_folder(tmp_path: Path) -> None:
    from pinxit.video.store import Store

    (tmp_path / "victim").mkdir()
    taken = Store(tmp_path / "o.mp4", "{}").folder
    taken.rmdir()
    taken.symlink_to("victim")
    with pytest.raises(PinxitError, match="is a link"):
        Store(tmp_path / "o.mp4", "{}")


def test_no_other_file_takes_a_finished_ones_name() -> None:
    """Whoever writes a name of the kind `NAME.part` by hand does not use `whole`; these do so in folders of their own."""
    own = {"whole.py", "encoder/download.py", "cli/theme.py", "jobs/files.py", "video/store.py"}
    found = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.search(r"\w?\.(part|tmp)$", node.value)
            ):
                found.add(path.relative_to(SOURCE).as_posix())
    assert found <= own


def test_a_picture_written_twice(tmp_path: Path) -> None:
    from pinxit import write

    picture = Picture(np.zeros((3, 8, 8), np.float32))
    write(picture, tmp_path / "a.png")
    with pytest.raises(PinxitError, match="--overwrite"):
        write(picture, tmp_path / "a.png")
