"""A mask found from marks: the marked thing and nothing else, or a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.design.garment_mask import find_garment
from pinxit.errors import PinxitError
from pinxit.image import Picture


@pytest.fixture(scope="module")
def photo() -> Picture:
    """Two shaded red squares on a grey wall with noise."""
    rng = np.random.default_rng(3)
    pixels = np.full((3, 120, 200), 0.55, np.float32)
    shade = np.linspace(0.5, 1, 60, dtype=np.float32)[:, None]
    for left in (20, 120):
        pixels[:, 30:90, left : left + 60] = np.array([0.8, 0.15, 0.1], np.float32)[:, None, None] * shade
    return Picture((pixels + rng.normal(0, 0.01, pixels.shape).astype(np.float32)).clip(0, 1))


def test_one_mark_finds_what_it_lies_on_and_not_what_only_looks_like_it(photo: Picture) -> None:
    marks = np.zeros((120, 200), np.float32)
    marks[55:60, 40:60] = 1
    mask = find_garment(photo, marks)
    assert mask[34:86, 24:76].min() > 0.9
    assert mask[:, 90:].max() == 0
    assert mask[:25].max() == 0
    np.testing.assert_array_equal(mask, find_garment(photo, marks))


def test_a_stroke_that_slips_over_the_border_does_not_take_the_wall_along(photo: Picture) -> None:
    marks = np.zeros((120, 200), np.float32)
    marks[55:60, 40:86] = 1
    mask = find_garment(photo, marks)
    assert mask[34:86, 24:76].min() > 0.9
    assert mask[55:60, 80:86].min() == 1  # what was painted by hand
    assert mask[:25].max() == 0
    assert mask[:, 95:].max() == 0


def test_a_mark_beside_it_stays_inside(photo: Picture) -> None:
    marks = np.zeros((120, 200), np.float32)
    marks[55:60, 40:60] = marks[5:10, 150:180] = 1
    assert find_garment(photo, marks)[5:10, 150:180].min() == 1


@pytest.mark.parametrize(("value", "words"), [(0, "nothing is marked"), (1, "everything is marked")])
def test_marks_that_say_nothing_are_refused(photo: Picture, value: int, words: str) -> None:
    with pytest.raises(PinxitError, match=words):
        find_garment(photo, np.full((120, 200), value, np.float32))
