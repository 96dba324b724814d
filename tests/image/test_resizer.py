from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinxit import image as pictures
from pinxit.image import Picture


@given(height=st.integers(1, 60), width=st.integers(1, 60), value=st.floats(0, 1, width=32))
def test_resizing_keeps_flat_colours_and_range(height: int, width: int, value: float) -> None:
    flat = Picture(np.full((3, 23, 31), value, np.float32))
    resized = pictures.resize(flat, height, width)
    assert resized.pixels.shape == (3, height, width)
    assert np.allclose(resized.pixels, value, atol=1e-5)


def test_resizing_there_and_back_stays_close() -> None:
    cat = pictures.fit(pictures.sample("cat"), 128)
    back = pictures.resize(pictures.resize(cat, cat.height * 2, cat.width * 2), cat.height, cat.width)
    assert np.abs(back.pixels - cat.pixels).mean() < 0.01
    assert pictures.resize(cat, cat.height, cat.width) is cat


def test_shrinking_does_not_alias() -> None:
    """Stripes finer than the result become grey, not other stripes."""
    stripes = np.tile(np.array([0, 1], np.float32), (3, 64, 32))
    shrunk = pictures.resize(Picture(stripes), 9, 9)
    assert np.abs(shrunk.pixels[:, 2:-2, 2:-2] - 0.5).max() < 0.06


def test_fit() -> None:
    cat = pictures.sample("cat")
    small = pictures.fit(cat, 100)
    assert max(small.width, small.height) == 100
    assert small.width / small.height == pytest.approx(cat.width / cat.height, rel=0.02)
    sliver = pictures.fit(Picture(np.zeros((3, 1, 1000), np.float32)), 10)
    assert (sliver.height, sliver.width) == (1, 10)
