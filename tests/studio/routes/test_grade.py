"""Colour grading over HTTP: the preview, and a job whose table grades as its picture does."""

from __future__ import annotations

import httpx2
import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.texture.lookup_table import from_cube
from tests.studio.api_client import put_job, wait_for_state

ORDER = {"work": "grade", "content": {"name": "sample:coffee"}, "styles": [{"name": "house:waves"}]}


@pytest.mark.slow(reason="finds faces in three previews")
def test_a_preview_follows_the_strength(client: httpx2.Client) -> None:
    before = client.get("/api/v1/samples/sample:coffee/picture?side=1024").content
    changes = []
    for strength in (0.0, 0.5, 1.0):
        answer = client.post("/api/v1/grade/preview", json={**ORDER, "strength": strength})
        assert answer.status_code == 200, answer.text
        assert float(answer.headers["X-Seconds"]) > 0
        graded, given = pictures.read(answer.content).pixels, pictures.read(before).pixels
        changes.append(float(np.abs(graded - given).mean()))
    assert changes[0] < 0.01  # as precise as WebP
    assert changes[0] < changes[1] < changes[2]
    assert changes[2] > 0.05
    answer = client.post("/api/v1/grade/preview", json={**ORDER, "strength": 2})
    assert answer.status_code == 422


def test_a_job_makes_the_picture_and_its_table(client: httpx2.Client) -> None:
    job = wait_for_state(client, put_job(client, ORDER)["id"], "succeeded", "failed")
    assert job["state"] == "succeeded", job
    files = {file["role"]: file for file in client.get(f"/api/v1/results/{job['result']}").json()["files"]}
    assert files["lut"]["name"].endswith(".cube")
    content = {role: client.get(f"/api/v1/files/{file['id']}").content for role, file in files.items()}
    table = from_cube(content["lut"], "the table")
    graded = pictures.read(content["picture"])
    expected = table.apply(pictures.sample("coffee").pixels)
    np.testing.assert_allclose(graded.pixels, expected, atol=0.01)
    assert pictures.read(content["original"]).width == graded.width
