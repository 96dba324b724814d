"""What passed in silence, waited for ever or said something odd: each is one sentence, or done right."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

import pinxit
from pinxit import Picture, PinxitError, inputs
from pinxit import image as pictures
from pinxit.image import reader, room
from pinxit.preparation import prepare
from pinxit.recipe.recipe import Input

QUICK: dict[str, Any] = {"size": 64, "engine": "network"}


def _grey(value: int) -> Picture:
    return Picture(np.full((3, 64, 96), value / 255, np.float32))


def test_a_link_that_leads_nowhere_is_not_its_own_correction(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").symlink_to("gone.jpg")
    with pytest.raises(PinxitError, match=r"photo\.jpg is a link to gone\.jpg, which does not exist") as caught:
        pictures.read(tmp_path / "photo.jpg")
    assert "did you mean" not in str(caught.value)
    with pytest.raises(PinxitError, match="check the name"):
        pictures.read(tmp_path / "photos.jpg")


def test_a_black_mask_of_what_is_kept(cat: Picture, coffee: Picture) -> None:
    black = Picture(np.full((3, cat.height, cat.width), 0.01, np.float32))
    with pytest.raises(PinxitError, match="is black: paint white what is to be kept"):
        prepare(cat, coffee, keep=black, **QUICK)


@pytest.mark.parametrize(
    ("corners", "sentence"),
    [
        ([(10, 10), (50, 50), (50, 10), (10, 50)], "cross"),
        ([(10, 10), (20, 10), (30, 10), (40, 10)], "cross"),
        ([(10, 10), (50, 10), (20, 20), (10, 50)], "cross"),
    ],
)
def test_corners_of_no_wall(corners: list[tuple[float, float]], sentence: str) -> None:
    from pinxit.design.garment import prepare_garment as wear

    with pytest.raises(PinxitError, match=sentence):
        wear(_grey(200), _grey(255), [_grey(99)], corners=corners)
    wear(_grey(200), _grey(255), [_grey(99)], corners=[(10, 10), (50, 12), (52, 50), (9, 48)])


def test_corners_the_wrong_way_round() -> None:
    from pinxit.cli.wear import _read_corners

    assert _read_corners("10,10 50,10 50,50 10,50")[2] == (50, 50)
    with pytest.raises(PinxitError, match="clockwise"):
        _read_corners("10,10 10,50 50,50 50,10")


class TestTransparentStyles:
    @staticmethod
    def half(hidden: tuple[int, int, int], alpha: int) -> PIL.Image.Image:
        """Blue at the left; at the right a colour that is hardly seen."""
        image = PIL.Image.new("RGBA", (96, 96), (20, 40, 200, 255))
        image.paste((*hidden, alpha), (48, 0, 96, 96))
        return image

    def test_one_that_shows_nothing(self, cat: Picture) -> None:
        clear = PIL.Image.new("RGBA", (64, 64), (255, 0, 0, 0))
        for load in (lambda: prepare(cat, clear, **QUICK), lambda: inputs.load_style(clear, 64)):
            with pytest.raises(PinxitError, match="transparent all over"):
                load()

    @pytest.mark.parametrize("engine", ["network", "optimizer"])
    @pytest.mark.parametrize("alpha", [0, 2])
    def test_hidden_colours_do_not_count(self, cat: Picture, alpha: int, engine: str) -> None:
        options: dict[str, Any] = {"size": 64, "engine": engine, "iterations": 3, "coarsest": 64, "device": "cpu"}
        results = []
        for hidden in ((255, 0, 0), (0, 255, 0)):
            *_, last = prepare(cat, self.half(hidden, alpha), **options).paint()
            results.append(last.picture().pixels)
        assert np.abs(results[0] - results[1]).max() < 0.02


class TestOpenedFiles:
    def test_the_same_as_their_bytes(self, tmp_path: Path, cat: Picture) -> None:
        path = pictures.write(cat, tmp_path / "a.png")
        content = path.read_bytes()
        of_bytes = pinxit.stylize(content, "house:swirl", **QUICK)
        painted = pinxit.stylize(io.BytesIO(content), "house:swirl", **QUICK)
        assert painted.read() == of_bytes
        with path.open("rb") as file:
            assert pinxit.stylize(file, "house:swirl", **QUICK).read() == of_bytes

    def test_one_opened_as_text(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a")
        with (tmp_path / "a.txt").open() as file, pytest.raises(PinxitError, match="mode 'rb'"):
            inputs.load(file, 64)  # type: ignore[arg-type]

    def test_one_that_is_closed(self) -> None:
        file = io.BytesIO(b"a")
        file.close()
        with pytest.raises(PinxitError, match="cannot be read"):
            inputs.load(file, 64)


class TestNoOrdinaryFiles:
    @pytest.mark.usefixtures("own_cache")
    def test_nothing_waits_on_a_pipe_that_nobody_fills(self, tmp_path: Path) -> None:
        lines = (
            "redo pipe.mp4",
            "redo pipe.png",
            "show pipe.mp4",
            "stylize pipe.png -s house:swirl -o o.png",
            "stylize sample:cat -s pipe.pinxit -o o.png",
            "video pipe.mp4 -s house:swirl -o o.mp4",
            "export pipe.pinxit o.onnx",
        )
        for name in ("pipe.mp4", "pipe.png", "pipe.pinxit"):
            os.mkfifo(tmp_path / name)
        # In a process that can be ended, should one wait.
        script = (
            "import json, sys; from pathlib import Path; from tests.command_line import run_command\n"
            "for line in sys.argv[1:]:\n"
            "    done = run_command(*line.split(), folder=Path.cwd())\n"
            "    print(json.dumps([done.returncode, done.stderr]), flush=True)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, *lines],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=600,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        assert done.returncode == 0, done.stderr
        results = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(results) == len(lines)
        for line, (code, said) in zip(lines, results, strict=True):
            assert code == 2, line
            assert "not a regular file" in said, line
            assert len(said.splitlines()) == 1, line

    def test_looking_for_a_picture_passes_one_by(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(PinxitError, match="cannot find"):
            inputs.locate(Input(name="a", sha256="0" * 64), [tmp_path])


class TestRoom:
    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "16"])
    def test_more_than_there_is(self, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
        file = io.BytesIO()
        if mode == "16":
            import cv2

            file.write(cv2.imencode(".png", np.zeros((2000, 3000, 3), np.uint16))[1].tobytes())
        else:
            PIL.Image.new(mode, (3000, 2000)).save(file, "PNG")
        monkeypatch.setattr(room, "_free", lambda: 100e6)

        def decodes(*_: object, **__: object) -> None:
            raise AssertionError("it was decoded")

        monkeypatch.setattr(reader, "decode", decodes)
        with pytest.raises(PinxitError, match=r"has 3000×2000 px, which need 0\.\d GB of memory, and 0\.1 GB are free"):
            pictures.read(file.getvalue())

    def test_the_estimate_suffices(self) -> None:
        """Reading takes no more at its worst than was asked for, as the system counts it."""
        script = (
            "import io, resource, sys, numpy as np, cv2, PIL.Image, scipy.ndimage\n"
            "from pinxit.image import read, room\n"
            "deep, clear = sys.argv[1] == 'deep', sys.argv[1] != 'plain'\n"
            "pixels = np.zeros((2000, 3000, 4 if clear else 3), np.uint16 if deep else np.uint8)\n"
            "pixels[:1000] = 255\n"
            "content = cv2.imencode('.png', pixels)[1].tobytes()\n"
            "del pixels\n"
            "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
            "asked = []\n"
            "room._free = lambda: 1e12\n"
            "picture = read(content)\n"
            "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / 6e6)\n"
        )
        for kind, most in (("plain", room._PLAIN), ("clear", room._CLEAR), ("deep", room._DEEP)):
            done = subprocess.run([sys.executable, "-c", script, kind], capture_output=True, text=True, check=True)
            assert float(done.stdout) < most, (kind, done.stdout)
