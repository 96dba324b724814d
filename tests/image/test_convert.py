from __future__ import annotations

from typing import Any

import numpy as np
import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinxit import image as pictures
from pinxit.errors import PinxitError


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
