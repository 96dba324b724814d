"""Pictures without detail through every command: of one colour, of 1 bit, transparent, and films that begin black."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.network.weights import load
from pinxit.texture.color_transfer import MIN_SPREAD
from tests.surface.commands import run
from tests.video import clips

BLUE = (20, 60, 200)
QUICK = ("--size", "64", "--coarsest", "64", "--iterations", "2", "--device", "cpu")
INSTANT = ("-p", "instant", "--size", "96")

# A warning of NumPy's is a number that is none on its way into a picture; pytest makes an error of it.


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A photograph, and pictures that have nothing to show."""
    monkeypatch.chdir(tmp_path)
    pictures.write(pictures.fit(pictures.sample("cat"), 96), tmp_path / "photo.png")
    PIL.Image.new("RGB", (96, 64), BLUE).save("flat.png")
    PIL.Image.new("1", (96, 64), 1).save("bit.png")
    PIL.Image.fromarray(np.indices((64, 96)).sum(0) % 16 < 8).convert("1").save("checks.png")
    logo = PIL.Image.new("RGBA", (96, 64))
    logo.paste((200, 0, 0, 255), (30, 20, 60, 40))
    logo.save("logo.png")
    PIL.Image.new("L", (96, 64), 255).save("mask.png")
    PIL.Image.new("RGB", (128, 64), BLUE).save("around.png")
    Path("icons").mkdir()
    for name in ("flat.png", "logo.png"):
        Path("icons", name).write_bytes(Path(name).read_bytes())
    return tmp_path


def pixels(name: str) -> np.ndarray:
    with PIL.Image.open(name) as image:
        return np.asarray(image.convert("RGB"), np.float64)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("network", ["fine", "live"])
@pytest.mark.parametrize("flat", ["flat.png", "bit.png"])
def test_a_picture_of_one_colour_gets_the_mean_colour_of_the_style(flat: str, network: str) -> None:
    run("stylize", flat, "-s", "photo.png", "-o", "out.png", *INSTANT, "--network", network)
    assert np.abs(pixels("out.png") - pixels("photo.png").mean((0, 1))).max() <= 2


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("flat", ["flat.png", "bit.png"])
@pytest.mark.parametrize("options", [INSTANT, (*INSTANT, "--color", "match", "--strength", "0.6")])
def test_a_style_of_one_colour_gives_the_picture_that_colour(flat: str, options: tuple[str, ...]) -> None:
    matched = "match" in options
    run("stylize", "photo.png", "-s", flat, "-o", "out.png", *options)
    wanted = pixels("photo.png").mean((0, 1)) if matched else pixels(flat)[0, 0]
    assert np.abs(pixels("out.png").mean((0, 1)) - wanted).max() <= 8
    assert pixels("out.png").std((0, 1)).max() < (80 if matched else 255 * MIN_SPREAD)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "command",
    [
        ("stylize", "flat.png", "-s", "logo.png", "-o", "out.png", *QUICK, "--color", "match", "--init", "network"),
        ("stylize", "logo.png", "-s", "checks.png", "-o", "out.png", *QUICK, "--plot", "losses.png"),
        ("sweep", "flat.png", "-s", "bit.png", "-o", "out.png", "--style-weight", "1,10", "--cell", "64", *QUICK),
        (
            "compare",
            "flat.png",
            "bit.png",
            "-s",
            "flat.png",
            "--content",
            "photo.png",
            "-o",
            "out.png",
            "--size",
            "128",
        ),
        ("texture", "flat.png", "-o", "out.png", "--tile", "--maps", *QUICK),
        ("panorama", "around.png", "-s", "photo.png", "-o", "out.png", "-p", "instant", "--size", "128"),
        ("sprites", "icons", "-s", "flat.png", "-o", "out", *INSTANT),
        ("theme", "flat.png", "-o", "out", "--icons", "icons", "--backgrounds", "96x64", *INSTANT),
        ("pattern", "flat.png", "-o", "out.png", "--size", "64px", *QUICK[2:]),
        ("wear", "flat.png", "--mask", "mask.png", "--pattern", "logo.png", "-o", "out.png"),
        ("grade", "photo.png", "-s", "flat.png", "-o", "out.png"),
        ("export", "flat.png", "out.onnx"),
        ("train", "flat.png", "-o", "out.pinxit", "--steps", "1"),
    ],
    ids=lambda command: f"{command[0]}-{command[1]}",
)
def test_every_command_has_a_result(command: tuple[str, ...]) -> None:
    run(*command)
    out = Path(command[command.index("-o") + 1] if "-o" in command else command[-1])
    assert out.exists()
    if out.suffix == ".png":
        assert pixels(str(out)).size
    if out.suffix == ".pinxit":
        learnt = load(out)
        assert all(
            np.isfinite(values).all() for part in (learnt.reader, learnt.transformer) for values in part.values()
        )


@pytest.mark.slow(reason="paints a film by the optimiser")
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("engine", ["network", "optimizer"])
def test_a_film_that_begins_black_goes_on(engine: str) -> None:
    clips.write(Path("clip.mp4"), [np.zeros((64, 96, 3), np.uint8)] * 4 + clips.pan(5))
    # 1 bit: of all styles the one with the largest variance, which made the flat shot overflow.
    run("video", "clip.mp4", "-s", "checks.png", "-o", "out.mp4", "--engine", engine, *QUICK)
    frames = [frame.to_ndarray(format="rgb24").astype(float) for frame in av.open("out.mp4").decode(video=0)]
    assert len(frames) == 9
    black, cat = frames[1], frames[-1]
    assert cat.std() > 20, "the second shot is painted"
    if engine == "network":
        assert black.std() < 3
        assert np.abs(black.mean((0, 1)) - pixels("checks.png").mean((0, 1))).max() < 6, (
            "the first has its style's mean colour"
        )


@pytest.mark.usefixtures("folder")
def test_a_flash_in_a_dark_shot_is_painted() -> None:
    dark = np.zeros((64, 96, 3), np.uint8)
    clips.write(Path("clip.mp4"), [dark] * 9 + clips.pan(1) + [dark] * 9)
    run("video", "clip.mp4", "-s", "photo.png", "-o", "out.mp4", "-p", "instant", "--size", "96")
    frames = [frame.to_ndarray(format="rgb24").astype(float) for frame in av.open("out.mp4").decode(video=0)]
    assert frames[0].std((0, 1)).max() < 3
    assert 15 < frames[9].std() < 90
    assert np.mean((frames[9] < 3) | (frames[9] > 252)) < 0.2, "its colours are not driven to their limits"
