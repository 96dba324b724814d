"""What stands out in a style image is weakened, and its strokes are not."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit import styles
from pinxit.image.picture import Pixels
from pinxit.texture.motifs import motif_weights, without_motifs


def strokes(height: int, width: int) -> Pixels:
    lines = 0.5 + 0.05 * np.sin(np.arange(width) * 2 * np.pi / 6)
    return np.broadcast_to(lines, (3, height, width)).astype(np.float32)


def signed(scale: int = 1) -> Pixels:
    """Strokes with a signature of hard strokes, as bright as the ground on average."""
    style = strokes(240, 240)
    style[:, 200:216, 160:208] = np.where(np.arange(48) // 2 % 2, 0.95, 0.05)
    return style.repeat(scale, 1).repeat(scale, 2)


def test_a_signature_is_weakened_to_the_strokes_about_it() -> None:
    style = signed()
    plain = without_motifs(style, motif_weights(style))
    inside = np.s_[:, 202:214, 166:202]
    assert style[inside].std() > 0.4
    assert plain[inside].std() < 0.15
    # The rest is as it was.
    assert np.abs(plain - style)[:, :160].max() < 0.01


def test_a_larger_version_is_weakened_as_much() -> None:
    small = without_motifs(signed(), motif_weights(signed()))
    large = without_motifs(signed(2), motif_weights(signed()))
    inside, twice = np.s_[:, 202:214, 166:202], np.s_[:, 404:428, 332:404]
    assert large[twice].std() == pytest.approx(small[inside].std(), rel=0.2)


@pytest.mark.parametrize("size", [(1, 1), (24, 24), (25, 600)])
def test_flat_and_small_style_images_stay_as_they_are(size: tuple[int, int]) -> None:
    flat = np.full((3, *size), 0.4, np.float32)
    np.testing.assert_allclose(without_motifs(flat, motif_weights(flat)), flat, atol=1e-6)


def test_a_style_of_strokes_all_over_keeps_most_of_its_detail() -> None:
    style = styles.draw("swirl", 240).pixels
    assert motif_weights(style).mean() > 0.8
