"""Live painting: recording a clip, statistics that follow the scene, errors."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.network.conditioning import SMALLEST_SIDE
from pinxit.preparation import prepare as job
from pinxit.recipe.postprocess import style_at
from pinxit.video import live, live_input
from pinxit.video.clip import open_source
from pinxit.video.live import prepare_live
from pinxit.video.live_input import live_frames
from pinxit.video.live_output import VirtualCamera, Window
from tests.clock import PATIENCE
from tests.command_line import run_command
from tests.network.painted import by_network
from tests.video.clips import PHOTO, pan, write


@pytest.fixture(autouse=True)
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)


def pinxit_live(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run_command("live", "--style", "house:swirl", "--network", "fine", *options, folder=folder)


def test_every_frame_of_a_clip_goes_into_the_file(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4", pan(7))
    done = pinxit_live(tmp_path, "--source", "clip.mp4", "-o", "out.mp4", "--size", "96")
    assert done.returncode == 0, done.stderr
    assert "7 frames" in done.stdout
    before, after = (list(open_source(tmp_path / name).frames()) for name in ("clip.mp4", "out.mp4"))
    assert [round(float(frame.time), 3) for frame in after] == [round(float(frame.time), 3) for frame in before]
    first, last = (frames[-1].picture(64, 96).astype(float) for frames in (before, after))
    assert np.abs(first - last).mean() > 10
    assert pinxit_live(tmp_path, "--source", "clip.mp4", "-o", "out.mp4").returncode == 2


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--source", "clip.mp4"), "no display"),
        (("--source", "77", "-o", "out.mp4"), "no camera 77"),
        (("--source", "missing.mp4", "-o", "out.mp4"), "missing.mp4"),
        (("--source", "clip.mp4", "-o", "out.gif"), ".mp4"),
        (("--source", "clip.mp4", "-o", "out.mp4", "--virtual-camera"), "choose one"),
        (("--source", "clip.mp4", "-o", "out.mp4", "--network", "huge"), "huge"),
        (("--source", "clip.mp4", "-o", "out.mp4", "--blend", "1,2"), "--blend"),
        (("--source", "clip.mp4", "-o", "out.mp4", "--background", "#ffffff"), "add that"),
        (("--source", "clip.mp4", "-o", "out.mp4", "--avatar", "--background", "red"), "a colour such as"),
    ],
)
def test_errors_are_one_sentence(tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    write(tmp_path / "clip.mp4", pan(2))
    done = pinxit_live(tmp_path, *options)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert sentence in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


def test_the_first_frame_is_what_the_network_paints() -> None:
    frame = np.ascontiguousarray(PHOTO[:128, :160])
    painted = live.prepare_live(["house:swirl"], size=160, network="fine")(frame).astype(float)
    one = job(frame, "house:swirl", preset="instant", size=160).ingredients
    style = style_at(one.styles[0].picture, 160, SMALLEST_SIDE, "network")
    expected = pictures.to_array(one.content.with_pixels(by_network(one.content.pixels, style.pixels)))
    assert np.abs(painted - expected).max() <= 2


def test_statistics_follow_the_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SECONDS_BETWEEN_MEASUREMENTS", 0.0)
    day = np.ascontiguousarray(PHOTO[:96, :96])
    night = (day * 0.3).astype(np.uint8)
    stylizer = live.prepare_live(["house:swirl"], size=96, network="fine")
    stylizer(day)
    at_first = stylizer(night).astype(float)
    for _ in range(60):
        painted = stylizer(night).astype(float)
        time.sleep(0.02)
    stylizer.close()
    expected = live.prepare_live(["house:swirl"], size=96, network="fine")(night).astype(float)
    assert np.abs(painted - expected).mean() < 0.25 * np.abs(at_first - expected).mean()


def test_a_camera_that_starts_in_the_dark_paints_as_soon_as_there_is_light(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "SECONDS_BETWEEN_MEASUREMENTS", 0.0)
    day = np.ascontiguousarray(PHOTO[:96, :96])
    stylizer = live.prepare_live(["house:swirl"], size=96, network="live")
    dark = stylizer(np.zeros_like(day)).astype(float)
    assert dark.std((0, 1)).max() < 1
    expected = live.prepare_live(["house:swirl"], size=96, network="live")(day).astype(float)
    end = time.monotonic() + PATIENCE
    while np.abs(stylizer(day).astype(float) - expected).max() > 2:
        assert time.monotonic() < end, "the dark frame still decides the painting"
        time.sleep(0.02)
    stylizer.close()


def test_an_avatar_has_a_background_of_one_colour(tmp_path: Path) -> None:
    person = pictures.to_array(pictures.fit(pictures.sample("astronaut"), 256))
    write(tmp_path / "clip.mp4", [person] * 3)
    options = ("--source", "clip.mp4", "--size", "256", "--avatar", "--background", "#0000ff", "-o", "out.mp4")
    done = pinxit_live(tmp_path, *options)
    assert done.returncode == 0, done.stderr
    frame = list(open_source(tmp_path / "out.mp4").frames())[-1].picture(256, 256).astype(int)
    assert np.abs(frame[5:60, 5:40] - (0, 0, 255)).max() < 16
    assert np.abs(frame[160:220, 80:120] - (0, 0, 255)).mean() > 60


@pytest.mark.parametrize(
    ("styles", "shares", "network", "sentence"),
    [
        ([], None, "live", "no style is given: name at least one picture, or house:NAME"),
        (["house:ink", "house:swirl"], [1.0], "live", "1 shares are given for 2 styles: give one each"),
        (["house:ink"], None, "large", "there is no network 'large': choose one of"),
        (
            ["own.pinxit", "house:ink"],
            None,
            "live",
            "a network that was trained on one style cannot mix it with others",
        ),
    ],
)
def test_what_cannot_be_prepared(styles: list[str], shares: list[float] | None, network: str, sentence: str) -> None:
    with pytest.raises(PinxitError, match=sentence):
        prepare_live(styles, shares, network=network)


def test_what_is_missing_for_a_virtual_camera_and_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(PinxitError, match=r'a virtual camera needs pyvirtualcam: pip install "pinxit\[live\]"'):
        VirtualCamera()
    monkeypatch.setitem(sys.modules, "tkinter", None)
    with pytest.raises(PinxitError, match="this Python has no tkinter for a window: install it"):
        Window("pinxit")


def test_a_camera_that_is_not_there() -> None:
    with pytest.raises(PinxitError, match="there is no camera 97, or another program has it: give a clip by --source"):
        next(iter(live_frames("97", 64, 8, paced=False)))


def test_a_clip_is_played_at_its_own_rate_and_late_frames_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "clip.mp4", pan(8))
    now = 100.0
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds
        slept.append(seconds)

    monkeypatch.setattr(live_input, "monotonic", lambda: now)
    monkeypatch.setattr(live_input, "sleep", sleep)
    times = []
    for at, _ in live_frames(str(tmp_path / "clip.mp4"), 64, 8, paced=True):
        times.append(at)
        if len(times) == 2:
            now += 3 * float(times[1] - times[0])  # the painter was slow
    assert len(times) in (6, 7), "the one or two frames are left out whose time has passed"
    assert times[2] - times[1] > times[1] - times[0]
    assert sum(slept) <= float(times[-1])
