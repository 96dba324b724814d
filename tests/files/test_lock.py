"""Two writers of one target: the second is refused at once, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pinxit.errors import PinxitError
from pinxit.files.lock import exclusive


def test_the_second_is_told_and_the_third_may(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deeper" / "out.mp4"
    with exclusive(target):
        with pytest.raises(PinxitError, match=r"out\.mp4 is being written by another pinxit"), exclusive(target):
            pass
        with exclusive(tmp_path / "new" / "deeper" / "other.mp4"):
            pass
    with exclusive(target):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_stays(tmp_path: Path) -> None:
    with exclusive(tmp_path / "new" / "out.mp4"):
        (tmp_path / "new" / "out.mp4").write_bytes(b"film")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["out.mp4"]


def test_whoever_is_killed_lets_go(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from pinxit.files.lock import exclusive\n"
        "with exclusive(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    target = tmp_path / "out.mp4"
    command = [sys.executable, "-c", code, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        with pytest.raises(PinxitError, match="another pinxit"), exclusive(target):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with exclusive(target):
        pass
    assert list(tmp_path.iterdir()) == []


def test_of_many_one_is_inside(tmp_path: Path) -> None:
    inside, seen, refused = [0], list[int](), list[str]()

    def run() -> None:
        for _ in range(200):
            try:
                with exclusive(tmp_path / "out"):
                    inside[0] += 1
                    seen.append(inside[0])
                    inside[0] -= 1
            except PinxitError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {1}
    assert len(seen) + len(refused) == 800
    assert list(tmp_path.iterdir()) == []
