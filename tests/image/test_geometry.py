"""Pixels moved about: orientations, colours under transparency, the cut of a picture whose borders meet, cropping."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.alpha import bleed
from pinxit.image.channels import from_channels, placed
from pinxit.image.orientation import upright
from pinxit.image.resizer import cover, fitted
from pinxit.image.seam_position import cut_at_calmest
from pinxit.image.wrap import Wrap

# What is stored of the picture [[1, 2, 3], [4, 5, 6]] by each orientation (CIPA DC-008: where row 0 and column 0 are).
STORED = {
    1: [[1, 2, 3], [4, 5, 6]],
    2: [[3, 2, 1], [6, 5, 4]],
    3: [[6, 5, 4], [3, 2, 1]],
    4: [[4, 5, 6], [1, 2, 3]],
    5: [[1, 4], [2, 5], [3, 6]],
    6: [[3, 6], [2, 5], [1, 4]],
    7: [[6, 3], [5, 2], [4, 1]],
    8: [[4, 1], [5, 2], [6, 3]],
    9: [[1, 2, 3], [4, 5, 6]],
}


@pytest.mark.parametrize("orientation", STORED)
def test_every_orientation_is_turned_upright(orientation: int) -> None:
    stored = np.array(STORED[orientation])
    assert upright(stored, orientation).tolist() == STORED[1]
    # Channels stay where they are.
    assert upright(stored[..., None].repeat(3, 2), orientation)[..., 2].tolist() == STORED[1]


class TestBleed:
    def test_hidden_pixels_take_the_colour_of_the_nearest_visible_one(self) -> None:
        pixels = np.zeros((3, 1, 5), np.float32)
        pixels[:, 0, 0], pixels[:, 0, 4] = (1, 0, 0), (0, 0, 1)
        alpha = np.array([[1, 0, 0, 0, 1e-3]], np.float32)
        bled = bleed(pixels, alpha)
        assert bled[:, 0, 1].tolist() == [1, 0, 0]
        assert bled[:, 0, 3].tolist() == [0, 0, 1]
        assert np.array_equal(bled[:, 0, [0, 4]], pixels[:, 0, [0, 4]])
        assert bled.flags.c_contiguous

    @pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
    def test_where_all_or_nothing_is_hidden_nothing_changes(self, alpha: float) -> None:
        pixels = np.random.default_rng(0).random((3, 2, 2), np.float32)
        assert bleed(pixels, np.full((2, 2), alpha, np.float32)) is pixels


class TestCut:
    def test_is_where_neighbours_differ_least(self) -> None:
        pixels = np.random.default_rng(1).random((3, 32, 32), np.float32)
        pixels[:, :, 9] = pixels[:, :, 8]
        pixels[:, 21] = pixels[:, 20]
        pixels[:, 21, 9] = pixels[:, 20, 8] = pixels[:, 20, 9] = pixels[:, 21, 8]
        cut = cut_at_calmest(Picture(pixels), Wrap(rows=True, columns=True)).pixels
        assert np.array_equal(cut, np.roll(pixels, (-21, -9), (1, 2)))
        only = cut_at_calmest(Picture(pixels), Wrap(columns=True)).pixels
        assert np.array_equal(only, np.roll(pixels, -9, 2))
        assert cut_at_calmest(Picture(pixels), Wrap()).pixels is pixels

    def test_of_a_half_drop_repeat_is_the_same_repeat(self) -> None:
        """Three tiles side by side show the same, only beginning elsewhere."""
        wrap = Wrap(rows=True, columns=True, drop=True)
        pixels = np.random.default_rng(2).random((3, 32, 32), np.float32)
        pixels[:, :, 9] = pixels[:, :, 8]
        cut = cut_at_calmest(Picture(pixels), wrap)
        whole = wrap.take(pixels, (slice(0, 64), slice(0, 64)))
        found = wrap.take(cut.pixels, (slice(0, 64), slice(0, 64)))
        places = [
            (row, column)
            for row in range(32)
            for column in range(64)
            if np.array_equal(np.roll(whole, (-row, -column), (1, 2)), found)
        ]
        assert places
        assert all(column % 32 == 9 for _, column in places)

    def test_of_a_half_drop_repeat_is_final(self) -> None:
        """Columns first: rows would not stay the calmest when columns move up and down."""
        wrap = Wrap(rows=True, columns=True, drop=True)
        cut = cut_at_calmest(Picture(np.random.default_rng(5).random((3, 16, 24), np.float32)), wrap)
        assert np.array_equal(cut_at_calmest(cut, wrap).pixels, cut.pixels)


class TestPlaced:
    picture = Picture(
        np.arange(1, 13, dtype=np.float32).reshape(1, 3, 4).repeat(3, 0) / np.float32(12), exif=b"exif", notes=("a",)
    )

    def test_the_canvas_is_the_picture(self) -> None:
        assert placed(self.picture, 0, 0, 4, 3) is self.picture

    @pytest.mark.parametrize(
        ("left", "top", "rows", "columns"), [(1, 2, (2, 5), (1, 5)), (-1, -2, (0, 1), (0, 3)), (3, 4, (4, 6), (3, 6))]
    )
    @pytest.mark.parametrize("opacity", [None, 0.5])
    def test_what_lies_on_the_canvas_is_kept(
        self, left: int, top: int, rows: tuple[int, int], columns: tuple[int, int], opacity: float | None
    ) -> None:
        alpha = None if opacity is None else np.full((3, 4), opacity, np.float32)
        found = placed(Picture(self.picture.pixels, alpha, b"exif", ("a",)), left, top, 6, 6)
        wanted = np.zeros((6, 6), np.float32)
        wanted[slice(*rows), slice(*columns)] = opacity or 1
        assert found.alpha is not None
        assert found.alpha.dtype == found.pixels.dtype == np.float32
        assert np.array_equal(found.alpha, wanted)
        for y, x in np.argwhere(wanted):
            assert found.pixels[:, y, x].tolist() == self.picture.pixels[:, y - top, x - left].tolist()
        # Beside it, the colour goes on invisibly.
        assert set(np.unique(found.pixels)) == set(np.unique(found.pixels[:, wanted > 0]))
        assert (found.exif, found.notes) == (b"exif", ("a",))

    def test_beside_the_canvas_nothing_is_left(self) -> None:
        for left, top in ((6, 0), (0, 6), (-4, 0), (0, -3), (6, 6)):
            found = placed(self.picture, left, top, 6, 6)
            assert found.alpha is not None
            assert not found.alpha.any()

    @pytest.mark.parametrize("alpha", [None, np.ones((3, 4), np.float32)])
    def test_a_canvas_that_is_covered_is_opaque(self, alpha: np.ndarray[Any, Any] | None) -> None:
        found = placed(replace(self.picture, alpha=alpha), -1, -1, 2, 2)
        assert found.alpha is None
        assert np.array_equal(found.pixels, self.picture.pixels[:, 1:, 1:3])
        assert (found.exif, found.notes) == (b"exif", ("a",))


class TestSizes:
    @pytest.mark.parametrize(
        ("height", "width", "longer", "expected"),
        [(300, 400, 100, (75, 100)), (400, 300, 100, (100, 75)), (1, 1000, 10, (1, 10)), (1000, 1, 10, (10, 1))],
    )
    def test_fitted(self, height: int, width: int, longer: int, expected: tuple[int, int]) -> None:
        assert fitted(height, width, longer) == expected

    def test_cover_crops_about_the_middle(self) -> None:
        ramp = np.tile(np.linspace(0, 1, 8, dtype=np.float32), (3, 4, 1))
        alpha = np.tile(np.linspace(0.25, 1, 8, dtype=np.float32), (4, 1))
        covered = cover(Picture(ramp, alpha), 4, 4)
        assert np.array_equal(covered.pixels, ramp[..., 2:6])
        assert covered.alpha is not None
        assert np.array_equal(covered.alpha, alpha[:, 2:6])
        tall = cover(Picture(ramp.transpose(0, 2, 1).copy()), 4, 4)
        assert np.array_equal(tall.pixels, ramp.transpose(0, 2, 1)[:, 2:6])
        assert tall.alpha is None
        assert cover(Picture(ramp), 8, 8).pixels.shape == (3, 8, 8)

    def test_cover_keeps_the_proportions(self) -> None:
        """A square of a wide picture is its middle part at twice the size."""
        ramp = np.tile(np.linspace(0, 1, 24, dtype=np.float32), (3, 8, 1))
        large = pictures.resize(Picture(ramp), 16, 48)
        assert np.array_equal(cover(Picture(ramp), 16, 16).pixels, large.pixels[:, :, 16:32])
        turned = Picture(np.ascontiguousarray(ramp.transpose(0, 2, 1)))
        assert np.array_equal(cover(turned, 16, 16).pixels, cover(Picture(ramp), 16, 16).pixels.transpose(0, 2, 1))

    def test_a_transparent_edge_shows_neither_ghosts_nor_foreign_colours(self) -> None:
        """A red square on hidden green: whatever shows, shows red."""
        pixels = np.zeros((3, 32, 32), np.float32)
        pixels[1] = 1
        pixels[:, 8:24, 8:24] = np.array([1, 0, 0], np.float32)[:, None, None]
        alpha = np.zeros((32, 32), np.float32)
        alpha[8:24, 8:24] = 1
        small = pictures.resize(Picture(pixels, alpha), 13, 13)
        assert small.alpha is not None
        edge = (small.alpha > 1e-3) & (small.alpha < 1 - 1e-3)
        assert edge.any()
        assert small.pixels[0][edge].min() > 0.99
        assert small.pixels[1][edge].max() < 0.01
        assert small.alpha.min() == 0
        assert small.alpha[6, 6] == 1

    def test_where_borders_meet_the_filter_goes_on_across_them(self) -> None:
        """A picture resized is one that was rolled first, resized and rolled back."""
        wrap, pixels = Wrap(rows=True, columns=True), np.random.default_rng(3).random((3, 32, 48), np.float32)
        rolled = pictures.resize(Picture(np.roll(pixels, (16, 24), (1, 2))), 16, 24, wrap)
        whole = pictures.resize(Picture(pixels), 16, 24, wrap)
        assert np.abs(np.roll(whole.pixels, (8, 12), (1, 2)) - rolled.pixels).max() < 1e-5


def lanczos(row: np.ndarray[Any, Any], count: int) -> np.ndarray[Any, Any]:
    """Return a row resized by the windowed sinc of three lobes, its equation written out, in double precision."""
    stretch = max(1.0, len(row) / count)
    centers = (np.arange(count) + 0.5) * len(row) / count - 0.5
    distances = (np.arange(len(row)) - centers[:, None]) / stretch
    weights = np.where(np.abs(distances) < 3, np.sinc(distances) * np.sinc(distances / 3), 0)
    resized: np.ndarray[Any, Any] = (weights / weights.sum(1, keepdims=True)) @ row
    return resized


class TestFilter:
    @pytest.mark.parametrize("count", [7, 31])
    def test_is_lanczos_and_stays_in_range(self, count: int) -> None:
        row = np.array([0, 0, 0, 1, 1, 1, 0.5, 0, 1, 0, 0, 1, 1, 1, 1, 0])
        picture = Picture(np.tile(row.astype(np.float32), (3, 4, 1)))
        wanted = lanczos(row, count)
        assert wanted.min() < -0.01
        assert wanted.max() > 1.01
        found = pictures.resize(picture, 4, count).pixels
        assert found[1, 2] == pytest.approx(wanted.clip(0, 1), abs=1e-4)

    def test_of_a_transparent_picture_stays_in_range(self) -> None:
        row = np.array([0, 0, 0, 1, 1, 1, 0.5, 0, 1, 0, 0, 1, 1, 1, 1, 0], np.float32)
        alpha = np.ones((4, 16), np.float32)
        alpha[:, :4] = 0
        found = pictures.resize(Picture(np.tile(row, (3, 4, 1)), alpha), 4, 31)
        assert found.alpha is not None
        # Where all is visible the sharper filter is used.
        wanted = lanczos(row.astype(float), 31).clip(0, 1)
        assert found.pixels[0, 1, 14:] == pytest.approx(wanted[14:], abs=1e-4)
        for values in (found.pixels, found.alpha):
            assert values.min() == 0
            assert values.max() == 1

    def test_what_shines_through_evenly_stays_as_it_is(self) -> None:
        """No rings of more or less opacity around an edge."""
        alpha = np.zeros((9, 9), np.float32)
        alpha[:, 3:6] = 0.5
        found = pictures.resize(Picture(np.ones((3, 9, 9), np.float32), alpha), 9, 90).alpha
        assert found is not None
        assert found.max() == pytest.approx(0.5)
        assert (np.diff(found[4, :45]) >= -1e-6).all()

    def test_what_is_opaque_goes_on_across_borders_that_meet_as_without_alpha(self) -> None:
        wrap, pixels = Wrap(rows=True, columns=True), np.random.default_rng(6).random((3, 16, 24), np.float32)
        opaque = pictures.resize(Picture(pixels, np.ones((16, 24), np.float32)), 40, 60, wrap)
        assert np.abs(opaque.pixels - pictures.resize(Picture(pixels), 40, 60, wrap).pixels).max() < 1e-5

    def test_of_a_transparent_picture_goes_on_across_borders_that_meet(self) -> None:
        wrap, random = Wrap(rows=True, columns=True), np.random.default_rng(4)
        pixels, alpha = random.random((3, 32, 48), np.float32), random.random((32, 48), np.float32)
        whole = pictures.resize(Picture(pixels, alpha), 16, 24, wrap)
        turned = Picture(np.roll(pixels, (16, 24), (1, 2)), np.roll(alpha, (16, 24), (0, 1)))
        rolled = pictures.resize(turned, 16, 24, wrap)
        assert whole.alpha is not None
        assert rolled.alpha is not None
        assert np.abs(np.roll(whole.alpha, (8, 12), (0, 1)) - rolled.alpha).max() < 1e-5
        assert np.abs(np.roll(whole.pixels, (8, 12), (1, 2)) - rolled.pixels).max() < 1e-4


class TestChannels:
    def test_pixels_lie_one_after_the_other_in_single_precision(self) -> None:
        for dtype in (np.uint8, np.uint16, np.float64):
            pixels = from_channels(np.zeros((3, 4, 3), dtype)).pixels
            assert pixels.dtype == np.float32
            assert pixels.flags.c_contiguous

    def test_values_beyond_black_and_white_are_clipped_in_whole_numbers(self) -> None:
        picture = Picture(np.array([-0.5, 0.5, 1.5], np.float32).reshape(3, 1, 1))
        assert pictures.to_array(picture)[0, 0].tolist() == [0, 128, 255]
        floats = pictures.to_array(picture, np.float64)
        assert floats.dtype == np.float64
        assert floats.flags.c_contiguous

    @pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535), (np.float32, 1)])
    def test_every_number_of_channels(self, dtype: type, white: int) -> None:
        values = np.array([[[0.2, 0.4, 0.6, 0.8]]]) * white
        array: np.ndarray[Any, Any] = values.astype(dtype)
        share = array.astype(np.float64) / white
        grey, soft, color, clear = (from_channels(array[..., :count]) for count in (1, 2, 3, 4))
        assert grey.alpha is color.alpha is None
        assert grey.pixels[:, 0, 0] == pytest.approx([share[0, 0, 0]] * 3)
        assert soft.alpha is not None
        assert float(soft.alpha[0, 0]) == pytest.approx(share[0, 0, 1])
        assert soft.pixels[:, 0, 0] == pytest.approx([share[0, 0, 0]] * 3)
        assert color.pixels[:, 0, 0] == pytest.approx(share[0, 0, :3])
        assert clear.alpha is not None
        assert float(clear.alpha[0, 0]) == pytest.approx(share[0, 0, 3])

    def test_what_is_opaque_everywhere_has_no_alpha(self) -> None:
        picture = from_channels(np.full((2, 2, 4), 255, np.uint8), b"exif", ("a note",))
        assert (picture.alpha, picture.exif, picture.notes) == (None, b"exif", ("a note",))

    @pytest.mark.parametrize(
        ("value", "is_accepted"), [(1 + 5e-7, True), (1 + 3e-6, False), (-5e-7, True), (-3e-6, False)]
    )
    def test_rounding_beyond_black_and_white_is_forgiven(self, value: float, is_accepted: bool) -> None:
        array = np.full((1, 1, 3), 0.5)
        array[0, 0, 0] = value
        if is_accepted:
            assert pictures.from_array(array).pixels[0, 0, 0] == round(value)
        else:
            with pytest.raises(PinxitError, match="give values from 0 to 1"):
                pictures.from_array(array)

    def test_arrays_of_whole_numbers_are_rounded(self) -> None:
        picture = Picture(np.full((3, 1, 1), 0.25, np.float32))
        assert pictures.to_array(picture)[0, 0].tolist() == [64] * 3
        assert pictures.to_array(picture, np.uint16)[0, 0].tolist() == [16384] * 3
        assert pictures.to_array(picture, np.float64)[0, 0].tolist() == [0.25] * 3
