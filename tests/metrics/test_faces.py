"""Faces before and after: found again or not, and by how much eyes and mouths moved."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pinxit.image import Picture, fit, sample
from pinxit.metrics.faces import face_agreement


@pytest.fixture(scope="module")
def astronaut() -> Picture:
    return fit(sample("astronaut"), 400)


def test_a_picture_agrees_with_itself(astronaut: Picture) -> None:
    agreement = face_agreement(astronaut, astronaut)
    assert (agreement.faces, agreement.found) == (1, 1)
    assert agreement.eyes == pytest.approx(0, abs=0.03)
    assert agreement.mouth == pytest.approx(0, abs=0.03)


def test_displacements_are_shares_of_the_distance_between_the_eyes(astronaut: Picture) -> None:
    """At 400 px the eyes are 34 px apart: 7 px are a fifth of that."""
    moved = dataclasses.replace(astronaut, pixels=np.ascontiguousarray(np.roll(astronaut.pixels, 7, 2)))
    agreement = face_agreement(moved, astronaut)
    assert agreement.found == 1
    assert agreement.eyes == pytest.approx(0.205, abs=0.04)
    assert agreement.mouth == pytest.approx(0.205, abs=0.04)


def test_sizes_may_differ(astronaut: Picture) -> None:
    agreement = face_agreement(fit(astronaut, 300), astronaut)
    assert agreement.found == 1
    assert agreement.eyes is not None
    assert agreement.eyes < 0.04


def test_a_face_painted_over_is_not_found(astronaut: Picture) -> None:
    pixels = astronaut.pixels.copy()
    pixels[:, 50:160, 110:240] = 0.5
    agreement = face_agreement(astronaut.with_pixels(pixels), astronaut)
    assert (agreement.faces, agreement.found, agreement.eyes, agreement.mouth) == (1, 0, None, None)


def test_half_of_two_faces(astronaut: Picture) -> None:
    both = np.concatenate([astronaut.pixels, astronaut.pixels], 2)
    after = both.copy()
    after[:, 50:160, 110:240] = 0.5
    assert face_agreement(Picture(after), Picture(both)).found == 0.5


def test_without_faces_there_is_nothing_to_say() -> None:
    coffee = fit(sample("coffee"), 300)
    agreement = face_agreement(coffee, coffee)
    assert (agreement.faces, agreement.found, agreement.eyes, agreement.mouth) == (0, None, None, None)
