"""Optical flow, consistency masks, warping and temporal blending, on exactly known motion."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from pinxit.video.flow_consistency import consistency_mask
from pinxit.video.optical_flow import DenseInverseSearch, Field, pixel_grid
from pinxit.video.temporal_blend import Motion, TemporalBlender, estimate_motion
from pinxit.video.warp import Warp
from tests.video.clips import OTHER, PHOTO, pan


@pytest.mark.parametrize("longest", [400, 64])
def test_flow_finds_a_known_motion(longest: int) -> None:
    first, second = pan(2, 120, 160)
    field = DenseInverseSearch(longest)(first, second)
    # The camera moves right and down, so what it sees moves left and up.
    assert np.median(field[20:-20, 20:-20].reshape(-1, 2), axis=0) == pytest.approx([-1.5, -0.5], abs=0.25)


def test_warping_by_a_whole_pixel_is_exact() -> None:
    frame = PHOTO[:40, :60]
    there = np.full((40, 60, 2), (1.0, 0.0), np.float32)
    assert np.array_equal(Warp(40, 60)(frame, there)[:, :-1], frame[:, 1:])


def shifts(height: int, width: int, x: float, y: float = 0.0) -> Field:
    return np.full((height, width, 2), (x, y), np.float32)


class TestConsistencyMask:
    """Ruder et al. (2016), equations 5 and 6."""

    def test_a_motion_that_comes_back_is_reliable(self) -> None:
        mask = consistency_mask(shifts(30, 40, 3), shifts(30, 40, -3), 40)
        assert mask[:, 5:34].min() == 1
        # Places beyond the border were not visible.
        assert mask[:, 37:].max() == 0

    def test_a_motion_that_does_not_come_back_is_unreliable(self) -> None:
        assert consistency_mask(shifts(30, 40, 3), shifts(30, 40, -1.5), 40).max() == 0

    def test_small_disagreement_is_allowed(self) -> None:
        # |0.6|² < 0.01 (|w|² + |ŵ|²) + 0.5
        assert consistency_mask(shifts(30, 40, 3), shifts(30, 40, -2.4), 40)[:, 5:30].min() == 1

    def test_motion_boundaries_are_unreliable(self) -> None:
        back, forth = shifts(30, 40, 0), shifts(30, 40, 0)
        back[:, 20:], forth[:, 20:] = 0.4, -0.4
        mask = consistency_mask(back, forth, 40)
        assert mask[:, 19:21].max() == 0
        assert mask[:, 5:15].min() == 1

    def test_units_are_pixels_of_the_frames(self) -> None:
        """A disagreement of 0.6 px at a quarter of the resolution is one of 2.4 px."""
        assert consistency_mask(shifts(30, 40, 3), shifts(30, 40, -2.4), 40)[:, 5:30].min() == 1
        assert consistency_mask(shifts(30, 40, 12), shifts(30, 40, -9), 160).max() == 0


class TestTemporalBlender:
    def test_uncovered_places_take_the_fresh_painting(self) -> None:
        before, fresh = PHOTO[:60, :80], OTHER[:60, :80]
        motion = estimate_motion(lambda first, second: shifts(60, 80, 20 if first is fresh else -20), before, fresh)
        result = TemporalBlender(60, 80)(fresh, before, motion)
        # Nearer to the border, its coarse colours are shifted to those of what is kept.
        assert np.abs(result[:, 72:].astype(int) - fresh[:, 72:]).mean() < 3
        warped = before[:, 30:70].astype(int)
        assert np.abs(result[:, 10:50] - warped).mean() < np.abs(fresh[:, 10:50] - warped).mean() / 2

    def test_a_scene_that_grows_dark_has_no_patches_where_the_flow_fails(self) -> None:
        before, fresh = (np.full((60, 80, 3), level, np.uint8) for level in (140, 100))
        mask = np.ones((60, 80), np.float32)
        mask[20:32, 30:42] = 0
        motion = Motion(np.zeros((60, 80, 2), np.float32), mask)
        result = TemporalBlender(60, 80)(fresh, before, motion)
        assert np.ptp(result) < 8  # of the 30 levels that are kept elsewhere
        assert 122 < result.mean() < 132

    def test_restores_the_detail_that_blending_removes(self) -> None:
        """Ten noisy paintings of one frame, blended, are as sharp as one."""
        chance = np.random.default_rng(0)
        still = PHOTO[:60, :80].astype(np.float32)
        paintings = [(still + chance.normal(0, 12, still.shape)).clip(0, 255).astype(np.uint8) for _ in range(10)]
        motion = estimate_motion(
            lambda first, _: np.zeros((*first.shape[:2], 2), np.float32), paintings[0], paintings[0]
        )
        blender, result = TemporalBlender(60, 80), paintings[0]
        for fresh in paintings[1:]:
            result = blender(fresh, result, motion)
        rough = [float(np.abs(np.diff(frame.astype(int), axis=1)).mean()) for frame in (result, paintings[-1])]
        assert rough[0] > 0.75 * rough[1]


def test_grid_is_columns_then_rows() -> None:
    assert pixel_grid(2, 3)[1, 2].tolist() == [2, 1]


def test_several_threads_may_ask_at_once() -> None:
    sizes = [(96, 128), (180, 320), (64, 64), (120, 300)]
    rng = np.random.default_rng(0)
    pairs = [tuple(rng.integers(0, 256, (2, height, width, 3), np.uint8)) for height, width in sizes]
    alone = [DenseInverseSearch()(first, second) for first, second in pairs]
    shared = DenseInverseSearch()
    with ThreadPoolExecutor(len(pairs)) as pool:
        for _ in range(8):
            together = list(pool.map(lambda pair: shared(*pair), pairs))
            for found, expected in zip(together, alone, strict=True):
                np.testing.assert_array_equal(found, expected)
