"""Networks show no grid of their enlargements: not in gradients, photographs or flat art, at any strength."""

from __future__ import annotations

import numpy as np
import pytest

import pinxit
from pinxit.image import Picture, fit, sample
from pinxit.image.picture import Pixels
from pinxit.network.training.flat_art import draw_flat_art
from tests.network.grid_energy import grid_energy

MOST = 1.5  # photographs have up to 1.3


def gradient() -> Picture:
    rows, columns = np.mgrid[:240, :320] / 320
    return Picture(np.stack([columns, (rows + columns) / 2, 1 - rows]).astype(np.float32))


PICTURES = {"gradient": gradient(), "photograph": fit(sample("cat"), 320), "flat art": draw_flat_art(320, 9)}


@pytest.mark.parametrize("what", PICTURES)
@pytest.mark.parametrize("style", ["house:swirl", "house:woodcut"])
@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_no_grid_is_painted(what: str, style: str, strength: float) -> None:
    *_, last = pinxit.prepare(PICTURES[what], style, preset="instant", size=320, strength=strength).paint()
    assert grid_energy(last.picture().pixels) <= MOST


def test_the_detector_sees_a_grid_and_no_photograph() -> None:
    photograph = fit(sample("cat"), 320).pixels

    def with_grid(period: int) -> Pixels:
        lines = 0.03 * (np.arange(photograph.shape[2]) % period == 0)
        return np.asarray(photograph + lines, np.float32)

    assert grid_energy(photograph) < 1.3
    assert min(grid_energy(with_grid(period)) for period in (2, 4, 8)) > 3
