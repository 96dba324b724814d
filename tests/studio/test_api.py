"""What the API says of itself, and that it holds to it whatever it is asked."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error

from pinxit.picture.presets import PRESETS
from pinxit.picture.recipe import Settings
from tests.studio.servers import Running

# Jobs that are really painted would be all that this test does.
_LARGE = re.compile(r"^/api/v1/(events|live/model|preview)$")


def test_it_says_what_it_is(client: httpx2.Client) -> None:
    about = client.get("/api/v1/").json()
    assert {"stylize", "video", "train", "live"} <= set(about["works"])
    assert [preset["name"] for preset in about["presets"]] == list(PRESETS)
    assert about["limits"]["upload_bytes"] > 0
    form = client.get("/api/v1/schema").json()
    assert set(form["settings"]["properties"]) == set(Settings.model_fields)
    assert all("group" in one for one in form["settings"]["properties"].values())
    assert form["presets"]["draft"]["size"] == 256


def test_styles_and_samples_have_pictures(client: httpx2.Client) -> None:
    for path, known in (("/api/v1/styles", "house:swirl"), ("/api/v1/samples", "sample:cat")):
        choices = {one["name"]: one for one in client.get(path).json()}
        picture = client.get(choices[known]["thumbnail"])
        assert picture.status_code == 200, picture.text
        assert picture.headers["content-type"] == "image/webp"
        assert "immutable" in picture.headers["cache-control"]


def test_the_reference_needs_no_other_host(client: httpx2.Client) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/api/v1/jobs/{id}" in page.text
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.text)
    assert "<script" not in page.text


def test_metrics_tell_requests_jobs_and_painting(client: httpx2.Client) -> None:
    client.get("/api/v1/jobs/1f0c7a52-0000-4000-8000-000000000000")
    text = client.get("/metrics").text
    assert 'pinxit_http_requests_total{method="GET",route="/api/v1/jobs/{id}",status="404"}' in text
    assert 'pinxit_jobs{state="queued"}' in text
    assert "pinxit_queue_length" in text
    assert "pinxit_painting_seconds" in text
    assert "1f0c7a52" not in text


def test_a_preview_is_there(client: httpx2.Client) -> None:
    body = {"work": "stylize", "content": {"name": "sample:cat"}, "styles": [{"name": "house:ink"}]}
    answer = client.post("/api/v1/preview", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/webp"


def test_the_page_gets_a_network_for_its_camera(client: httpx2.Client) -> None:
    import onnx

    answer = client.post("/api/v1/live/model", json={"styles": [{"name": "house:ink"}], "size": 160})
    assert answer.status_code == 200, answer.text
    onnx.checker.check_model(onnx.load_model_from_string(answer.content))


@pytest.mark.slow
def test_whatever_is_asked_is_answered(studio: Running) -> None:
    """Schemathesis: requests made of the schema and against it; nothing but 2xx and 4xx comes back."""
    document = httpx2.get(f"{studio.address}/openapi.json").json()
    asked = 0
    for path, methods in document["paths"].items():
        if _LARGE.match(path):
            continue
        schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document)))
        for method in methods:
            operation = schema[path][method.upper()]

            @hypothesis.settings(
                max_examples=12, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
            )
            @hypothesis.given(case=operation.as_strategy())
            def holds(case: schemathesis.Case[Any]) -> None:
                nonlocal asked
                asked += 1
                answer = case.call(base_url=studio.address)
                case.validate_response(answer, checks=[not_a_server_error])
                assert answer.status_code < 500

            holds()
    assert asked > 100
    for job in httpx2.get(f"{studio.address}/api/v1/jobs", params={"limit": 500}).json():
        if job["state"] in ("queued", "running"):
            httpx2.post(f"{studio.address}/api/v1/jobs/{job['id']}/cancel")
