"""The measure of seams, on pictures whose steps are known."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.image import Picture
from pinxit.image.wrap import Wrap
from pinxit.metrics.seams import seams, steps


def ramp(height: int, width: int) -> Picture:
    """0.01 brighter from each column to the next, and 0.002 from each row to the next."""
    y, x = np.mgrid[:height, :width]
    return Picture(np.repeat((0.01 * x + 0.002 * y)[None], 3, axis=0).astype(np.float32))


def test_steps_of_a_ramp() -> None:
    rows, columns = steps(ramp(20, 30), Wrap(rows=True, columns=True))
    assert rows == pytest.approx(np.array([0.002] * 19 + [0.038]), abs=1e-6)
    assert columns == pytest.approx(np.array([0.01] * 29 + [0.29]), abs=1e-6)


def test_borders_that_do_not_meet() -> None:
    rows, columns = steps(ramp(20, 30), Wrap(rows=False, columns=True))
    assert rows[-1] == 0
    assert columns[-1] == pytest.approx(0.29, abs=1e-6)


def test_a_seam_is_a_share_of_the_steps_inside() -> None:
    assert seams(ramp(20, 30), Wrap(rows=True, columns=True)) == pytest.approx({"rows": 19, "columns": 29}, rel=1e-3)
    assert list(seams(ramp(20, 30), Wrap(rows=False, columns=True))) == ["columns"]


def test_what_repeats_has_none() -> None:
    x = np.arange(32) / 32
    wave = 0.5 + 0.4 * np.sin(2 * np.pi * x)
    picture = Picture(np.repeat((wave[None] + np.zeros((32, 1)))[None], 3, axis=0).astype(np.float32))
    assert seams(picture, Wrap(rows=False, columns=True))["columns"] < 1.6
