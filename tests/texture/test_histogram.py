"""Histograms given to other values."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.texture.histogram import AXES, MAX_VALUES, PROBABILITIES, match_quantiles, quantiles


def test_values_occur_as_often_as_is_wanted_and_keep_their_order() -> None:
    rng = np.random.default_rng(0)
    soft = rng.normal(0, 0.1, (120, 160, 3)).astype(np.float32)
    hard = rng.laplace(0, 0.1, (90, 200, 3)).astype(np.float32)
    own, wanted = quantiles(soft, np.eye(3, dtype=np.float32)), quantiles(hard, np.eye(3, dtype=np.float32))
    moved = match_quantiles(soft, own, wanted)
    np.testing.assert_allclose(
        np.quantile(moved.reshape(-1, 3), PROBABILITIES[4:-4], axis=0), wanted[4:-4], atol=0.02 * wanted.max()
    )
    for axis in range(3):
        order = np.argsort(soft[..., axis].ravel())
        assert (np.diff(moved[..., axis].ravel()[order]) > -1e-3).all()


def test_with_its_own_histogram_a_picture_stays_as_it_is() -> None:
    values = np.random.default_rng(0).normal(size=(9, 1, 3)).astype(np.float32)
    own = quantiles(values)
    np.testing.assert_array_equal(match_quantiles(values, own, own), values)
    even = np.full((4, 4, 3), 0.25, np.float32)
    np.testing.assert_allclose(match_quantiles(even, quantiles(even), quantiles(even) + 1), even + 1)


def test_few_of_many_values_are_enough() -> None:
    values = np.random.default_rng(0).normal(size=(7 * MAX_VALUES, 1, 3)).astype(np.float32)
    np.testing.assert_allclose(
        quantiles(values)[4:-4], np.quantile(values.reshape(-1, 3) @ AXES.T, PROBABILITIES[4:-4], axis=0), atol=0.06
    )


def test_axes_are_a_turn_of_the_colours() -> None:
    np.testing.assert_allclose(AXES @ AXES.T, np.eye(3), atol=1e-6)
    assert AXES[0] == pytest.approx([3**-0.5] * 3)
