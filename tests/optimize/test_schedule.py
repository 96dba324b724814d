from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinxit.optimize import schedule
from pinxit.optimize.schedule import SMALLEST_SIDE, Clock, Scale, scales
from tests.clock import ManualClock


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


@pytest.fixture
def manual(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    clock = ManualClock()
    monkeypatch.setattr(schedule, "time", clock)
    return clock


def test_budget_is_shared_by_the_work_to_be_done(manual: ManualClock) -> None:
    plan = (Scale(10, 10, 10), Scale(20, 20, 10))
    clock = Clock(plan, budget=0.5)
    clock.enter(0)
    assert not clock.expired
    manual.pass_seconds(0.09)  # the first scale has a fifth of the work and so of the time: 0.1 s
    assert not clock.expired
    manual.pass_seconds(0.02)
    assert clock.expired
    clock.enter(1)
    manual.pass_seconds(0.38)
    assert not clock.expired
    manual.pass_seconds(0.02)
    assert clock.expired


def test_without_a_budget_nothing_expires() -> None:
    clock = Clock((Scale(10, 10, 10),), budget=None)
    clock.enter(0)
    assert not clock.expired


def test_time_left_follows_the_pixels(manual: ManualClock) -> None:
    plan = (Scale(10, 10, 10), Scale(20, 20, 10))
    clock = Clock(plan, budget=None)
    clock.enter(0)
    assert clock.seconds_left(0, 0) == 0, "there is no estimate before the first iteration"
    manual.pass_seconds(3.0)
    clock.tick(plan[0])
    assert clock.seconds_left(0, 1) == math.inf, "the first iteration says nothing about the others"
    manual.pass_seconds(0.45)
    for _ in range(9):
        clock.tick(plan[0])
    # What is left costs four times what is done.
    assert clock.seconds_left(0, 10) == pytest.approx(2.0)
    # Half of the first scale and all of the second.
    assert clock.seconds_left(0, 5) == pytest.approx(2.25)
    assert clock.seconds_left(1, 10) == 0


def test_time_left_is_within_the_budget(manual: ManualClock) -> None:
    clock = Clock((Scale(10, 10, 10),), budget=0.8)
    manual.pass_seconds(0.5)
    clock.tick(Scale(10, 10, 10))
    assert clock.seconds_left(0, 1) == pytest.approx(0.3)
    manual.pass_seconds(0.5)
    assert clock.seconds_left(0, 1) == 0


def test_a_resumed_clock_goes_on(manual: ManualClock) -> None:
    plan = (Scale(10, 10, 10), Scale(20, 20, 10))
    clock = Clock(plan, budget=None)
    clock.resume(2.0, (10, 5))
    manual.pass_seconds(1.0)
    assert clock.seconds == pytest.approx(3.0)
    # 3,000 pixels took 3 s; 2,000 are left.
    assert clock.seconds_left(1, 5) == pytest.approx(2.0)


def test_a_clock_goes_on_from_the_middle_of_a_plan(manual: ManualClock) -> None:
    clock = Clock((Scale(10, 10, 10), Scale(20, 20, 10)), budget=None)
    clock.resume(2.0, (5,))
    # 500 pixels took 2 s; 500 and 4,000 are left.
    assert clock.seconds_left(0, 5) == pytest.approx(18.0)


def test_the_budget_of_a_scale_grows_with_its_iterations(manual: ManualClock) -> None:
    """Ten times ten pixels and five times twenty pixels are a third and two thirds of 0.3 s."""
    clock = Clock((Scale(10, 10, 10), Scale(20, 20, 5)), budget=0.3)
    clock.enter(0)
    manual.pass_seconds(0.09)
    assert not clock.expired
    manual.pass_seconds(0.02)
    assert clock.expired


def test_what_was_done_adds_up(manual: ManualClock) -> None:
    plan = (Scale(10, 10, 10),)
    clock = Clock(plan, budget=None)
    for _ in range(2):
        clock.tick(plan[0])
    clock.resume(1.0, (2,))
    manual.pass_seconds(1.0)
    # Four of ten iterations in 2 s.
    assert clock.seconds_left(0, 4) == pytest.approx(3.0)
