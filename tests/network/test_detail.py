"""Detail transfer on real pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pinxit.image import Picture
from pinxit.network.detail import FINE, KEPT_IN_LINES, KEPT_IN_TEXTURE, detail_of, keep_detail
from pinxit.texture.laplacian_pyramid import match_octaves, octaves_of
from pinxit.texture.steerable_pyramid import band_covariances, match_bands


def test_a_picture_takes_on_the_octaves_of_another_and_stays_where_it_is(cat: Picture, coffee: Picture) -> None:
    faint = (0.5 + 0.3 * (cat.pixels - 0.5)).astype(np.float32)
    wanted = octaves_of(coffee.pixels)
    directed, _ = match_bands(faint, band_covariances(coffee.pixels), 1)
    restored, _ = match_octaves(directed, wanted, 1)
    before, after = (
        [
            abs(np.trace(own.covariance) / np.trace(one.covariance) - 1)
            for own, one in zip(octaves_of(pixels), wanted, strict=False)
        ]
        for pixels in (faint, restored)
    )
    assert all(near < far for near, far in zip(after, before, strict=True))
    assert np.mean(after) < 0.5 * np.mean(before)
    assert np.corrcoef(restored.ravel(), cat.pixels.ravel())[0, 1] > 0.8


def test_strokes_are_not_made_of_nothing() -> None:
    noise = np.random.default_rng(0).normal(0.5, 1e-3, (3, 128, 128)).astype(np.float32)
    wanted = detail_of(np.random.default_rng(1).random((3, 128, 128), np.float32))
    directed, _ = match_bands(noise, wanted.directions, 1)
    restored, _ = match_octaves(directed, wanted.octaves, 1)
    # The style is white noise, with 290 times the standard deviation.
    assert 1e-3 < restored.std() < 0.006


@pytest.mark.parametrize(("shown", "share"), [("lines", KEPT_IN_LINES), ("texture", KEPT_IN_TEXTURE)])
def test_the_photographs_finest_detail_is_kept_and_its_large_forms_are_not(shown: str, share: float) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (1, 96, 96 if shown == "texture" else 1)).astype(np.float32)
    ramp = np.linspace(0.2, 0.8, 96, dtype=np.float32)[:, None]
    photograph = np.broadcast_to(ramp + noise, (3, 96, 96))
    strokes = np.full_like(photograph, 0.5)
    kept = keep_detail(strokes, photograph) - 0.5
    fine = photograph - np.stack([cv2.GaussianBlur(plane, (0, 0), FINE) for plane in photograph])
    inner = (slice(None), slice(12, -12), slice(12, -12))  # borders are extended otherwise
    found = float((kept * fine)[inner].sum() / (fine**2)[inner].sum())
    assert found == pytest.approx(share, abs=0.03)
    assert float(np.abs(kept.mean((1, 2))).max()) < 0.01
