"""The commands as a person types them: their output, exit codes and files; how they take signals, pipes and full disks."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinxit import image as pictures
from tests.clock import PATIENCE
from tests.command_line import command_line, pinxit, pinxit_process

QUICK = ("--size", "64", "--coarsest", "64", "--iterations", "3", "--device", "cpu")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return pictures.write(pictures.fit(pictures.sample("cat"), 80), tmp_path / "photo.jpg")


@pytest.mark.usefixtures("own_cache")
class TestStylize:
    def test_paints_a_photograph(self, tmp_path: Path, photo: Path) -> None:
        done = pinxit_process("stylize", photo, "--style", "house:swirl", "-o", "out.png", *QUICK, folder=tmp_path)
        assert "out.png (64×" in done.stdout
        with Image.open(tmp_path / "out.png") as image:
            assert image.width == 64

    def test_name_where_none_is_given(self, tmp_path: Path, photo: Path) -> None:
        pinxit("stylize", photo, "-s", "house:swirl", "-s", "house:mosaic", "--blend", "2,1", *QUICK, folder=tmp_path)
        assert (tmp_path / "photo-swirl.png").exists()

    def test_json_preview_and_plot(self, tmp_path: Path, photo: Path) -> None:
        done = pinxit(
            "stylize", photo, "-s", "house:swirl", "-o", "o.webp", "--json", "--preview", "p.png", "--plot", "l.png", *QUICK,
            folder=tmp_path,
        )  # fmt: skip
        (line,) = done.stdout.splitlines()
        report = json.loads(line)
        assert report["output"] == "o.webp"
        assert report["iterations"] == [3]
        assert report["interrupted"] is False
        for name in ("o.webp", "p.png", "l.png"):
            with Image.open(tmp_path / name) as image:
                image.load()

    def test_folder_in_folder_out(self, tmp_path: Path, photo: Path) -> None:
        photos = tmp_path / "photos"
        photos.mkdir()
        photo.rename(photos / "a.jpg")
        pictures.write(pictures.fit(pictures.sample("coffee"), 80), photos / "b.png")
        (photos / "c.png").write_bytes(b"not a picture")
        done = pinxit("stylize", "photos", "-s", "house:swirl", "-o", "painted", *QUICK, folder=tmp_path, check=1)
        assert "1 of 3 pictures failed" in done.stderr
        assert sorted(path.name for path in (tmp_path / "painted").iterdir()) == ["a-swirl.png", "b-swirl.png"]

    def test_a_folder_with_one_picture_goes_into_a_folder(self, tmp_path: Path, photo: Path) -> None:
        (tmp_path / "photos").mkdir()
        photo.rename(tmp_path / "photos" / "a.jpg")
        pinxit("stylize", "photos/", "-s", "house:swirl", "-o", "painted/", *QUICK, folder=tmp_path)
        assert [path.name for path in (tmp_path / "painted").iterdir()] == ["a-swirl.png"]

    def test_sixteen_bits(self, tmp_path: Path, photo: Path) -> None:
        pinxit("stylize", photo, "-s", "house:swirl", "-o", "o.png", "--bits", "16", *QUICK, folder=tmp_path)
        assert (tmp_path / "o.png").read_bytes()[24] == 16, "the bit depth in the PNG's header"

    def test_never_overwrites_unasked(self, tmp_path: Path, photo: Path) -> None:
        (tmp_path / "out.png").write_bytes(b"precious")
        done = pinxit("stylize", photo, "-s", "house:swirl", "-o", "out.png", *QUICK, folder=tmp_path, check=2)
        assert "--overwrite" in done.stderr
        assert (tmp_path / "out.png").read_bytes() == b"precious"
        pinxit("stylize", photo, "-s", "house:swirl", "-o", "out.png", "--overwrite", *QUICK, folder=tmp_path)
        assert (tmp_path / "out.png").read_bytes() != b"precious"

    def test_interrupt_keeps_a_picture_of_the_size_asked_for(self, tmp_path: Path, photo: Path) -> None:
        painting = ("stylize", photo, "-s", "house:swirl", "-o", "out.png", "--preview", "p.png", "--size", "96")
        endless = ("--coarsest", "48", "--iterations", "100000", "--tolerance", "0")
        process = subprocess.Popen(
            command_line(*painting, *endless),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A shell starts what it puts in the background deaf to Ctrl-C, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            limit = time.monotonic() + 600
            while not (tmp_path / "p.png").exists() and time.monotonic() < limit:
                time.sleep(0.1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()  # or a failure here would leave it painting beside all further tests
        assert process.returncode == 130, out + err
        assert "interrupted" in out
        assert "Traceback" not in err
        with Image.open(tmp_path / "out.png") as image:
            assert image.width == 96, "the size asked for, though 48 px were being painted"
        shown = json.loads(pinxit("show", "out.png", "--json", folder=tmp_path).stdout)
        assert shown["done"][0] < 100_000
        assert shown["early_stop"] == "network"
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out.png", "p.png", "photo.jpg"]


class TestBadInput:
    """Each: exit 2, one sentence that says what to do, and nothing written."""

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("no-such.jpg",), "no-such.jpg"),
            (("empty.jpg",), "empty.jpg"),
            (("text.jpg",), "text.jpg"),
            (("cut.jpg",), "cut.jpg"),
            (("one.png",), "1×1"),
            (("bomb.png",), "bomb.png"),
            (("nothing-here/",), "nothing-here"),
            (("photo.jpg", "--style", "tiny.png"), "the style image"),
            (("photo.jpg", "--style", "house:none"), "house"),
            (("photo.jpg", "--size", "x"), "size"),
            (("photo.jpg", "--style-weight", "nan"), "style_weight"),
            (("photo.jpg", "--layers", "x"), "--layers"),
            (("photo.jpg", "--preset", "best"), "preset"),
            (("photo.jpg", "--device", "cuda"), "cuda"),
            (("photo.jpg", "--bits", "12"), "--bits"),
            (("photo.jpg", "--quality", "0"), "quality"),
            (("photo.jpg", "-o", "out.xyz"), "out.xyz"),
            (("photo.jpg", "-o", "/proc/no/out.png"), "/proc/no"),
            (("photo.jpg", "-o", "photo.jpg/out.png"), "photo.jpg"),
            (("photo.jpg", "--encoder", "vgg19"), "pinxit weights pull vgg19"),
            (("photo.jpg", "--encoder-weights", "text.jpg"), "text.jpg"),
            (("photo.jpg", "--blend", "a"), "--blend"),
            (("photo.jpg", "text.jpg", "-o", "one.png"), "folder"),
        ],
    )
    def test_is_one_sentence(self, tmp_path: Path, photo: Path, arguments: tuple[str, ...], sentence: str) -> None:
        self.make_bad_files(tmp_path, photo)
        before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        style = () if "--style" in arguments else ("--style", "house:swirl")
        done = pinxit("stylize", *QUICK, *arguments, *style, folder=tmp_path, check=2)
        assert sentence in done.stderr.replace("\n", " ")
        assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before

    @staticmethod
    def make_bad_files(folder: Path, photo: Path) -> None:
        import struct
        import zlib

        (folder / "empty.jpg").touch()
        (folder / "text.jpg").write_text("this is not a picture")
        (folder / "cut.jpg").write_bytes(photo.read_bytes()[:700])
        (folder / "nothing-here").mkdir()
        Image.new("RGB", (1, 1)).save(folder / "one.png")
        Image.new("RGB", (8, 8)).save(folder / "tiny.png")
        header = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
        chunk = b"IHDR" + header
        png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
        (folder / "bomb.png").write_bytes(png + b"\0\0\0\0IDAT\x35\xaf\x06\x1e")

    @pytest.mark.slow(reason="starts a process and paints in it")
    @pytest.mark.usefixtures("encoder")  # whose weights are then in the cache
    def test_full_disk(self, tmp_path: Path, photo: Path) -> None:
        """A limit on the size of files does what a full disk does: writing fails in the middle."""
        script = (
            "import resource, signal, sys\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
            "from pinxit.cli import main\n"
            f"sys.argv = ['pinxit', 'stylize', 'photo.jpg', '-s', 'house:swirl', '-o', 'out.png', *{QUICK!r}]\n"
            "main()\n"
        )
        # Where coverage is measured, its own file could not be written either.
        alone = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=alone, capture_output=True, text=True)
        assert done.returncode == 2, done.stderr
        assert "out.png" in done.stderr
        assert "Traceback" not in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]

    def test_animated_gif_is_painted_from_its_first_frame_and_said(self, tmp_path: Path) -> None:
        frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue", "green")]
        frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
        done = pinxit("stylize", "moving.gif", "-s", "house:swirl", "-o", "out.png", *QUICK, folder=tmp_path)
        assert "moving.gif" in done.stderr
        assert "3 frames" in done.stderr


class TestOthers:
    def test_redo_and_show(self, tmp_path: Path, photo: Path) -> None:
        pinxit("stylize", photo, "-s", "house:swirl", "-o", "out.png", *QUICK, folder=tmp_path)
        pinxit("redo", "out.png", folder=tmp_path)
        assert (tmp_path / "out-redo.png").read_bytes() == (tmp_path / "out.png").read_bytes()
        pinxit("redo", "out.png", "-o", "larger.png", "--size", "80", folder=tmp_path)
        assert pictures.read(tmp_path / "larger.png").width == 80
        shown = pinxit("show", "out.png", folder=tmp_path).stdout
        assert "photo.jpg" in shown
        assert "house:swirl" in shown
        done = pinxit("show", photo, folder=tmp_path, check=2)
        assert "no recipe inside" in done.stderr

    @pytest.mark.slow(reason="draws every house style")
    def test_styles(self, tmp_path: Path) -> None:
        listed = pinxit("styles", folder=tmp_path).stdout
        assert listed.count("house:") >= 12
        assert pictures.read(tmp_path / "pinxit-styles.png").width > 500
        pinxit("styles", "mosaic", "-o", "m.png", "--size", "100", folder=tmp_path)
        assert pictures.read(tmp_path / "m.png").pixels.shape == (3, 100, 100)
        assert "house:" in pinxit("styles", "mosaik", folder=tmp_path, check=2).stderr

    def test_weights(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PINXIT_CACHE", str(tmp_path / "cache"))
        assert "embedded" in pinxit("weights", "list", folder=tmp_path).stdout
        path = Path(pinxit("weights", "pull", "vgg16", folder=tmp_path).stdout.strip())
        assert path.is_relative_to(tmp_path / "cache")
        assert "whole" in pinxit("weights", "verify", folder=tmp_path).stdout
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
        assert "pinxit weights pull vgg16" in pinxit("weights", "verify", folder=tmp_path, check=1).stderr
        assert "no encoder" in pinxit("weights", "pull", "resnet", folder=tmp_path, check=2).stderr

    def test_weights_of_the_judge(self, tmp_path: Path, dino_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "dino" in pinxit("weights", "list", folder=tmp_path).stdout
        assert "dino" not in pinxit("weights", "verify", folder=tmp_path).stdout
        monkeypatch.setenv("PINXIT_CACHE", str(dino_cache))
        assert "dino: whole" in pinxit("weights", "verify", folder=tmp_path).stdout
        file = tmp_path / "cache" / "weights" / "dino.safetensors"
        file.parent.mkdir(parents=True)
        file.write_bytes((dino_cache / "weights" / "dino.safetensors").read_bytes()[:-1])
        monkeypatch.setenv("PINXIT_CACHE", str(tmp_path / "cache"))
        assert "pinxit weights pull dino" in pinxit("weights", "verify", folder=tmp_path, check=1).stderr

    def test_doctor(self, tmp_path: Path) -> None:
        printed = pinxit("doctor", folder=tmp_path).stdout
        for word in ("devices", "threads", "memory", "AVIF", "vgg16", "checksum right", "vgg19"):
            assert word in printed

    def test_transparency_is_kept_and_does_not_bleed(self, tmp_path: Path) -> None:
        pixels = np.zeros((64, 64, 4), np.uint8)
        pixels[16:48, 16:48] = (200, 30, 30, 255)
        Image.fromarray(pixels).save(tmp_path / "icon.png")
        pinxit("stylize", "icon.png", "-s", "house:swirl", "-o", "out.png", *QUICK, folder=tmp_path)
        with Image.open(tmp_path / "out.png") as image:
            assert image.mode == "RGBA"
            assert np.array_equal(np.asarray(image)[..., 3], pixels[..., 3])

    def test_reader_that_leaves_is_no_failure(self, tmp_path: Path) -> None:
        command = f"{sys.executable} -m pinxit styles | true"
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, env={**os.environ})
        assert "Traceback" not in done.stderr
