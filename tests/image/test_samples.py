from __future__ import annotations

import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError


@pytest.mark.parametrize("name", pictures.sample_names())
def test_samples(name: str) -> None:
    picture = pictures.sample(name)
    assert picture.pixels.shape[0] == 3
    assert picture.pixels.std() > 0.05


def test_unknown_sample_names_the_nearest() -> None:
    with pytest.raises(PinxitError, match="did you mean rocket"):
        pictures.sample("rokcet")
