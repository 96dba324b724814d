"""Animated WebP and APNG as films: read, written, with their times, transparency and recipe."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pinxit.errors import PinxitError
from pinxit.video.animation import ANIMATIONS, write_animation
from pinxit.video.clip import open_source
from pinxit.video.optical_flow import Bytes
from pinxit.video.recipe import read_recipe
from tests.command_line import pinxit
from tests.video.clips import pan

TIMES = [Fraction(0), Fraction(1, 20), Fraction(1, 10), Fraction(1, 5), Fraction(3, 10)]
LENGTH = Fraction(1, 2)
ALPHA = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (64, 1))


def made(path: Path, alpha: Bytes | None = None, count: int = 5) -> list[Bytes]:
    frames = pan(count)
    stack = [(time, pixels, alpha) for time, pixels in zip(TIMES, frames, strict=False)]
    write_animation(path, path.suffix, stack, rate=Fraction(10), length=LENGTH, recipe='{"a": "ü"}')
    return frames


@pytest.mark.parametrize("kind", ANIMATIONS)
@pytest.mark.parametrize("clear", [False, True])
def test_what_is_written_is_read(tmp_path: Path, kind: str, clear: bool) -> None:
    path = tmp_path / f"a{kind}"
    frames = made(path, ALPHA if clear else None)
    source = open_source(path)
    read = list(source.frames())
    assert [frame.time for frame in read] == TIMES
    assert read[-1].duration == LENGTH - TIMES[-1]
    assert (source.width, source.height) == (96, 64)
    visible = slice(60, None)  # colours under transparency are replaced
    for frame, pixels in zip(read, frames, strict=True):
        off = np.abs(frame.picture(64, 96).astype(int) - pixels)[:, visible]
        assert off.mean() < (0.01 if kind == ".apng" else 6)
        if clear:
            assert frame.alpha is not None
            assert np.abs(frame.alpha(64, 96).astype(int) - ALPHA).max() <= 1
    assert read_recipe(path) == '{"a": "\\u00fc"}'
    with PIL.Image.open(path) as image:
        assert image.info["loop"] == 0, "for ever"


@pytest.mark.parametrize("kind", ANIMATIONS)
def test_a_single_frame(tmp_path: Path, kind: str) -> None:
    for alpha in (None, ALPHA):
        made(tmp_path / f"a{kind}", alpha, count=1)
        (frame,) = open_source(tmp_path / f"a{kind}").frames()
        assert frame.picture(64, 96).std() > 10
        assert read_recipe(tmp_path / f"a{kind}") is not None


@pytest.mark.parametrize("kind", ANIMATIONS)
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, kind: str) -> None:
    for name in "ab":
        made(tmp_path / f"{name}{kind}")
    assert (tmp_path / f"a{kind}").read_bytes() == (tmp_path / f"b{kind}").read_bytes()


def test_a_start_within(tmp_path: Path) -> None:
    made(tmp_path / "a.webp")
    found = [frame.time for frame in open_source(tmp_path / "a.webp").frames(Fraction(1, 10))]
    assert found == TIMES[2:]


def test_damaged_webp_gives_a_film_or_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    made(path)
    whole, random, refused = path.read_bytes(), np.random.default_rng(0), 0
    for trial in range(60):
        broken = bytearray(whole)
        for _ in range(1 + trial % 6):
            broken[int(random.integers(12, len(broken) if trial % 2 else 200))] = int(random.integers(256))
        path.write_bytes(broken[: int(random.integers(20, len(broken)))] if trial % 4 == 0 else broken)
        try:
            source = open_source(path)
            for frame in source.frames():
                frame.picture(8, 8)
        except PinxitError as error:
            refused += 1
            assert str(error).startswith((str(path), f"the frames of {path}"))  # noqa: PT017 - many files, one assertion
    assert refused > 10


@pytest.mark.parametrize(("clip", "target"), [("a.webp", "out.apng"), ("a.apng", "out.webp")])
def test_a_film_from_the_one_to_the_other(tmp_path: Path, clip: str, target: str) -> None:
    made(tmp_path / clip)
    options = ["-s", "house:ink", "--engine", "network", "--network", "live", "--size", "64"]
    pinxit("video", clip, *options, "-o", target, folder=tmp_path)
    painted = list(open_source(tmp_path / target).frames())
    assert [frame.time for frame in painted] == TIMES
    assert '"work": "video"' in str(read_recipe(tmp_path / target))
    assert "house:ink" in pinxit("show", target, folder=tmp_path).stdout
    pinxit("redo", target, "-o", "again.apng", folder=tmp_path)
    first = [frame.picture(40, 60) for frame in open_source(tmp_path / "again.apng").frames()]
    if target == "out.apng":
        assert all(np.array_equal(a, b.picture(40, 60)) for a, b in zip(first, painted, strict=True))
