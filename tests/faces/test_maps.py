"""Maps are 1 on what they are of, 0 elsewhere, and smooth between."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from pinxit.faces import Face, face_map, feature_map, find
from pinxit.image import sample

SIDE = 512
# px of the astronaut, x and y, read off by eye.
EYES, BROWS, NOSE, MOUTH = [(203, 101), (247, 103)], [(202, 91), (249, 93)], [(224, 127)], [(224, 146), (206, 144)]
CHEEKS, FOREHEAD, CHIN = [(193, 125), (257, 125)], [(224, 82)], [(224, 172)]
ELSEWHERE = [(120, 130), (330, 130), (224, 30), (224, 260), (5, 5), (506, 506)]


@pytest.fixture(scope="module")
def faces() -> list[Face]:
    return find(sample("astronaut"))


def values(of: np.ndarray, points: list[tuple[int, int]]) -> list[float]:
    return [float(of[y, x]) for x, y in points]


def test_the_face_is_all_of_it(faces: list[Face]) -> None:
    whole = face_map(faces, SIDE, SIDE)
    assert whole.shape == (SIDE, SIDE)
    assert whole.dtype == np.float32
    assert min(values(whole, [*EYES, *BROWS, *NOSE, *MOUTH, *CHEEKS])) == 1
    assert min(values(whole, [*FOREHEAD, *CHIN])) > 0.9
    assert max(values(whole, ELSEWHERE)) == 0


def test_features_are_eyes_brows_nose_and_mouth(faces: list[Face]) -> None:
    features = feature_map(faces, SIDE, SIDE)
    assert min(values(features, [*EYES, *BROWS, *NOSE, *MOUTH])) > 0.9
    assert max(values(features, [*CHEEKS, *CHIN, *FOREHEAD, *ELSEWHERE])) < 0.1
    assert (features <= face_map(faces, SIDE, SIDE) + 1e-6).mean() > 0.999


@pytest.mark.parametrize("of", [face_map, feature_map])
def test_ramps_are_smooth_and_in_range(of: type, faces: list[Face]) -> None:
    whole = of(faces, SIDE, SIDE)
    assert (whole.min(), whole.max()) == (0, 1)
    assert max(np.abs(np.diff(whole, axis=axis)).max() for axis in (0, 1)) < 0.35
    assert ((whole > 0.05) & (whole < 0.95)).any()


def test_maps_hold_at_every_size(faces: list[Face]) -> None:
    large, small = face_map(faces, 1024, 1024), face_map(faces, 256, 256)
    means = large.reshape(256, 4, 256, 4).mean((1, 3))
    assert np.abs(means - small).max() < 0.1


def test_a_turned_face_has_a_turned_map(faces: list[Face]) -> None:
    """A quarter turn of the points is one of the map: (x, y) goes to (1 - y, x)."""
    (face,) = faces
    left, top, right, bottom = face.box
    points = np.stack([1 - face.landmarks[:, 1], face.landmarks[:, 0]], 1)
    turned = dataclasses.replace(face, box=(1 - bottom, left, 1 - top, right), landmarks=points)
    for of in (face_map, feature_map):
        assert np.abs(np.rot90(of([face], SIDE, SIDE), -1) - of([turned], SIDE, SIDE)).max() < 1e-3


def test_no_faces_no_weight() -> None:
    assert not face_map([], 7, 5).any()
    assert feature_map([], 7, 5).shape == (7, 5)


def test_a_face_beyond_the_border_or_without_extent_breaks_nothing(faces: list[Face]) -> None:
    (face,) = faces
    beyond = dataclasses.replace(face, landmarks=face.landmarks + 3, box=(3.3, 3.1, 3.6, 3.4))
    point = dataclasses.replace(face, landmarks=np.full((68, 2), 0.5, np.float32))
    assert not face_map([beyond], 64, 64).any()
    for of in (face_map, feature_map):
        whole = of([point], 64, 64)
        assert np.isfinite(whole).all()
        assert whole[0, 0] == 0
