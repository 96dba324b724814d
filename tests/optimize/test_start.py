"""The canvas that the optimiser starts from."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.image import Picture
from pinxit.optimize.start import in_style_colors
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.texture.color_transfer import colors_of, mix_colors


@pytest.fixture
def grey() -> Picture:
    """Shades about the middle, so that nothing is clipped."""
    return Picture(np.random.default_rng(1).uniform(0.35, 0.65, (3, 40, 60)).astype(np.float32))


def around(color: tuple[float, float, float], seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 0.03, (3, 30, 30))
    return Picture((np.array(color)[:, None, None] + noise).astype(np.float32))


RED, BLUE = around((0.7, 0.3, 0.3), 2), around((0.3, 0.4, 0.7), 3)


def test_has_the_mean_and_the_covariance_of_the_style(grey: Picture) -> None:
    found = colors_of(in_style_colors(grey, JobInputs(grey, (StyleInput(RED),)), 1).pixels)
    wanted = colors_of(RED.pixels)
    assert found.mean == pytest.approx(wanted.mean, abs=1e-4)
    assert found.covariance == pytest.approx(wanted.covariance, abs=1e-5)


def test_several_styles_have_their_shares(grey: Picture) -> None:
    styles = (StyleInput(RED, 1.0), StyleInput(BLUE, 3.0))
    found = colors_of(in_style_colors(grey, JobInputs(grey, styles), 1).pixels)
    wanted = mix_colors([colors_of(RED.pixels), colors_of(BLUE.pixels)], [0.25, 0.75])
    assert found.mean == pytest.approx(wanted.mean, abs=1e-3)


def test_each_region_has_the_colors_of_its_own(grey: Picture) -> None:
    left = np.zeros((40, 60), np.float32)
    left[:, :30] = 1
    styles = (StyleInput(RED, region=left), StyleInput(BLUE))
    pixels = in_style_colors(grey, JobInputs(grey, styles), 1).pixels
    assert pixels[..., :30].mean((1, 2)) == pytest.approx(RED.pixels.mean((1, 2)), abs=0.01)
    assert pixels[..., 30:].mean((1, 2)) == pytest.approx(BLUE.pixels.mean((1, 2)), abs=0.01)


def test_what_is_kept_stays(grey: Picture) -> None:
    keep = np.zeros((40, 60), np.float32)
    keep[:20] = 1
    pixels = in_style_colors(grey, JobInputs(grey, (StyleInput(RED),), keep=keep), 1).pixels
    assert np.array_equal(pixels[:, :20], grey.pixels[:, :20])
    assert np.abs(pixels[:, 20:] - grey.pixels[:, 20:]).mean() > 0.05


def test_only_what_a_mask_means_of_a_style_image_counts(grey: Picture) -> None:
    both = Picture(np.concatenate([RED.pixels, BLUE.pixels], 2))
    mask = np.zeros(both.pixels.shape[1:], np.float32)
    mask[:, 30:] = 1
    found = in_style_colors(grey, JobInputs(grey, (StyleInput(both, mask=mask),)), 1)
    assert found.pixels.mean((1, 2)) == pytest.approx(BLUE.pixels.mean((1, 2)), abs=1e-3)


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_strength_goes_part_of_the_way(grey: Picture, strength: float) -> None:
    found = in_style_colors(grey, JobInputs(grey, (StyleInput(RED),)), strength).pixels.mean((1, 2))
    own, wanted = grey.pixels.mean((1, 2)), RED.pixels.mean((1, 2))
    assert found == pytest.approx(own + strength * (wanted - own), abs=1e-3)
