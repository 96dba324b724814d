"""`pinxit.compare`: the measures of the command line, for programs."""

from __future__ import annotations

import pytest

import pinxit
from pinxit import Picture, PinxitError
from pinxit.image import resize


@pytest.mark.usefixtures("own_cache")
def test_a_copy_of_the_content_image_is_nearest_to_it(cat: Picture) -> None:
    copied, other = pinxit.compare([cat, resize(cat, cat.height // 2, cat.width // 2)], cat, "house:swirl", size=128)
    assert copied.content == pytest.approx(0, abs=1e-4)
    assert copied.edges == pytest.approx(1, abs=1e-3)
    assert other.content < copied.style
    assert copied.patches is None
    assert copied.valid is None


@pytest.mark.usefixtures("own_cache")
def test_a_picture_of_another_shape_is_no_result(cat: Picture) -> None:
    with pytest.raises(PinxitError, match="picture has another shape than the content image"):
        pinxit.compare([resize(cat, 64, 128)], cat, ["house:swirl", "house:mosaic"], size=64)
