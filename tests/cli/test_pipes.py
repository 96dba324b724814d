"""Pictures through pipes, and at their own size."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import PIL.Image
import pytest

from pinxit import Picture, PinxitError
from pinxit import image as pictures
from pinxit.preparation import job_from_recipe, prepare

QUICK = ("--engine", "network", "--size", "64")


def pipe(*arguments: str, content: bytes, folder: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "pinxit", "stylize", *arguments]
    return subprocess.run(command, input=content, cwd=folder, capture_output=True, timeout=600)


@pytest.mark.usefixtures("own_cache")
class TestPipes:
    @pytest.mark.parametrize("options", [[], ["--json"]])
    def test_in_and_out(self, tmp_path: Path, cat: Picture, options: list[str]) -> None:
        content = pictures.to_bytes(cat, kind="JPEG")
        done = pipe("-", "-s", "house:swirl", "-o", "-", *QUICK, *options, content=content, folder=tmp_path)
        assert done.returncode == 0, done.stderr
        with PIL.Image.open(io.BytesIO(done.stdout)) as image:
            image.load()
            assert (image.format, image.width) == ("PNG", 64)
        assert done.stdout.endswith(b"IEND\xaeB`\x82"), "and nothing behind it"
        assert b"standard output" in done.stderr
        assert not list(tmp_path.iterdir())
        if options:
            assert json.loads(done.stderr.partition(b"pinxit: ")[2])["width"] == 64

    def test_what_is_wrong(self, tmp_path: Path) -> None:
        for content, arguments, sentence in (
            (b"", ("-", "-s", "house:swirl", "-o", "o.png"), b"is empty"),
            (b"text", ("-", "-s", "house:swirl", "-o", "-"), b"not a picture"),
            (b"", ("-", "-s", "house:swirl"), b"give the result one by -o"),
        ):
            done = pipe(*arguments, *QUICK, content=content, folder=tmp_path)
            assert (done.returncode, done.stdout) == (2, b"")
            assert sentence in done.stderr
            assert not list(tmp_path.iterdir())


class TestOriginalSize:
    options: ClassVar[dict[str, Any]] = {"size": "original", "engine": "network"}

    def test_the_content_images_own(self, cat: Picture) -> None:
        job = prepare(cat, "house:swirl", **self.options)
        *_, last = job.paint()
        picture, recipe = job.result(last)
        assert (picture.width, picture.height) == (cat.width, cat.height)
        assert recipe.size == max(cat.width, cat.height)
        content = io.BytesIO(pictures.to_bytes(cat))
        assert prepare(content, "house:swirl", **self.options).recipe.size == recipe.size, "a file is read once"

    def test_again(self, cat: Picture, tmp_path: Path) -> None:
        path = pictures.write(cat, tmp_path / "a.png")
        job = prepare(path, "house:swirl", engine="network", size=64)
        again = job_from_recipe(job.recipe, look_in=[tmp_path], size="original")
        assert again.recipe.size == 96

    def test_what_has_none(self) -> None:
        with pytest.raises(PinxitError, match="has none of its own"):
            prepare("house:swirl", "house:mosaic", **self.options)

    def test_a_panorama(self) -> None:
        from pinxit.surface.panorama import prepare_panorama

        world = pictures.resize(pictures.sample("cat"), 65, 130)
        assert prepare_panorama(world, "house:swirl", **self.options).recipe.size == 128
