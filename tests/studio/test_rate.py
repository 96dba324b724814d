"""Buckets of tokens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pinxit.studio.rate import Buckets


@given(st.lists(st.floats(0, 3), max_size=60), st.floats(0.1, 10), st.integers(1, 8))
def test_nobody_gets_more_than_burst_and_rate(pauses: list[float], rate: float, burst: int) -> None:
    clock = 0.0
    buckets = Buckets(rate, burst, lambda: clock)
    taken = 0
    for pause in pauses:
        clock += pause
        taken += buckets.take("one") == 0
        assert taken <= burst + rate * clock + 1e-6


def test_who_waits_as_long_as_told_comes_in() -> None:
    clock = 0.0
    buckets = Buckets(0.5, 2, lambda: clock)
    assert [buckets.take("one") for _ in range(2)] == [0, 0]
    wait = buckets.take("one")
    assert 1.9 < wait <= 2
    assert buckets.take("another") == 0
    clock += wait
    assert buckets.take("one") == 0


def test_strangers_without_number_cost_little() -> None:
    buckets = Buckets(1, 1)
    for number in range(10_000):
        buckets.take(str(number))
    assert len(buckets._left) <= 4096
