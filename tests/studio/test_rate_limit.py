"""How many requests a client may send, and what it gets for one too many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinxit.studio.rate_limit import TokenBuckets
from tests.studio.studio_process import StudioProcess, run_studio


@given(st.lists(st.floats(0, 3), max_size=60), st.floats(0.1, 10), st.integers(1, 8))
def test_no_client_gets_more_than_burst_and_rate(pauses: list[float], rate: float, burst: int) -> None:
    clock = 0.0
    buckets = TokenBuckets(rate, burst, lambda: clock)
    taken = 0
    for pause in pauses:
        clock += pause
        taken += buckets.take("one") == 0
        assert taken <= burst + rate * clock + 1e-6


def test_a_client_that_waits_as_long_as_asked_gets_a_token() -> None:
    clock = 0.0
    buckets = TokenBuckets(0.5, 2, lambda: clock)
    assert [buckets.take("one") for _ in range(2)] == [0, 0]
    wait = buckets.take("one")
    assert 1.9 < wait <= 2
    assert buckets.take("another") == 0
    clock += wait
    assert buckets.take("one") == 0


def test_any_number_of_clients_takes_little_memory() -> None:
    buckets = TokenBuckets(1, 1)
    for number in range(10_000):
        buckets.take(str(number))
    assert len(buckets._buckets) <= 4096


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    limits = {"requests": 5.0, "requests_burst": 40, "heavy": 0.5, "heavy_burst": 3}
    with run_studio(tmp_path_factory.mktemp("strict") / "home", limits=limits, lean=True) as it:
        yield it


def _statuses(ask: Callable[[], httpx2.Response], count: int) -> list[httpx2.Response]:
    with ThreadPoolExecutor(16) as pool:
        return [future.result() for future in [pool.submit(ask) for _ in range(count)]]


def test_too_many_requests_are_refused_with_the_time_to_try_again(strict: StudioProcess) -> None:
    with strict.client() as client:
        answers = [client.post("/api/v1/preview", json={}) for _ in range(6)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 1 <= len(refused) <= 3
        assert all(1 <= int(answer.headers["retry-after"]) <= 3 for answer in refused)
        assert refused[0].json()["error"]["code"] == "too_many_requests"
        assert client.get("/api/v1/jobs").status_code == 200, "other requests are not limited as much"
        answers = _statuses(lambda: client.get("/healthz"), 80)
        assert {answer.status_code for answer in answers} == {200, 429}
    other = httpx2.HTTPTransport(local_address="127.0.0.77")
    with httpx2.Client(base_url=strict.address, transport=other) as stranger:
        assert stranger.get("/healthz").status_code == 200, "other clients are not limited"


def test_two_hundred_at_once_are_all_answered(client: httpx2.Client, studio: StudioProcess) -> None:
    client.get("/api/v1/results")
    before = studio.memory_bytes()
    with ThreadPoolExecutor(50) as pool:
        answers = [
            future.result()
            for future in [
                pool.submit(client.get, f"/api/v1/{('jobs', 'results', 'styles', '')[number % 4]}")
                for number in range(200)
            ]
        ]
    assert {answer.status_code for answer in answers} == {200}
    assert studio.memory_bytes() - before < 40 * 2**20
