"""`pinxit watch`: what arrives is painted once, whole, whatever ends the command."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pinxit import image as pictures
from pinxit.recipe.recipe import Recipe
from tests.command_line import command_line, pinxit

OPTIONS = ["-s", "house:ink", "-p", "instant", "--network", "live", "--size", "64", "--settle", "0.2"]
ONCE = [*OPTIONS, "--idle", "0.1"]
LIMIT = 300  # s: only a failure reaches it


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def put(folder: Path, name: str, sample: str = "cat") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    return pictures.write(pictures.fit(pictures.sample(sample), 48), path, overwrite=True)


def test_each_is_painted_once(tmp_path: Path) -> None:
    put(tmp_path / "in", "a.png")
    put(tmp_path / "in", "sub/b.jpg")
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    first = pinxit("watch", "in", *ONCE, "-o", "out", folder=tmp_path)
    assert "2 painted, 0 done before, 0 failed" in first.stderr
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.*")}
    assert {path.relative_to(tmp_path).as_posix() for path in made} == {"out/a.png", "out/sub/b.jpg"}
    for more in ([], ["--overwrite"]):
        again = pinxit("watch", "in", *ONCE, *more, "-o", "out", folder=tmp_path)
        assert "0 painted, 2 done before, 0 failed" in again.stderr
    assert made == {path: path.stat().st_mtime_ns for path in made}


def test_a_changed_photograph_replaces_nothing_unasked(tmp_path: Path) -> None:
    put(tmp_path / "in", "a.png")
    pinxit("watch", "in", *ONCE, "-o", "out", folder=tmp_path)
    before = (tmp_path / "out" / "a.png").read_bytes()
    put(tmp_path / "in", "a.png", "coffee")
    refused = pinxit("watch", "in", *ONCE, "-o", "out", folder=tmp_path)
    assert "exists: choose another name, or add --overwrite. It is tried again" in refused.stderr
    assert (tmp_path / "out" / "a.png").read_bytes() == before
    assert "1 painted" in pinxit("watch", "in", *ONCE, "--overwrite", "-o", "out", folder=tmp_path).stderr
    assert (tmp_path / "out" / "a.png").read_bytes() != before


def test_results_within_and_styles_within_are_not_painted(tmp_path: Path) -> None:
    put(tmp_path / "in", "a.png")
    put(tmp_path / "in", "style.png", "coffee")
    options = [*ONCE, "-s", "in/style.png", "-o", "in/out"]
    for counts in ("1 painted, 0 done", "0 painted, 1 done"):
        assert counts in pinxit("watch", "in", *options, folder=tmp_path).stderr
    assert [path.name for path in (tmp_path / "in" / "out").iterdir()] == ["a.png"]


@pytest.fixture
def running(tmp_path: Path) -> subprocess.Popen[str]:
    (tmp_path / "in").mkdir()
    return subprocess.Popen(
        command_line("watch", "in", *OPTIONS, "-o", "out"),
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_half_a_file_is_waited_for_and_ctrl_c_ends(
    tmp_path: Path, running: subprocess.Popen[str], number: signal.Signals
) -> None:
    whole = put(tmp_path / "elsewhere", "a.png").read_bytes()
    arriving = tmp_path / "in" / "a.png"
    arriving.write_bytes(whole[: len(whole) // 2])
    # The second half comes long after the file counts as complete: it fails, and is painted when it is whole.
    assert running.stderr is not None
    while "It is tried again when the file changes" not in (line := running.stderr.readline()):
        assert line, "the command ended"
    assert not (tmp_path / "out" / "a.png").exists()
    arriving.write_bytes(whole)
    wait_for((tmp_path / "out" / "a.png").exists)
    put(tmp_path / "in", "later.png", "coffee")
    wait_for((tmp_path / "out" / "later.png").exists)
    running.send_signal(number)
    _, said = running.communicate(timeout=LIMIT)
    assert "2 painted, 0 done before, 1 failed" in said
    assert running.returncode in (0, 130)
    assert not list((tmp_path / "out").glob(".*"))
    assert not (tmp_path / ".out.lock").exists()


def test_a_killed_one_continues(tmp_path: Path, running: subprocess.Popen[str]) -> None:
    for number in range(6):
        put(tmp_path / "in", f"{number}.png")
    wait_for((tmp_path / "out" / "1.png").exists)
    running.kill()
    running.communicate()
    finished = len(list((tmp_path / "out").glob("*.png")))
    done = pinxit("watch", "in", *ONCE, "-o", "out", folder=tmp_path)
    assert f"{6 - finished} painted, {finished} done before, 0 failed" in done.stderr
    for path in (tmp_path / "out").iterdir():
        assert Recipe.from_json(pictures.read_recipe(path) or "").network == "live", "each is whole"


def test_two_do_not_write_into_one_folder(tmp_path: Path, running: subprocess.Popen[str]) -> None:
    wait_for((tmp_path / ".out.lock").exists)
    try:
        done = pinxit("watch", "in", *ONCE, "-o", "out", folder=tmp_path, check=2)
        assert "out is being written by another pinxit" in done.stderr
    finally:
        running.kill()
        running.communicate()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("watch nowhere -s house:ink -o out", "nowhere is not a folder"),
        ("watch in -o out", "no style is given"),
        ("watch in -s house:ink -o in", "holds the pictures themselves"),
        ("watch in -s house:ink -o file", "file is a file"),
        ("watch in -s house:nope -o out", "there is no style"),
        ("watch in -s house:ink --strength 7 -o out", "strength"),
        ("watch in -s out/style.png -o out", "lies in out"),
    ],
)
def test_mistakes_are_said_before_anything_is_watched(tmp_path: Path, line: str, sentence: str) -> None:
    put(tmp_path / "in", "a.png")
    (tmp_path / "file").write_text("")
    if "out/style" in line:
        put(tmp_path / "out", "style.png")
    assert sentence in pinxit(*line.split(), folder=tmp_path, check=2).stderr
