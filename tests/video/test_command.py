"""The command: its output, exit code and files, and how it goes on after it was killed."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinxit.video.clip import open_source
from tests.command_line import command_line, pinxit, pinxit_process
from tests.video.clips import OTHER, PHOTO, pan, write


@pytest.mark.usefixtures("own_cache")
class TestVideo:
    def test_paints_shows_and_redoes(self, tmp_path: Path) -> None:
        write(tmp_path / "a.mp4", pan(4), sound=True)
        done = pinxit(
            "video", "a.mp4", "-s", "house:ink", "-o", "o.mp4", "--preview", "p.png", "--json", folder=tmp_path
        )
        report = json.loads(done.stdout)
        assert (report["output"], report["frames"]) == ("o.mp4", 4)
        with Image.open(tmp_path / "p.png") as image:
            assert image.size == (192, 64)
        shown = pinxit("show", "o.mp4", folder=tmp_path).stdout
        assert "a.mp4" in shown
        assert "house:ink" in shown
        assert pinxit("redo", "o.mp4", folder=tmp_path).stdout.startswith("o-redo.mp4 (4 frames")
        assert (tmp_path / "o-redo.mp4").read_bytes() == (tmp_path / "o.mp4").read_bytes()
        pinxit("redo", "o.mp4", "-o", "small", "--size", "48", folder=tmp_path)
        assert open_source(tmp_path / "small").width == 48

    def test_errors_are_one_sentence(self, tmp_path: Path) -> None:
        write(tmp_path / "a.mp4", pan(2))
        mistakes = {
            ("video", "b.mp4", "-s", "house:ink"): "there is no clip b.mp4",
            ("video", "a.mp4", "-s", "house:ink", "--start", "soon"): "--start is a time",
            ("video", "a.mp4", "-s", "house:ink", "--crf", "good"): "crf: ",
            ("video", "a.mp4", "-s", "house:ink", "--keys", "auto,3"): "--keys is auto, none, or numbers of frames",
            ("video", "a.mp4", "--region", "house:ink"): "--region takes MASK=STYLE",
            ("show", "a.mp4"): "has no recipe inside",
        }
        for arguments, message in mistakes.items():
            done = pinxit(*arguments, folder=tmp_path, check=2)
            assert message in done.stderr
            assert done.stderr.count("\n") == 1
        assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]

    @pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
    def test_resumes_after_a_kill(self, tmp_path: Path, how: signal.Signals) -> None:
        write(tmp_path / "a.mp4", [*pan(20), *pan(16, photo=OTHER)])
        command = command_line("video", "a.mp4", "-s", "house:ink", "-o", "out")
        # A shell makes background processes ignore Ctrl-C.
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, preexec_fn=_restore_sigint)
        while not (found := list(tmp_path.glob(".out.*.unfinished/frames/frame_000005.png"))):
            assert process.poll() is None
            time.sleep(0.01)
        frames = found[0].parent
        os.kill(process.pid, how)
        _, said = process.communicate(timeout=600)
        assert process.returncode == (130 if how == signal.SIGINT else -how)
        assert how == signal.SIGKILL or b"the same command continues" in said
        assert not (tmp_path / "out").exists()
        before = {path.name: path.stat().st_mtime_ns for path in frames.glob("*.png")}
        assert 5 <= len(before) < 36
        # In processes, as before: sums differ in their last bits by how many threads NumPy was imported with.
        pinxit_process("video", "a.mp4", "-s", "house:ink", "-o", "out", folder=tmp_path)
        after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.png")}
        assert len(after) == 36
        assert before.items() <= after.items()
        assert not list(tmp_path.glob(".out*"))
        if how == signal.SIGINT:
            return
        pinxit_process("video", "a.mp4", "-s", "house:ink", "-o", "whole", folder=tmp_path)
        for name in after:
            with Image.open(tmp_path / "out" / name) as one, Image.open(tmp_path / "whole" / name) as other:
                assert np.array_equal(np.asarray(one), np.asarray(other))

    @pytest.mark.slow(reason="runs the command in three processes")
    @pytest.mark.parametrize("name", ["o.mp4", "o.gif"])
    def test_resumes_when_a_full_disk_has_room_again(self, tmp_path: Path, name: str) -> None:
        """The size of files is limited: a segment or a frame fits, the film does not."""
        clip = write(tmp_path / "a.mp4", pan(8, 128, 192, photo=PHOTO))
        command = command_line("video", clip.name, "-s", "house:ink", "-o", name, "--crf", "0")
        whole = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert whole.returncode == 0, whole.stderr
        size = (tmp_path / name).stat().st_size
        (tmp_path / name).unlink()

        def full() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size - 2000, size - 2000))

        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, preexec_fn=full)
        assert done.returncode == 2, done.stderr
        assert "there is no room in " in done.stderr
        assert "report" not in done.stderr
        (folder,) = tmp_path.glob(".o.*.unfinished")
        assert not list(folder.glob("whole.*"))
        assert not (tmp_path / name).exists()
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name).stat().st_size == size
        assert not list(tmp_path.glob(".*"))

    def test_reports_transcoded_streams_before_painting(self, tmp_path: Path) -> None:
        write(tmp_path / "a.mp4", pan(2), sound=True)
        done = pinxit("video", "a.mp4", "-s", "house:ink", "-o", "o.webm", "--json", folder=tmp_path)
        assert (
            done.stderr
            == "pinxit: a.mp4 has what a WebM cannot hold as it is, which is recoded: sound (aac) as Opus.\n"
        )
        assert json.loads(done.stdout)["notes"] == [done.stderr.removeprefix("pinxit: ").strip()]


def _restore_sigint() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
