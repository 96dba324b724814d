"""Shot detection finds cuts, and takes nothing else for one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from pinxit.video.clip import open_source
from pinxit.video.optical_flow import Bytes
from pinxit.video.shot_detection import detect_shots
from pinxit.video.source import Frame
from tests.video.clips import OTHER, pan

DATA = Path(__file__).parent.parent.parent.parent / "shared" / "data" / "video"


def shots_of(frames: list[Bytes]) -> list[tuple[int, int]]:
    def read() -> Iterator[Frame]:
        for number, frame in enumerate(frames):
            yield Frame(Fraction(number, 24), lambda h, w, f=frame: np.asarray(cv2.resize(f, (w, h)), np.uint8))  # type: ignore[misc]

    return [(shot.begin, shot.end) for shot in detect_shots(read(), 32, 48)]


def test_a_cut_is_found() -> None:
    assert shots_of([*pan(9), *pan(7, photo=OTHER)]) == [(0, 9), (9, 16)]


def test_a_shot_of_one_frame_at_either_end() -> None:
    assert shots_of([*pan(1), *pan(7, photo=OTHER)]) == [(0, 1), (1, 8)]
    assert shots_of([*pan(7, photo=OTHER), *pan(1)]) == [(0, 7), (7, 8)]


def test_two_frames_are_one_shot() -> None:
    assert shots_of([*pan(1), *pan(1, photo=OTHER)]) == [(0, 2)]


def test_a_flash_is_no_cut() -> None:
    frames = pan(12)
    frames[6] = np.full_like(frames[6], 255)
    assert shots_of(frames) == [(0, 12)]


def test_a_fade_is_no_cut() -> None:
    assert shots_of([np.asarray(frame * (number / 15), np.uint8) for number, frame in enumerate(pan(16))]) == [(0, 16)]


def test_samples_are_few_and_spread() -> None:
    frames = [Frame(Fraction(n), lambda h, w, n=n: np.full((h, w, 3), n, np.uint8)) for n in range(200)]  # type: ignore[misc]
    (shot,) = detect_shots(frames, 4, 4)
    found = [int(sample[0, 0, 0]) for sample in shot.samples]
    assert 3 <= len(found) <= 6
    assert found[-1] >= 100


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data/video")
def test_a_film() -> None:
    """Animation with one cut to another picture of the same meadow."""
    source = open_source(DATA / "cut_bunny.mp4")
    assert [shot.begin for shot in detect_shots(source.frames(), 36, 64)] == [0, 235]
