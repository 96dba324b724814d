"""Steadiness: what moves with the picture costs nothing, flicker and blur are seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.encoder.open import open_encoder
from pinxit.encoder.vgg import Encoder
from pinxit.metrics.steadiness import perceptual_distance, sharpness, warping_error

PHOTO = pictures.to_array(pictures.fit(pictures.sample("cat"), 96), np.uint8)
EVERYWHERE = np.ones(PHOTO.shape[:2], np.float32)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return open_encoder("vgg16", device="cpu")[0]


def test_the_same_picture_is_steady(encoder: Encoder) -> None:
    assert warping_error(PHOTO, PHOTO, EVERYWHERE) == 0
    assert perceptual_distance(encoder, PHOTO, PHOTO, EVERYWHERE) == pytest.approx(0, abs=1e-5)


def test_other_strokes_count_more_than_another_brightness(encoder: Encoder) -> None:
    noise = np.random.default_rng(0).normal(0, 12, PHOTO.shape)
    rough = (PHOTO + noise).clip(0, 255).astype(np.uint8)
    brighter = np.where(PHOTO < 240, PHOTO + 12, PHOTO).astype(np.uint8)
    assert warping_error(PHOTO, rough, EVERYWHERE) < 1.2 * warping_error(PHOTO, brighter, EVERYWHERE)
    apart = [perceptual_distance(encoder, PHOTO, other, EVERYWHERE) for other in (rough, brighter)]
    assert apart[0] > 2 * apart[1] > 0


def test_what_the_mask_leaves_out_does_not_count(encoder: Encoder) -> None:
    other, mask = PHOTO.copy(), EVERYWHERE.copy()
    other[:40, :40], mask[:40, :40] = 255 - PHOTO[:40, :40], 0
    assert warping_error(PHOTO, other, mask) == 0
    assert perceptual_distance(encoder, PHOTO, other, mask) == pytest.approx(0, abs=1e-5)
    assert perceptual_distance(encoder, PHOTO, other, EVERYWHERE) > 0.02


def test_blur_takes_sharpness() -> None:
    blurred = np.asarray(cv2.GaussianBlur(PHOTO, (0, 0), 1.5), np.uint8)
    assert sharpness(blurred) < 0.5 * sharpness(PHOTO)
