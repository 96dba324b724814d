"""How often one may come, and what who comes too often hears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinxit.studio.rate import Buckets
from tests.studio.servers import Running, running


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


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    limits = {"requests": 5.0, "requests_burst": 40, "heavy": 0.5, "heavy_burst": 3}
    with running(tmp_path_factory.mktemp("strict") / "home", limits=limits) as it:
        yield it


def _statuses(ask: Callable[[], httpx2.Response], count: int) -> list[httpx2.Response]:
    with ThreadPoolExecutor(16) as pool:
        return [future.result() for future in [pool.submit(ask) for _ in range(count)]]


def test_who_asks_too_often_is_told_when_to_come_back(strict: Running) -> None:
    with strict.client() as client:
        answers = [client.post("/api/v1/preview", json={}) for _ in range(6)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 1 <= len(refused) <= 3
        assert all(1 <= int(answer.headers["retry-after"]) <= 3 for answer in refused)
        assert refused[0].json()["error"]["code"] == "too_many_requests"
        assert client.get("/api/v1/jobs").status_code == 200, "looking is cheaper"
        answers = _statuses(lambda: client.get("/healthz"), 80)
        assert {answer.status_code for answer in answers} == {200, 429}
    other = httpx2.HTTPTransport(local_address="127.0.0.77")
    with httpx2.Client(base_url=strict.address, transport=other) as stranger:
        assert stranger.get("/healthz").status_code == 200, "others are not to blame"


def test_two_hundred_at_once_are_all_answered(client: httpx2.Client, studio: Running) -> None:
    client.get("/api/v1/results")
    before = studio.bytes_used()
    with ThreadPoolExecutor(50) as pool:
        answers = [
            future.result()
            for future in [
                pool.submit(client.get, f"/api/v1/{('jobs', 'results', 'styles', '')[number % 4]}")
                for number in range(200)
            ]
        ]
    assert {answer.status_code for answer in answers} == {200}
    assert studio.bytes_used() - before < 40 * 2**20


def test_who_waits_too_long_for_a_worker_is_turned_away(tmp_path: Path) -> None:
    limits = {"heavy": 1000.0, "heavy_burst": 1000, "waiting": 2}
    with running(tmp_path / "home", limits=limits) as it, it.client(limits=httpx2.Limits(max_connections=30)) as client:
        names = ["batik", "cutout", "facets", "glass", "goldleaf", "halftone", "impasto", "ink", "marbling", "mosaic"]
        with ThreadPoolExecutor(len(names)) as pool:
            answers = list(
                pool.map(lambda name: client.get(f"/api/v1/styles/house:{name}/picture", params={"side": 1024}), names)
            )
        assert {answer.status_code for answer in answers} == {200, 429}
        assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 429)
