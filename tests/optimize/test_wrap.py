"""A whole run where borders meet: a shifted picture gives the shifted result."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pinxit.image import Picture, cover, sample
from pinxit.image.wrap import WRAPS, WrapName
from pinxit.optimize.schedule import scales
from pinxit.preparation import prepare


# Features of what stands where are computed in patches, which do not move by less than their size.
@pytest.mark.slow(reason="paints a picture and the same one rolled")
@pytest.mark.parametrize(
    ("name", "match", "mean", "greatest"),
    [*((name, "off", 1e-3, 0.02) for name in ("x", "both", "half-drop", "brick")), ("both", "soft", 0.01, 0.1)],
)
def test_a_run_moves_with_its_picture(name: WrapName, match: Any, mean: float, greatest: float) -> None:
    wrap = WRAPS[name]
    photograph = cover(sample("coffee"), 64, 128)
    down = 32 if wrap.rows else 0
    window = (slice(down, down + 64), slice(32, 160))

    def painted(content: Picture) -> Picture:
        job = prepare(
            content,
            "house:swirl",
            wrap=name,
            size=128,
            coarsest=64,
            iterations=(3, 1),
            tolerance=0,
            device="cpu",
            precision="float32",
            match=match,
        )
        *_, last = job.paint()
        return last.picture()

    straight = painted(photograph)
    moved = painted(Picture(wrap.take(photograph.pixels, window)))
    difference = np.abs(wrap.take(straight.pixels, window) - moved.pixels)
    assert float(difference.mean()) < mean
    assert float(difference.max()) < greatest


@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("x", 1, 16), ("both", 16, 16), ("half-drop", 32, 16), ("brick", 16, 32)]
)
def test_sides_meet_evenly_at_every_scale(name: WrapName, rows: int, columns: int) -> None:
    for scale in scales(500, 750, 100, (5,), WRAPS[name]):
        assert scale.height % rows == scale.width % columns == 0


def test_without_a_wrap_sides_are_what_they_were() -> None:
    assert [(scale.height, scale.width) for scale in scales(500, 750, 100, (5,))] == [
        (125, 188),
        (250, 375),
        (500, 750),
    ]
