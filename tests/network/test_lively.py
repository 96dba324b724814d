"""What is done with a network's painting, on real pictures."""

from __future__ import annotations

import numpy as np

from pinxit.network.lively import detail_of
from pinxit.picture import Picture
from pinxit.picture.directions import directions_of, steer
from pinxit.picture.octaves import liven, octaves_of


def test_a_picture_takes_on_the_octaves_of_another_and_stays_where_it_is(cat: Picture, coffee: Picture) -> None:
    faint = (0.5 + 0.3 * (cat.pixels - 0.5)).astype(np.float32)
    wanted = octaves_of(coffee.pixels)
    directed, _ = steer(faint, directions_of(coffee.pixels), 1)
    lively, _ = liven(directed, wanted, 1)
    before, after = (
        [
            abs(np.trace(own.covariance) / np.trace(one.covariance) - 1)
            for own, one in zip(octaves_of(pixels), wanted, strict=False)
        ]
        for pixels in (faint, lively)
    )
    assert all(near < far for near, far in zip(after, before, strict=True))
    assert np.mean(after) < 0.5 * np.mean(before)
    assert np.corrcoef(lively.ravel(), cat.pixels.ravel())[0, 1] > 0.8


def test_strokes_are_not_made_of_nothing() -> None:
    noise = np.random.default_rng(0).normal(0.5, 1e-3, (3, 128, 128)).astype(np.float32)
    wanted = detail_of(np.random.default_rng(1).random((3, 128, 128), np.float32))
    directed, _ = steer(noise, wanted.directions, 1)
    lively, _ = liven(directed, wanted.octaves, 1)
    # The noise of a style of which every pixel is another is 290 times as lively.
    assert 1e-3 < lively.std() < 0.006
