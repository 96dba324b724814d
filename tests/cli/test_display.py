"""What the progress bar prints where there is no terminal."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest

from pinxit.cli.display import Display


@dataclass
class Step:
    seconds_left: float
    facts: str = "frame 0/12"
    seconds: float = 5.0


def test_time_left_is_printed_only_when_there_is_an_estimate(capsys: pytest.CaptureFixture[str]) -> None:
    with Display("film.mp4") as display:
        for left in (math.inf, 90.0):
            display._last_line = -math.inf
            display.show(Step(left))
    assert capsys.readouterr().err.splitlines() == ["film.mp4: frame 0/12  ", "film.mp4: frame 0/12  1 min 30 s left"]
