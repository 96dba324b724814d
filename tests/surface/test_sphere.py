"""Directions and pictures of the sphere: what is seen in a direction must not depend on the picture it stands in."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.surface import projection
from pinxit.surface.sphere import FACES, Directions, of_face, of_panorama, of_view, on_face, on_panorama
from pinxit.surface.sphere_seams import cube_edges, date_line, poles


def waves(directions: Directions, fineness: float = 4.0) -> Pixels:
    """A smooth picture on the whole sphere, without seam or pole."""
    x, y, z = np.moveaxis(directions / np.linalg.norm(directions, axis=-1, keepdims=True), -1, 0)
    planes = [np.sin(fineness * (2 * x + y)), np.sin(fineness * (y - 1.5 * z)), np.sin(fineness * (x + y + z) + 1)]
    return np.asarray(0.5 + 0.4 * np.stack(planes), np.float32)


class TestDirections:
    def test_the_middle_of_a_panorama_is_ahead_and_a_quarter_further_is_right(self) -> None:
        directions = of_panorama(64)
        assert np.allclose(directions[15:17, 31:33].mean((0, 1)), FACES["pz"].ahead, atol=0.01)
        assert np.allclose(directions[15:17, 47:49].mean((0, 1)), FACES["px"].ahead, atol=0.01)

    @pytest.mark.parametrize("name", FACES)
    def test_faces_turn_as_those_of_opengl(self, name: str) -> None:
        face = FACES[name]
        # In a left-handed space, as engines have it, what is right is up × ahead.
        assert tuple(np.cross(face.up, face.ahead)) == face.right

    def test_panorama_there_and_back(self) -> None:
        across, down = on_panorama(of_panorama(32))
        assert np.allclose(across[0] * 32, np.arange(32) + 0.5, atol=1e-3)
        assert np.allclose(down[:, 0] * 16, np.arange(16) + 0.5, atol=1e-3)

    @pytest.mark.parametrize("face", FACES.values())
    def test_face_there_and_back(self, face: object) -> None:
        columns, rows = on_face(face, of_face(face, 16, 4))  # type: ignore[arg-type]
        wanted = (np.arange(-4, 20) + 0.5) / 8 - 1
        assert np.allclose(columns, wanted[None], atol=1e-4)
        assert np.allclose(rows, wanted[:, None], atol=1e-4)

    def test_a_stroke_covers_about_the_same_everywhere_on_an_equi_angular_face(self) -> None:
        def areas(directions: Directions) -> Pixels:
            unit = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
            across, down = np.diff(unit[:-1], axis=1), np.diff(unit[:, :-1], axis=0)
            return np.asarray(np.linalg.norm(np.cross(across, down), axis=-1), np.float32)

        ours, usual = areas(of_face(FACES["pz"], 64)), areas(of_view(FACES["pz"], 64))
        assert ours.max() / ours.min() < 1.45
        assert usual.max() / usual.min() > 4.5


class TestLooking:
    def test_from_panorama_to_faces_to_panorama(self) -> None:
        seen = projection.as_panorama(waves, 256)
        strip = projection.as_strip(projection.panorama(Picture(seen), 256), 64, 8)
        views = np.stack(np.split(strip, 6, 1))
        again = projection.as_panorama(projection.views(views, 8, 2), 256)
        assert np.abs(again - seen).max() < 0.01

    def test_from_cube_to_panorama(self) -> None:
        sides = {name: Picture(pixels) for name, pixels in projection.as_cube(waves, 128).items()}
        again = projection.as_panorama(projection.cube(sides, 256), 256)
        assert np.abs(again - projection.as_panorama(waves, 256)).max() < 0.02

    def test_shrinking_leaves_nothing_to_alias(self) -> None:
        stripes = np.zeros((3, 256, 512), np.float32)
        stripes[:, :, ::2] = 1
        seen = projection.as_panorama(projection.panorama(Picture(stripes), 64), 64)
        assert np.abs(seen[:, 8:-8] - 0.5).max() < 0.05

    def test_shrinking_goes_on_beyond_the_date_line_and_over_the_poles(self) -> None:
        small = projection.shrunk_panorama(projection.as_panorama(waves, 512), 128)
        assert np.abs(small - projection.as_panorama(waves, 128)).max() < 0.01


class TestSeams:
    def test_a_picture_on_the_sphere_has_none(self) -> None:
        fine = projection.as_panorama(lambda directions: waves(directions, 12), 256)
        edges = cube_edges(projection.as_cube(lambda directions: waves(directions, 12), 64))
        assert len(edges) == 12
        assert max(edges.values()) < 1.2
        assert date_line(fine) < 1.2
        assert all(0.8 < isotropy < 1.25 for _, isotropy in poles(fine).values())

    def test_a_side_painted_apart_is_found_at_its_four_edges(self) -> None:
        sides = projection.as_cube(lambda directions: waves(directions, 12), 64)
        sides["py"] = 1 - sides["py"]
        found = {edge for edge, step in cube_edges(sides).items() if step > 1.5}
        assert found == {edge for edge in cube_edges(sides) if "py" in edge}

    def test_a_picture_that_ends_at_the_date_line_is_found(self) -> None:
        slope = np.broadcast_to(np.linspace(0, 1, 256, dtype=np.float32), (3, 128, 256))
        assert date_line(slope) > 100

    def test_what_is_as_wide_everywhere_on_a_panorama_is_pinched_at_the_poles(self) -> None:
        generator = np.random.default_rng(0)
        flat = generator.random((3, 32, 64), dtype=np.float32).repeat(4, 1).repeat(4, 2)
        for change, isotropy in poles(flat).values():
            assert change > 2
            assert isotropy > 1.5
