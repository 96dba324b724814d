"""Files that are written whole or not at all, under names that cannot be foreseen."""

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
from pinxit.files.atomic import atomic_file, remove_abandoned, write_atomic
from pinxit.network import weights
from tests.command_line import pinxit

SOURCE = Path(__file__).parents[2] / "src" / "pinxit"


def test_the_permissions_are_those_of_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(b"x", tmp_path / "a", overwrite=False)
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def _fail(part: Path, failure: BaseException) -> None:
    part.write_bytes(b"half")
    raise failure


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt(), PinxitError("no")])
def test_what_fails_within_leaves_nothing(tmp_path: Path, failure: BaseException) -> None:
    (tmp_path / "a").write_bytes(b"precious")
    with pytest.raises((PinxitError, KeyboardInterrupt)), atomic_file(tmp_path / "a", overwrite=True) as part:
        _fail(part, failure)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"precious"


_WRITER = """
import sys, time
from pathlib import Path
from pinxit.files.atomic import atomic_file
with atomic_file(Path(sys.argv[1]), overwrite=True) as part:
    part.write_bytes(b"half")
    print(part.name, flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no locks on files")
def test_what_a_killed_writer_left_is_removed_by_the_next_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    command = [sys.executable, "-c", _WRITER, str(target)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as killed,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as working,
    ):
        try:
            assert killed.stdout
            assert working.stdout
            left, kept = killed.stdout.readline().strip(), working.stdout.readline().strip()
            killed.kill()
            killed.wait()
            (tmp_path / ".a.png.part").write_bytes(b"the user's own")
            write_atomic(b"whole", target, overwrite=True)
            names = {path.name for path in tmp_path.iterdir()}
        finally:
            killed.kill()
            working.kill()
    assert left not in names
    assert names == {"a.png", ".a.png.part", kept}
    remove_abandoned(target)
    assert {path.name for path in tmp_path.iterdir()} == {"a.png", ".a.png.part"}
    assert target.read_bytes() == b"whole"


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"precious")
    (tmp_path / "a").symlink_to("victim")
    with pytest.raises(PinxitError, match="exists"):
        write_atomic(b"x", tmp_path / "a", overwrite=False)
    write_atomic(b"x", tmp_path / "a", overwrite=True)
    assert (tmp_path / "victim").read_bytes() == b"precious"
    assert not (tmp_path / "a").is_symlink()


def _export(folder: Path) -> None:
    pinxit("export", "house:swirl", "o.onnx", "--network", "live", "--size", "64", "--overwrite", folder=folder)


def _network(folder: Path) -> None:
    weights.save(folder / "o.pinxit", weights.shipped("live"))


def _recording(folder: Path) -> None:
    from fractions import Fraction

    from pinxit.video.live_output import Recording

    screen = Recording(folder / "o.mp4", overwrite=False)
    screen.add(Fraction(0), np.zeros((64, 64, 3), np.uint8), "")
    screen.close()


def _checkpoint(folder: Path) -> None:
    from pinxit.encoder.tensors import write_checked

    write_checked(folder / "o.safetensors", {}, {})


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
    from pinxit.video.resume import VideoStore

    (tmp_path / "victim").mkdir()
    taken = VideoStore(tmp_path / "o.mp4", "{}").folder
    taken.rmdir()
    taken.symlink_to("victim")
    with pytest.raises(PinxitError, match="is a link"):
        VideoStore(tmp_path / "o.mp4", "{}")


def test_no_other_file_takes_a_finished_ones_name() -> None:
    """Whoever writes `NAME.part` by hand does not use `atomic_file`; these do in folders of their own, or only read it."""
    own = {
        "files/atomic.py",
        "files/arrivals.py",
        "encoder/download.py",
        "cli/theme.py",
        "jobs/files.py",
        "video/resume.py",
    }
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
