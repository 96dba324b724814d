from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinxit.optimize.schedule import SMALLEST_SIDE, Clock, Scale, scales


def sizes(plan: tuple[Scale, ...]) -> list[tuple[int, int]]:
    return [(scale.height, scale.width) for scale in plan]


def test_doubles_from_the_coarsest() -> None:
    assert sizes(scales(384, 512, 128, (9,))) == [(96, 128), (192, 256), (384, 512)]


def test_one_scale_where_the_coarsest_is_not_smaller() -> None:
    assert sizes(scales(384, 512, 512, (9,))) == [(384, 512)]


def test_narrow_pictures_do_not_get_narrower_than_the_encoder_sees() -> None:
    assert sizes(scales(64, 2048, 128, (9,))) == [(32, 1024), (64, 2048)]


def test_last_iterations_hold_for_all_further_scales() -> None:
    assert [scale.iterations for scale in scales(1024, 1024, 128, (100, 50))] == [100, 50, 50, 50]


@given(
    height=st.integers(SMALLEST_SIDE, 20_000),
    width=st.integers(SMALLEST_SIDE, 20_000),
    coarsest=st.integers(16, 20_000),
)
def test_ends_at_the_result_and_grows_on_the_way(height: int, width: int, coarsest: int) -> None:
    plan = scales(height, width, coarsest, (1,))
    assert sizes(plan)[-1] == (height, width)
    assert all(a.pixels < b.pixels for a, b in itertools.pairwise(plan))
    assert min(plan[0].height, plan[0].width) >= SMALLEST_SIDE


def test_budget_is_shared_by_the_work_to_be_done() -> None:
    plan = (Scale(10, 10, 10), Scale(20, 20, 10))
    clock = Clock(plan, budget=0.5)
    clock.enter(0)
    assert not clock.expired
    time.sleep(0.12)  # the first scale has a fifth of the work and so of the time: 0.1 s
    assert clock.expired
    clock.enter(1)
    assert not clock.expired
    time.sleep(0.4)
    assert clock.expired


def test_without_a_budget_nothing_expires() -> None:
    clock = Clock((Scale(10, 10, 10),), budget=None)
    clock.enter(0)
    assert not clock.expired


def test_time_left_follows_the_pixels() -> None:
    plan = (Scale(10, 10, 10), Scale(20, 20, 10))
    clock = Clock(plan, budget=None)
    clock.enter(0)
    time.sleep(0.05)
    for _ in range(10):
        clock.tick(plan[0])
    # What is left costs four times what is done.
    assert clock.seconds_left(0, 10) == pytest.approx(4 * clock.seconds, rel=0.05)
