"""Lines are distinguished from texture."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.image.picture import Pixels
from pinxit.texture.lines import line_map

RANDOM = np.random.default_rng(0)
INNER = slice(16, -16)


def in_colors(plane: object) -> Pixels:
    return np.broadcast_to(np.asarray(plane, np.float32), (3, 96, 96))


@pytest.mark.parametrize("turned", [0, 30, 45, 90])
def test_stripes_in_every_direction_are_lines(turned: int) -> None:
    down, across = np.mgrid[:96, :96]
    along = across * np.cos(np.radians(turned)) + down * np.sin(np.radians(turned))
    found = line_map(in_colors(0.5 + 0.3 * np.sin(along)))
    assert found[INNER, INNER].min() > 0.95


def test_noise_is_texture() -> None:
    assert line_map(in_colors(RANDOM.random((96, 96))))[INNER, INNER].mean() < 0.1


def test_an_edge_is_a_line_and_what_is_flat_is_not() -> None:
    found = line_map(in_colors(np.arange(96) >= 48))
    assert found[48, 44:52].min() > 0.95
    assert found[:, :16].max() == 0
    assert line_map(in_colors(0.5 + 1e-4 * RANDOM.random((96, 96)))).max() < 0.05, "nor is what cannot be seen"
