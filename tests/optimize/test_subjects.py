"""How much a face counts."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.faces import Face
from pinxit.optimize.subjects import FACE, FEATURES, SMALL, subjects


def face(height: float) -> Face:
    """A face in the middle, its height a share of the picture's, with its landmarks on an ellipse."""
    angle = np.linspace(0, 2 * np.pi, 68, endpoint=False)
    points = np.stack([0.5 + 0.3 * height * np.cos(angle), 0.5 + 0.4 * height * np.sin(angle)], axis=1)
    return Face(
        (0.5 - height / 2, 0.5 - height / 2, 0.5 + height / 2, 0.5 + height / 2), points.astype(np.float32), 0.9
    )


def test_no_face_needs_no_care() -> None:
    assert subjects([], 64, 64) is None


@pytest.mark.parametrize("side", [100, 400])
def test_care_falls_with_the_height_of_a_face(side: int) -> None:
    """Strokes do not grow with faces, so that a tall one stays recognisable with less."""
    found = subjects([face(0.8)], side, side)
    assert found is not None
    care = min(1.0, SMALL / (0.8 * side))
    assert found.content.shape == found.place.shape == (1, 1, side, side)
    assert float(found.place.max()) == pytest.approx(care, rel=0.02)
    assert care * FACE < float(found.content.max()) <= care * FEATURES + 1e-4
    assert float(found.content[..., 0, 0]) == 0


def test_faces_beside_each_other_do_not_add_up() -> None:
    once, twice = subjects([face(0.5)], 64, 64), subjects([face(0.5), face(0.5)], 64, 64)
    assert once is not None
    assert twice is not None
    assert np.array_equal(once.content, twice.content)
