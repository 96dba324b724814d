"""Calls that wait for workers: so many, and no more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.studio.studio_process import run_studio


@pytest.mark.slow(reason="starts a studio and draws styles in it")
def test_requests_beyond_those_that_may_wait_are_refused(tmp_path: Path) -> None:
    limits = {"heavy": 1000.0, "heavy_burst": 1000, "waiting": 2}
    with (
        run_studio(tmp_path / "home", limits=limits, lean=True) as studio,
        studio.client(limits=httpx2.Limits(max_connections=30)) as client,
    ):
        names = ["batik", "cutout", "facets", "glass", "goldleaf", "halftone", "impasto", "ink", "marbling", "mosaic"]
        with ThreadPoolExecutor(len(names)) as pool:
            answers = list(
                pool.map(lambda name: client.get(f"/api/v1/styles/house:{name}/picture", params={"side": 512}), names)
            )
        assert {answer.status_code for answer in answers} == {200, 429}
        assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 429)
