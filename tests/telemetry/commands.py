"""Run every command of pinxit in this process, one after the other, in the working folder: the library as well."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import pinxit
from pinxit import image as pictures
from pinxit.cli.main import COMMANDS
from pinxit.image import Picture
from tests.scene import models
from tests.surface.commands import run
from tests.video import clips

# ONNX Runtime's telemetry, where it is on, looks its vendor up between three and twelve seconds after the import.
SECONDS = 15.0
_SMALL = ("--size", "64", "--coarsest", "64", "--iterations", "2", "--device", "cpu")
_INSTANT = ("-p", "instant", "--size", "96")


def main() -> None:
    """Run them."""
    start = time.monotonic()
    photo = pictures.write(pictures.fit(pictures.sample("cat"), 96), Path("photo.jpg"))
    painting = pictures.write(pictures.fit(pictures.sample("coffee"), 96), Path("painting.jpg"))
    around = pictures.write(pictures.resize(pictures.sample("cat"), 32, 64), Path("around.jpg"))
    mask = pictures.write(Picture(np.ones((3, 32, 48), np.float32)), Path("mask.png"))
    for folder in ("icons", "paintings"):
        Path(folder).mkdir()
        pictures.write(pictures.fit(pictures.sample("coffee"), 64), Path(folder) / "coffee.png")
    clips.write(Path("clip.mp4"), clips.pan(6))
    Path("column.glb").write_bytes(models.embedded(models.png(models.bark())))
    called = set()
    for command in (
        ("stylize", photo, "-s", painting, "-o", "instant.png", *_INSTANT),
        (
            "stylize",
            photo,
            "-s",
            painting,
            "-o",
            "painted.png",
            "--plot",
            "losses.png",
            "--preview",
            "now.png",
            *_SMALL,
        ),
        ("batch", "paintings", "-s", painting, "-o", "painted", *_INSTANT),
        ("sweep", photo, "-s", painting, "-o", "sheet.png", "--style-weight", "1,10", "--cell", "64", *_SMALL),
        ("compare", "painted.png", "instant.png", "-o", "compared.png"),
        ("video", "clip.mp4", "-s", painting, "-o", "painted.mp4", "--end", "0.2", *_INSTANT),
        ("live", "--source", "clip.mp4", "-s", painting, "-o", "live.mp4", "--size", "64", "--seconds", "1"),
        ("texture", painting, "-o", "texture.png", "--tile", "--maps", *_SMALL),
        ("panorama", around, "-s", painting, "-o", "panorama.jpg", "-p", "instant", "--size", "128"),
        ("sprites", "icons", "-s", painting, "-o", "sprites", *_INSTANT),
        ("assets", "column.glb", "-s", painting, "-o", "assets", *_INSTANT),
        ("avatar", "sample:astronaut", "-s", painting, "-o", "avatar.png", *_INSTANT),
        ("theme", painting, "-o", "theme", "--icons", "icons", *_INSTANT),
        ("pattern", painting, "-o", "pattern.png", "--size", "64px", *_SMALL[2:]),
        ("wear", photo, "--mask", mask, "--pattern", "pattern.png", "-o", "worn.png"),
        ("grade", photo, "-s", painting, "-o", "graded.png", "--lut", "look.cube"),
        ("taste", "like", painting),
        ("taste", "rank", "paintings"),
        ("train", painting, "-o", "painting.pinxit", "--steps", "1"),
        ("export", "painting.pinxit", "painting.onnx"),
        ("redo", "instant.png", "-o", "again.png", "--overwrite"),
        ("show", "instant.png"),
        ("watch", "icons", "-s", painting, "-o", "watched", "--settle", "0.1", "--idle", "1", *_INSTANT),
        ("preset", "list"),
        ("plugin", "list"),
        ("styles",),
        ("weights", "list"),
        ("help", "video"),
        ("doctor",),
    ):
        run(*command)
        called.add(command[0])
    # Without a program that speaks to it, it ends.
    subprocess.run([sys.executable, "-m", "pinxit", "mcp"], stdin=subprocess.DEVNULL, timeout=300, check=True)
    assert called == set(COMMANDS) - {"studio", "mcp"}, set(COMMANDS) - called
    pinxit.stylize(photo, painting, preset="instant", size=96)
    time.sleep(max(0.0, start + SECONDS - time.monotonic()))


if __name__ == "__main__":
    main()
