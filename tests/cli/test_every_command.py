"""Every command once, in the least time that gives a result: `make test` runs them all, whatever else it leaves out."""

from __future__ import annotations

from pathlib import Path

import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.cli.main import COMMANDS
from pinxit.video.clip import open_source
from tests.command_line import pinxit
from tests.scene.models import bark, embedded, png
from tests.video.clips import pan, write

INSTANT = "--engine network --network live --size 64"
# What is typed, and the file or the words in the output that show that it was done.
LINES = {
    "stylize": (f"stylize photo.png -s house:swirl -o out.png {INSTANT}", "out.png"),
    "sweep": (f"sweep photo.png -s house:swirl house:ink --cell 64 -o out.png {INSTANT}", "out.png"),
    "video": (f"video clip.mp4 -s house:ink -o out.mp4 {INSTANT}", "out.mp4"),
    "live": ("live --source clip.mp4 -s house:ink --network live --size 64 -o out.mp4", "out.mp4"),
    "texture": ("texture photo.png -o out.png --size 64 --coarsest 64 --iterations 1 --device cpu", "out.png"),
    "pattern": ("pattern photo.png -o out.png --size 64px --iterations 1 --device cpu", "out.png"),
    "panorama": ("panorama around.png -s house:ink -o out.png -p instant --size 128", "out.png"),
    "sprites": (f"sprites icons -s house:ink -o out {INSTANT}", "out/photo.png"),
    "assets": (f"assets column.glb -s house:ink -o out.glb {INSTANT}", "out.glb"),
    "avatar": ("avatar sample:astronaut -s house:ink --network live --size 64 --sides 64 -o out.png", "out.png"),
    "theme": ("theme photo.png -o out --size 64 -p instant --backgrounds 96x64", "out/tokens.json"),
    "wear": ("wear photo.png --mask mask.png --pattern photo.png -o out.png", "out.png"),
    "grade": ("grade photo.png -s painted.png -o out.png --lut out.cube", "out.png"),
    "train": ("train house:swirl -o out.pinxit --steps 1", "out.pinxit"),
    "batch": (f"batch icons -s house:ink -o out {INSTANT}", "out/photo.png"),
    "watch": (f"watch icons -s house:ink -o out --settle 0 --idle 0 {INSTANT}", "out/photo.png"),
    "compare": ("compare photo.png -c photo.png -s house:ink --size 128 -o out.png", "out.png"),
    "taste": ("taste like photo.png --profile out.json", "out.json"),
    "export": ("export house:ink out.onnx --network live --size 64", "out.onnx"),
    "preset": ("preset save gentle --strength 0.6 -o out.json", "out.json"),
    "redo": ("redo painted.png -o out.png", "out.png"),
    "show": ("show painted.png", "house:swirl"),
    "styles": ("styles ink --size 64 -o out.png", "out.png"),
    "plugin": ("plugin list", "comfyui"),
    "weights": ("weights list", "vgg16"),
    "help": ("help weights", "pinxit weights pull"),
    "doctor": ("doctor", "memory"),
}


@pytest.fixture(scope="module")
def inputs(own_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photograph, one around, a mask, a clip, a folder of icons, and a painted picture."""
    folder = tmp_path_factory.mktemp("inputs")
    photo = pictures.fit(pictures.sample("cat"), 64)
    pictures.write(photo, folder / "photo.png")
    pictures.write(photo, folder / "icons" / "photo.png")
    pictures.write(pictures.resize(photo, 64, 128), folder / "around.png")
    PIL.Image.new("L", (photo.width, photo.height), 255).save(folder / "mask.png")
    write(folder / "clip.mp4", pan(2))
    (folder / "column.glb").write_bytes(embedded(png(bark())))
    pinxit(*f"stylize photo.png -s house:swirl -o painted.png {INSTANT}".split(), folder=folder)
    return folder


@pytest.mark.parametrize("command", LINES)
def test_has_a_result(command: str, inputs: Path, tmp_path: Path) -> None:
    for path in inputs.iterdir():
        (tmp_path / path.name).symlink_to(path)
    line, result = LINES[command]
    done = pinxit(*line.split(), folder=tmp_path)
    if not result.startswith("out"):
        assert result in done.stdout
        return
    made = tmp_path / result
    assert made.stat().st_size
    if made.suffix == ".png":
        assert pictures.read(made).pixels.std() > 0.01, "a picture that shows something"
    if made.suffix == ".mp4":
        assert len(list(open_source(made).frames())) == 2


def test_the_list_is_complete() -> None:
    """The studio and the server of tools, which serve until they are ended, have tests in tests/studio and tests/mcp."""
    assert {*LINES, "studio", "mcp"} == set(COMMANDS)
