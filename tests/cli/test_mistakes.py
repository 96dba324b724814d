"""Mistakes that people make in commands: each is one sentence that says what is wrong, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pinxit import image as pictures
from pinxit.cli.video import read_seconds
from pinxit.errors import PinxitError
from tests.command_line import pinxit
from tests.scene.models import bark, embedded, png

PAINT = "-p instant --network live --size 64"
VIDEO = "video photo.png -s photo.png -o out.mp4"
STUDIO = "studio --no-browser --home home"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a photograph, a second one with a model, and one that is full."""
    folder = tmp_path_factory.mktemp("inputs")
    photo = pictures.fit(pictures.sample("cat"), 64)
    pictures.write(photo, folder / "photo.png")
    pictures.write(photo, folder / "two" / "a.png")
    pictures.write(photo, folder / "two" / "b.png")
    (folder / "models").mkdir()
    (folder / "models" / "column.glb").write_bytes(embedded(png(bark(32))))
    (folder / "models" / "other.glb").write_bytes(embedded(png(bark(32))))
    return folder


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "stylize two -s photo.png --plot losses.png",
            "--plot draws the losses of one picture: leave it out for several",
        ),
        (
            f"stylize photo.png -s photo.png -o out.png --plot l.png {PAINT}",
            "--plot draws what the optimiser minimises",
        ),
        ("stylize photo.png -s photo.png -o out.png --plot l.txt", "l.txt is not a kind of plot: end its name in"),
        ("batch two -s photo.png -o painted --gpus 1", "--gpus and --cpus are for --cluster: leave them out"),
        ("batch s3://two -s photo.png -o painted", "addresses are for --cluster: name folders, or a cluster"),
        ("watch two -o painted", "no style is given: name one by --style, or --region MASK=STYLE"),
        ("compare photo.png", "photo.png has no recipe inside: name its pictures by --content and --style"),
        ("grade photo.png -s a.png -s b.png --blend 1 -o out.png", "--blend has 1 shares for 2 styles: give one each"),
        ("live -s photo.png -o out.mp4 --virtual-camera", "-o and --virtual-camera exclude each other: choose one"),
        ("live -s photo.png -o out.mp4 --background red", "--background is the background of --avatar: add that"),
        (
            "panorama photo.png -s photo.png --cubemap -o out.png",
            "out.png is one file for six sides: give a folder by -o",
        ),
        ("panorama two/a.png two/b.png -s photo.png -o out.png", "these are 2 pictures: give one panorama, or the six"),
        ("panorama two -s photo.png -o out.png", "the pictures in two are not a cube map: end the names of six in"),
        (
            "assets models -s photo.png -o out.glb",
            "out.glb holds one .glb alone: give a folder for a set of files by -o",
        ),
        (
            "theme photo.png -o out --backgrounds large",
            "--backgrounds takes sizes, as in 1920x1080,1080x1920, not 'large'",
        ),
        ("theme -o out", "give either paintings, or --taste FOLDER to choose from"),
        ("theme photo.png --taste two -o out", "give either paintings, or --taste FOLDER to choose from"),
        ("theme photo.png -o two", "two exists: choose another folder, or add --overwrite"),
        (
            "theme photo.png -o out --icons photo.png",
            "photo.png is not a folder: give one with icons as PNG or SVG files",
        ),
        (
            "train photo.png -o out.pinxit --style-weight 0",
            "--style-weight of a network is above 0 and at most 1e6, not 0",
        ),
        (
            "export house:ink out.onnx --to glsl",
            "out.onnx would hold glsl, whose files end in .glsl: change the name or --to",
        ),
        ("export house:ink out.onnx --network live --seconds 2", "--seconds is for loops of living textures"),
        ("export house:ink", "name the file to write, NAME.onnx"),
        (f"{VIDEO} --key 48", "--key is a frame's number and a file, as in 48=painted.png, not '48'"),
        (f"{VIDEO} --key 4=a.png --key 4=b.png", "--key names frame 4 twice: leave one of them out"),
        (f"{VIDEO} --keys 1,two", "--keys takes numbers of frames, as in 1,48,96, not 'two'"),
        (f"{VIDEO} --start soon", "--start is a time, as in 90 or 1:30, not 'soon'"),
        (f"{VIDEO} --cluster auto --preview now.png", "--preview does not work on a cluster"),
        (f"{STUDIO} --database mysql://a", "--database takes an address as in postgresql://…: leave it out"),
        (f"{STUDIO} --name http://a", "--name takes a name as in studio.example.org or studio.example.org:8443"),
        (f"{STUDIO} --quota much", "--quota takes a size as in 20GB or 500MB, not 'much'"),
        (f"{STUDIO} --quota 0GB", "--quota takes a size as in 20GB or 500MB, not '0GB'"),
        (f"{STUDIO}{' --webhook http://127.0.0.1:1' * 99}", "99 webhooks are too many: give at most"),
        ("preset show nowhere", "nowhere"),
        ("help nowhere", "there is no page 'nowhere'; `pinxit help` lists them"),
    ],
)
def test_is_one_sentence(line: str, sentence: str, inputs: Path, tmp_path: Path) -> None:
    for path in inputs.iterdir():
        (tmp_path / path.name).symlink_to(path)
    before = sorted(tmp_path.iterdir())
    said = pinxit(*line.split(), folder=tmp_path, check=2).stderr
    assert sentence in said
    assert said.count("\n") == 1
    assert said.startswith("pinxit: ")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("1:30", 90), ("0:01:30.5", 90.5), ("0", 0)])
def test_times(text: str, seconds: float) -> None:
    assert read_seconds("--start", text) == seconds


@pytest.mark.parametrize("text", ["", "1:", ":30", "1:2:3:4", "-1", "1e3", "1.5:20", "nan"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(PinxitError, match=r"--start is a time, as in 90 or 1:30, not"):
        read_seconds("--start", text)
