"""Quilting: a new picture from pieces of others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from pinxit.texture.quilting import _blurred, quilt


@pytest.mark.parametrize("border", ["reflect", "nearest"])
def test_blurring_by_a_matrix_is_a_gaussian_filter(border: str) -> None:
    planes = np.random.default_rng(0).random((3, 48, 48), np.float32)
    expected = gaussian_filter(planes, (0, 8.0, 8.0), mode=border)
    np.testing.assert_allclose(_blurred(planes, 8.0, border), expected, atol=1e-6)  # type: ignore[arg-type]


def test_a_quilt_has_the_size_asked_for_and_says_how_far_it_is() -> None:
    shares: list[float] = []
    source = np.random.default_rng(1).random((3, 40, 40), np.float32)
    made = quilt([source], [1.0], 48, 64, on_progress=shares.append)
    assert made.shape == (3, 48, 64)
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] < 1
    np.testing.assert_array_equal(made, quilt([source], [1.0], 48, 64))
