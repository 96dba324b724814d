"""OKLab against its published values, there and back, and rotations of hue."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from pinxit.image.colorspaces import (
    colors_to_oklab,
    linear_to_srgb,
    luminance,
    oklab_to_colors,
    oklab_to_linear,
    oklab_to_srgb,
    rotate_hue,
    srgb_to_linear,
    srgb_to_oklab,
)


def test_oklab_of_known_colors() -> None:
    """Red as its author gives it."""
    assert srgb_to_oklab(np.array([1.0, 0, 0])) == pytest.approx([0.62796, 0.22486, 0.12585], abs=1e-4)
    assert srgb_to_oklab(np.array([1.0, 1, 1])) == pytest.approx([1, 0, 0], abs=1e-4)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_oklab_there_and_back(levels: tuple[int, int, int]) -> None:
    color = np.array(levels) / 255
    assert oklab_to_srgb(srgb_to_oklab(color)) == pytest.approx(color, abs=1e-3)


def test_turning_hues_leaves_greys_and_lightness() -> None:
    gray = np.full((3, 4, 4), 0.4, np.float32)
    assert np.allclose(rotate_hue(gray, 120), gray, atol=1e-3)
    dull = np.array([0.5, 0.4, 0.35], np.float32).reshape(3, 1, 1)
    other = rotate_hue(dull, 150)
    assert srgb_to_oklab(other)[0] == pytest.approx(srgb_to_oklab(dull)[0], abs=1e-3)
    assert np.abs(other - dull).max() > 0.03
    assert rotate_hue(dull, 360) is dull


def test_lists_of_colors_are_converted_alike() -> None:
    colors = np.random.default_rng(0).random((100, 3))
    assert np.allclose(oklab_to_colors(colors_to_oklab(colors)), colors, atol=1e-4)
    # Ottosson's table, for white and for sRGB's red.
    assert np.allclose(colors_to_oklab(np.array([1.0, 1, 1])), [1, 0, 0], atol=1e-3)
    assert np.allclose(colors_to_oklab(np.array([1.0, 0, 0])), [0.62796, 0.22486, 0.12585], atol=1e-3)


def test_the_srgb_curve() -> None:
    """IEC 61966-2-1: a straight line below 0.04045, a power above it; half the code is a fifth of the light."""
    encoded = np.array([-0.1, 0, 0.04, 0.5, 1, 1.2])
    light = srgb_to_linear(encoded)
    assert light.dtype == np.float32
    assert light == pytest.approx([-0.1 / 12.92, 0, 0.04 / 12.92, 0.214041, 1, 1.516], abs=1e-3)
    back = linear_to_srgb(np.array([-0.5, 0, 0.003, 0.214041, 1, 1.7]))
    assert back == pytest.approx([0, 0, 0.003 * 12.92, 0.5, 1, 1], abs=1e-5)
    assert back.dtype == np.float64
    assert linear_to_srgb(light).dtype == np.float32


def test_luminance_is_mostly_green() -> None:
    """ITU-R BT.709."""
    primaries = np.eye(3).reshape(3, 1, 3)
    found = luminance(primaries)
    assert found.dtype == np.float32
    assert found[0] == pytest.approx([0.2126, 0.7152, 0.0722])
    assert float(luminance(np.ones((3, 2, 2)))[1, 1]) == pytest.approx(1)


def test_hues_turn_from_red_to_yellow() -> None:
    """By a quarter: what was a becomes b, and what was b becomes -a."""
    color = np.array([0.5, 0.45, 0.42], np.float32).reshape(3, 1, 1)
    light, a, b = srgb_to_oklab(color)[:, 0, 0]
    assert srgb_to_oklab(rotate_hue(color, 90))[:, 0, 0] == pytest.approx([light, -b, a], abs=1e-4)
    assert srgb_to_oklab(rotate_hue(color, -90))[:, 0, 0] == pytest.approx([light, b, -a], abs=1e-4)
    assert rotate_hue(rotate_hue(color, 30), 330) == pytest.approx(color, abs=1e-4)


def test_precisions() -> None:
    lab = srgb_to_oklab(np.full((3, 2), 0.3))
    assert oklab_to_linear(lab).dtype == np.float64
    assert oklab_to_linear(lab.astype(np.float32)).dtype == np.float32
    assert oklab_to_srgb(lab).dtype == np.float32
    assert colors_to_oklab(np.full((2, 3), 0.3)).dtype == np.float32


def test_pictures_of_colors_keep_their_shape() -> None:
    colors = np.random.default_rng(1).random((4, 5, 3))
    found = colors_to_oklab(colors)
    assert found[2, 3] == pytest.approx(srgb_to_oklab(colors[2, 3]), abs=1e-5)
    assert np.allclose(oklab_to_colors(found), colors, atol=1e-4)
