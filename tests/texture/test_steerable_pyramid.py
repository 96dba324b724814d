"""Detail of each size and direction, on real pictures."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.image import Picture, resize
from pinxit.texture.steerable_pyramid import (
    BANDS,
    DIRECTIONS,
    OCTAVES,
    apply_maps,
    band_covariances,
    band_masks,
    frequencies,
    match_bands,
    mix_covariances,
)


def test_the_bands_are_shares_of_what_there_is() -> None:
    whole = band_masks(*frequencies((120, 211))).sum(0)
    down, right = frequencies((120, 211))
    assert whole.min() >= 0
    assert whole.max() <= 1 + 1e-5
    # All but what is broader than the coarsest octave is in them.
    detail = np.hypot(down, right) > 0.5 ** (OCTAVES + 0.5)
    np.testing.assert_allclose(whole[detail], 1, atol=1e-5)


@pytest.mark.parametrize("turn", range(DIRECTIONS))
def test_a_band_knows_its_direction_and_size(turn: int) -> None:
    down, right = np.indices((128, 128))
    angle = np.pi * turn / DIRECTIONS
    waves = np.cos(2 * np.pi * 2**-2.5 * (right * np.cos(angle) + down * np.sin(angle))) / 4
    found = band_covariances(np.broadcast_to(0.5 + waves, (3, 128, 128)).astype(np.float32))
    lively = np.trace(found, axis1=1, axis2=2)
    # Waves of 5.7 px lie in the middle of the second octave.
    assert int(lively.argmax()) == DIRECTIONS + turn
    assert np.sort(lively)[-2] < 0.1 * lively.max()


def test_a_picture_takes_on_the_directions_of_another_and_stays_where_it_is(cat: Picture, coffee: Picture) -> None:
    wanted = band_covariances(coffee.pixels)
    lively, _ = match_bands(cat.pixels, wanted, 1)
    before, after = (
        np.abs(np.log(np.trace(band_covariances(pixels), axis1=1, axis2=2) / np.trace(wanted, axis1=1, axis2=2)))
        for pixels in (cat.pixels, lively)
    )
    assert after.mean() < 0.5 * before.mean()
    assert np.corrcoef(lively.ravel(), cat.pixels.ravel())[0, 1] > 0.8
    assert abs(lively.mean() - cat.pixels.mean()) < 0.01


def test_with_its_own_directions_or_no_strength_a_picture_stays_as_it_is(cat: Picture, coffee: Picture) -> None:
    np.testing.assert_allclose(match_bands(cat.pixels, band_covariances(cat.pixels), 1)[0], cat.pixels, atol=1e-4)
    np.testing.assert_allclose(match_bands(cat.pixels, band_covariances(coffee.pixels), 0)[0], cat.pixels, atol=1e-4)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (15, 300), (17, 33), (65, 1)])
def test_any_size(cat: Picture, coffee: Picture, height: int, width: int) -> None:
    small = resize(cat, height, width).pixels
    lively, _ = match_bands(small, band_covariances(coffee.pixels), 1)
    assert lively.shape == small.shape
    assert np.isfinite(lively).all()


def test_what_was_done_to_one_picture_is_done_to_others(cat: Picture, coffee: Picture) -> None:
    lively, maps = match_bands(cat.pixels, band_covariances(coffee.pixels), 1)
    np.testing.assert_array_equal(apply_maps(cat.pixels, maps), lively)
    # What is done does not depend on where it is done: a mirror image is treated as one, up and down.
    turned = maps.reshape(OCTAVES, DIRECTIONS, 3, 3)[:, [0, 3, 2, 1]].reshape(BANDS, 3, 3)
    np.testing.assert_allclose(apply_maps(cat.pixels[:, ::-1], turned), lively[:, ::-1], atol=1e-3)


def test_directions_mix(cat: Picture, coffee: Picture) -> None:
    one, other = band_covariances(cat.pixels), band_covariances(coffee.pixels)
    np.testing.assert_allclose(mix_covariances([one, other], [0.25, 0.75]), 0.25 * one + 0.75 * other)
