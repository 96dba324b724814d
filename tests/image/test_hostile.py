"""Every odd and malformed file that lies beside the checkout gives a right picture or one sentence; none a traceback."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from tests.clock import under_load

DATA = Path(__file__).parents[3] / "shared" / "data"
FILES = sorted([*DATA.glob("hostile/*"), *DATA.glob("exif/*")])
ABSENT = "the folder ../shared/data with hostile files is not beside this checkout"


@pytest.mark.skipif(not FILES, reason=ABSENT)
def test_there_are_many() -> None:
    assert len(FILES) > 150


@pytest.mark.parametrize(
    "path", FILES or [pytest.param(Path(), marks=pytest.mark.skip(reason=ABSENT))], ids=lambda p: p.name
)
def test_gives_a_picture_or_a_sentence(path: Path) -> None:
    start = time.monotonic()
    try:
        picture = pictures.read(path)
    except PinxitError as error:
        sentence = str(error)
        assert path.name in sentence
        assert "\n" not in sentence
        assert sentence.endswith((".", "?"))
    else:
        assert picture.pixels.dtype == np.float32
        assert picture.pixels.flags.c_contiguous
        assert picture.pixels.shape == (3, picture.height, picture.width)
        assert np.isfinite(picture.pixels).all()
        assert picture.pixels.min() >= 0
        assert picture.pixels.max() <= 1
        if picture.alpha is not None:
            assert picture.alpha.shape == (picture.height, picture.width)
            assert 0 <= picture.alpha.min() <= picture.alpha.max() <= 1
    assert time.monotonic() - start < under_load(20)


@pytest.mark.skipif(not FILES, reason=ABSENT)
def test_five_orientations_are_one_landscape() -> None:
    """The numbers written on the rocks differ, the landscape does not."""
    small = [pictures.fit(pictures.read(path), 120).pixels for path in sorted(DATA.glob("exif/landscape_*.jpg"))]
    assert len(small) == 5
    for other in small[1:]:
        assert other.shape == small[0].shape
        assert np.corrcoef(other.ravel(), small[0].ravel())[0, 1] > 0.98


@pytest.mark.skipif(not FILES, reason=ABSENT)
@pytest.mark.parametrize(
    ("name", "color"),
    [
        ("icc__p3.png", (1.0, 0.0, 0.0)),
        ("cmyk__fogra-0-100-100-0.tif", (0.89, 0.03, 0.07)),
    ],
)
def test_known_colours(name: str, color: tuple[float, float, float]) -> None:
    picture = pictures.read(DATA / "hostile" / name)
    assert np.allclose(picture.pixels[:, picture.height // 2, picture.width // 2], color, atol=0.06)
