from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinxit import picture as pictures
from pinxit.errors import PinxitError
from pinxit.picture import Picture


@given(
    dtype=st.sampled_from([np.uint8, np.uint16]),
    channels=st.sampled_from([3, 4]),
    height=st.integers(1, 9),
    width=st.integers(1, 9),
    seed=st.integers(0, 10**6),
)
def test_arrays_round_trip_exactly(dtype: Any, channels: int, height: int, width: int, seed: int) -> None:
    array = np.random.default_rng(seed).integers(
        1, np.iinfo(dtype).max, (height, width, channels), dtype, endpoint=True
    )
    back = pictures.to_array(pictures.from_array(array), dtype)
    if channels == 4 and (array[..., 3] == np.iinfo(dtype).max).all():
        array = array[..., :3]
    assert np.array_equal(back, array)


def test_grey_arrays_and_pil() -> None:
    grey = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert np.array_equal(pictures.to_array(pictures.from_array(grey)), grey[..., None].repeat(3, 2))
    image = PIL.Image.new("RGBA", (3, 2), (10, 20, 30, 40))
    assert pictures.to_pil(pictures.from_pil(image)).getpixel((0, 0)) == (10, 20, 30, 40)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 4, 5)),
        np.zeros(7),
        np.zeros((0, 4, 3)),
        np.full((2, 2, 3), np.nan),
        np.full((2, 2, 3), 1.5),
        np.full((2, 2, 3), 7, np.int64),
        np.full((2, 2, 3), "a"),
    ],
)
def test_what_is_no_picture_is_said(array: Any) -> None:
    with pytest.raises(PinxitError):
        pictures.from_array(array)


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


@pytest.mark.parametrize("name", pictures.sample_names())
def test_samples(name: str) -> None:
    picture = pictures.sample(name)
    assert picture.pixels.shape[0] == 3
    assert picture.pixels.std() > 0.05


def test_unknown_sample_names_the_nearest() -> None:
    with pytest.raises(PinxitError, match="did you mean rocket"):
        pictures.sample("rokcet")


def test_expand(tmp_path: Path) -> None:
    for name in ("b.png", "a.JPG", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in pictures.expand([str(tmp_path)])] == ["a.JPG", "b.png"]
    assert [path.name for path in pictures.expand([str(tmp_path / "*.png"), str(tmp_path / "b.png")])] == ["b.png"]
    assert pictures.expand(["no-such.png"]) == [Path("no-such.png")], "the reader says what is wrong with it"
    (tmp_path / "empty").mkdir()
    for nothing in ("empty", "*.gif"):
        with pytest.raises(PinxitError):
            pictures.expand([str(tmp_path / nothing)])
