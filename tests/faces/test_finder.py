"""Faces are found where they are, and nowhere else. The right places were read off the photographs by eye."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from pinxit.faces import Face, find, find_again
from pinxit.faces.face import JAW, NOSE_TIP
from pinxit.faces.weights import SHIPPED
from pinxit.image import Picture, fit, read, sample

DATA = Path(__file__).parents[3] / "shared" / "data"
# px of the 512-px astronaut, x and y.
EYES = np.array([[203, 101], [247, 103]])
MOUTH = np.array([224, 146])
NOSE = np.array([224, 128])
CHIN = np.array([224, 178])
# By their numbers: ends of the jaw's line, eyes' outer and inner corners, mouth's corners.
POINTS = {
    0: (181, 100),
    16: (270, 105),
    36: (192, 100),
    39: (213, 102),
    42: (236, 104),
    45: (259, 104),
    48: (202, 140),
    54: (246, 139),
}


@pytest.fixture(scope="module")
def astronaut() -> Picture:
    return sample("astronaut")


@pytest.fixture(scope="module")
def face(astronaut: Picture) -> Face:
    (face,) = find(astronaut)
    return face


def mirrored(picture: Picture) -> Picture:
    return dataclasses.replace(picture, pixels=np.ascontiguousarray(picture.pixels[:, :, ::-1]))


def test_eyes_mouth_nose_and_chin_are_where_they_are(face: Face) -> None:
    assert np.abs(face.eyes_at(512, 512) - EYES).max() < 3
    assert np.abs(face.mouth_at(512, 512) - MOUTH).max() < 3
    points = face.landmarks_at(512, 512)
    assert points.shape == (68, 2)
    assert np.abs(points[NOSE_TIP].mean(0) - NOSE).max() < 4
    assert np.abs(points[JAW][8] - CHIN).max() < 5


def test_each_point_has_its_number(face: Face) -> None:
    points = face.landmarks_at(512, 512)
    assert {number: np.abs(points[number] - right).max() < 7 for number, right in POINTS.items()} == dict.fromkeys(
        POINTS, True
    )


def test_the_box_goes_round_the_face(face: Face) -> None:
    left, top, right, bottom = (512 * side for side in face.box)
    assert np.abs(np.array([left + right, top + bottom]) / 2 - [223, 132]).max() < 6
    # From ear to ear there are 97 px, from the hair to the chin 95.
    assert 95 < right - left < 140
    assert 85 < bottom - top < 125
    assert 0.8 < face.score <= 1


def test_a_mirror_image_has_the_mirrored_face(astronaut: Picture, face: Face) -> None:
    (other,) = find(mirrored(astronaut))
    assert np.abs(other.eyes_at(512, 512)[::-1] - (face.eyes_at(512, 512) * [-1, 1] + [512, 0])).max() < 1.5
    assert other.box[0] == pytest.approx(1 - face.box[2], abs=0.006)
    assert other.box[2] == pytest.approx(1 - face.box[0], abs=0.006)


@pytest.mark.parametrize("size", [128, 256, 1024, 1600])
def test_every_size_of_a_picture_has_the_same_face(astronaut: Picture, face: Face, size: int) -> None:
    (other,) = find(fit(astronaut, size))
    assert np.abs(other.eyes_at(512, 512) - face.eyes_at(512, 512)).max() < 1.5
    assert np.abs(other.mouth_at(512, 512) - face.mouth_at(512, 512)).max() < 2.5
    assert np.abs(np.array(other.box) - face.box).max() < 0.015


def test_it_follows_a_face_that_moves(astronaut: Picture, face: Face) -> None:
    moved = dataclasses.replace(astronaut, pixels=np.ascontiguousarray(np.roll(astronaut.pixels, (60, 90), (1, 2))))
    (other,) = find(moved)
    assert np.abs(other.eyes_at(512, 512) - face.eyes_at(512, 512) - [90, 60]).max() < 2


def test_several_faces_are_found_once_each(astronaut: Picture) -> None:
    both = Picture(np.concatenate([astronaut.pixels, mirrored(astronaut).pixels], 2))
    faces = find(both)
    centres = sorted(float(face.eyes_at(512, 1024)[:, 0].mean()) for face in faces)
    assert centres == pytest.approx([225, 1024 - 225], abs=4)


def test_a_face_cut_by_the_border_is_found(astronaut: Picture) -> None:
    cut = Picture(np.ascontiguousarray(astronaut.pixels[:, 95:, 175:]))
    (face,) = find(cut)
    assert np.abs(face.mouth_at(cut.height, cut.width) - (MOUTH - [175, 95])).max() < 6


def test_it_is_deterministic(astronaut: Picture, face: Face) -> None:
    (again,) = find(astronaut)
    assert (again.box, again.score) == (face.box, face.score)
    assert (again.landmarks == face.landmarks).all()


@pytest.mark.parametrize("name", ["cat", "coffee", "coins", "hubble", "motorcycle", "rocket"])
def test_what_is_no_face_is_none(name: str) -> None:
    assert find(sample(name)) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (16, 16), (400, 300)])
@pytest.mark.parametrize("grey", [0, 0.5, 1])
def test_flat_and_tiny_pictures_have_no_faces(size: tuple[int, int], grey: float) -> None:
    assert find(Picture(np.full((3, *size), grey, np.float32))) == []


def test_noise_has_no_faces() -> None:
    assert find(Picture(np.random.default_rng(0).random((3, 300, 400), dtype=np.float32))) == []


def test_a_face_is_found_again_in_another_version_only(astronaut: Picture, face: Face) -> None:
    lightness = np.broadcast_to(astronaut.pixels.mean(0), (3, 512, 512))
    again = find_again(fit(Picture(np.ascontiguousarray(np.round(lightness * 3) / 3)), 300), face)
    assert again is not None
    assert np.abs(again.eyes_at(512, 512) - EYES).max() < 6
    assert find_again(sample("cat"), face) is None
    assert find_again(Picture(np.zeros((3, 1, 1), np.float32)), face) is None


def test_the_shipped_file_is_small_and_holds_8_bits_a_number() -> None:
    assert SHIPPED.stat().st_size < 350_000
    with safe_open(SHIPPED, framework="np") as file:
        assert {file.get_tensor(name).dtype for name in file.keys()} == {np.dtype(np.uint8)}  # noqa: SIM118


@pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")
@pytest.mark.parametrize(
    ("name", "faces"),
    [
        ("content/portrait_very_dark.jpg", 1),
        ("content/portrait_woman_afro.jpg", 1),
        ("content/clothing_woman_dress_blue.jpg", 1),
        ("content/nn_c3.jpg", 2),
        ("content/building_colosseum.jpg", 0),
        ("content/nn_c4.jpg", 0),
        ("style/leonardo_mona_lisa_1506.jpg", 1),
        ("style/vermeer_girl_pearl_earring_1665.jpg", 1),
        ("style/frida_kahlo.jpg", 1),
    ],
)
def test_photographs_and_paintings(name: str, faces: int) -> None:
    assert len(find(read(DATA / name))) == faces
