"""Detail of each size, on real pictures."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.image import Picture, resize
from pinxit.texture.laplacian_pyramid import (
    MAX_OCTAVES,
    apply_changes,
    interpolate_changes,
    match_octaves,
    mix_octaves,
    octaves_of,
)


def test_with_its_own_octaves_or_no_strength_a_picture_stays_as_it_is(cat: Picture, coffee: Picture) -> None:
    np.testing.assert_allclose(match_octaves(cat.pixels, octaves_of(cat.pixels), 1)[0], cat.pixels, atol=1e-4)
    np.testing.assert_allclose(match_octaves(cat.pixels, octaves_of(coffee.pixels), 0)[0], cat.pixels, atol=1e-4)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (15, 300), (17, 33), (65, 1)])
def test_any_size_and_few_octaves_of_a_small_one(cat: Picture, coffee: Picture, height: int, width: int) -> None:
    small = resize(cat, height, width).pixels
    assert len(octaves_of(small)) < MAX_OCTAVES
    lively, _ = match_octaves(small, octaves_of(coffee.pixels), 1)
    assert lively.shape == small.shape
    assert np.isfinite(lively).all()


def test_what_was_done_to_one_picture_is_done_to_others(cat: Picture, coffee: Picture) -> None:
    lively, how = match_octaves(cat.pixels, octaves_of(coffee.pixels), 1)
    _, half = match_octaves(cat.pixels, octaves_of(coffee.pixels), 0.5)
    np.testing.assert_array_equal(apply_changes(cat.pixels, how), lively)
    other = cat.pixels[:, ::-1].copy()
    assert not np.array_equal(apply_changes(other, how), match_octaves(other, octaves_of(coffee.pixels), 0.5)[0])
    np.testing.assert_allclose(
        apply_changes(other, interpolate_changes(half, how, 1)), apply_changes(other, how), atol=1e-5
    )
    np.testing.assert_array_equal(apply_changes(other, interpolate_changes(half, how, 0)), apply_changes(other, half))


def test_octaves_mix(cat: Picture, coffee: Picture) -> None:
    one, other = octaves_of(cat.pixels), octaves_of(coffee.pixels)
    mixed = mix_octaves([one, other], [0.25, 0.75])[0]
    np.testing.assert_allclose(mixed.covariance, 0.25 * one[0].covariance + 0.75 * other[0].covariance)
    np.testing.assert_allclose(mixed.shape, 0.25 * one[0].shape + 0.75 * other[0].shape, rtol=1e-5)


def test_octaves_get_the_histograms_of_others(cat: Picture, coffee: Picture) -> None:
    wanted = octaves_of(coffee.pixels)
    lively, _ = match_octaves(cat.pixels, wanted, 1)
    before, after = (
        np.mean([np.abs(own.shape - one.shape).mean() for own, one in zip(octaves_of(pixels), wanted, strict=True)])
        for pixels in (cat.pixels, lively)
    )
    assert after < 0.6 * before
