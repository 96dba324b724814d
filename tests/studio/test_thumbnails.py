"""The thumbnails that come with the package show the house styles as they are drawn today."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from pinxit import styles
from pinxit.image import sample_names
from pinxit.image.picture import Pixels
from pinxit.studio import thumbnails


def pixels(webp: bytes) -> Pixels:
    """Return a picture's pixels, `(H, W, 3)`, 0 to 255."""
    return np.asarray(PIL.Image.open(io.BytesIO(webp)).convert("RGB"), np.float32)


_SLOW = pytest.mark.slow(reason="draws sixteen styles")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=_SLOW if number > 1 else ()) for number, name in enumerate(styles.names())]
)
def test_it_is_the_style_as_it_is_drawn(name: str) -> None:
    shipped, drawn = pixels(thumbnails.thumbnail(f"house:{name}")), pixels(thumbnails.draw(name))
    assert shipped.shape == drawn.shape == (256, 256, 3)
    assert np.abs(shipped - drawn).mean() < 2, "draw them again: python -m pinxit.studio.thumbnails"


def test_there_is_none_of_a_style_that_is_gone() -> None:
    assert {path.stem for path in thumbnails.FOLDER.iterdir()} == set(styles.names())


@pytest.mark.parametrize("name", sample_names())
def test_samples_have_thumbnails(name: str) -> None:
    assert max(pixels(thumbnails.thumbnail(f"sample:{name}")).shape) == 256
