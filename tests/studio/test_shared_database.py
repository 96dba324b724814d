"""Two studios with homes of their own on one database."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.postgres import Postgres
from tests.studio.api_client import slow_order, small_order, wait_for_progress, wait_for_state
from tests.studio.studio_process import GENEROUS_LIMITS, run_studio


def _jobs(client: httpx2.Client) -> dict[str, Any]:
    return {job["id"]: job for job in client.get("/api/v1/jobs").json()}


@pytest.mark.slow(reason="starts a PostgreSQL and two studios")
def test_two_homes_on_one_database_take_only_their_own_jobs(tmp_path: Path, postgres: Postgres) -> None:
    options = {
        "database": postgres.address(f"two_{uuid.uuid4().hex[:8]}"),
        "jobs": 1,
        "limits": GENEROUS_LIMITS,
        "lean": True,
    }
    shared, long, own = str(uuid.uuid4()), str(uuid.uuid4()), [str(uuid.uuid4()) for _ in range(2)]
    with (
        run_studio(tmp_path / "one", **options) as one,
        run_studio(tmp_path / "two", **options) as two,
        one.client() as first,
        two.client() as second,
    ):
        # The first studio is busy: if the second took its jobs, it would begin them at once.
        first.put(f"/api/v1/jobs/{long}", json={"order": slow_order()}).raise_for_status()
        wait_for_progress(first, long)
        for number, client in enumerate((first, second)):
            for id, seed in ((own[number], 10 + number), (shared, 20 + number)):
                answer = client.put(f"/api/v1/jobs/{id}", json={"order": small_order(seed=seed)})
                assert answer.status_code == 201
        for id in (own[1], shared):
            wait_for_state(second, id, "succeeded")
        assert {id: job["attempts"] for id, job in _jobs(second).items()} == {own[1]: 1, shared: 1}
        assert {id: job["attempts"] for id, job in _jobs(first).items()} == {long: 1, own[0]: 0, shared: 0}
        # Deleting a job of one studio leaves the other's job of the same id.
        assert second.delete(f"/api/v1/jobs/{shared}").status_code == 204
        assert first.post(f"/api/v1/jobs/{long}/cancel").status_code == 200
        for id in (own[0], shared):
            wait_for_state(first, id, "succeeded")
        assert _jobs(first)[shared]["order"]["seed"] == 20
        assert {id: job["attempts"] for id, job in _jobs(second).items()} == {own[1]: 1}
