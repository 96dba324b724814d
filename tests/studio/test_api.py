"""The API's description of itself, and that it keeps to it whatever is sent."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

from pinxit.recipe.presets import PRESETS
from pinxit.recipe.recipe import Settings
from pinxit.works import JOBS
from tests.studio.api_client import put_job, small_order, wait_for_state
from tests.studio.studio_process import StudioProcess


def test_it_describes_itself(client: httpx2.Client) -> None:
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


def test_metrics_count_requests_jobs_and_painting(client: httpx2.Client) -> None:
    client.get("/api/v1/jobs/1f0c7a52-0000-4000-8000-000000000000")
    text = client.get("/metrics").text
    assert 'pinxit_http_requests_total{method="GET",route="/api/v1/jobs/{id}",status="404"}' in text
    assert 'pinxit_jobs{state="queued"}' in text
    assert "pinxit_queue_length" in text
    assert "pinxit_painting_seconds" in text
    assert "1f0c7a52" not in text


def test_an_estimate_comes_from_what_was_made_here(client: httpx2.Client) -> None:
    order = small_order(size=80)
    wait_for_state(client, put_job(client, order)["id"], "succeeded")
    body = {"orders": [order, small_order(engine="optimizer", precision="float32")]}
    answer = client.post("/api/v1/estimates", json=body)
    assert answer.status_code == 200, answer.text
    by_network, _ = answer.json()["seconds"]
    assert by_network > 0
    assert client.post("/api/v1/estimates", json={"orders": []}).status_code == 422


def test_an_order_has_a_preview(client: httpx2.Client) -> None:
    body = {"work": "stylize", "content": {"name": "sample:cat"}, "styles": [{"name": "house:ink"}]}
    answer = client.post("/api/v1/preview", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/webp"


def test_the_page_gets_a_network_for_its_camera(client: httpx2.Client) -> None:
    import onnx

    answer = client.post("/api/v1/live/model", json={"styles": [{"name": "house:ink"}], "size": 160})
    assert answer.status_code == 200, answer.text
    onnx.checker.check_model(onnx.load_model_from_string(answer.content))


def _operations(address: str) -> Iterator[tuple[str, str]]:
    """Yield the paths and methods of the schema, except the event stream, which has no end."""
    for path, methods in httpx2.get(f"{address}/openapi.json").json()["paths"].items():
        if path != "/api/v1/events":
            yield from ((path, method.upper()) for method in methods)


@pytest.mark.slow(reason="sends hundreds of generated requests")
def test_every_request_is_answered(studio: StudioProcess) -> None:
    """Send requests that follow the schema and requests that violate it: all responses are 2xx or 4xx."""
    schema = schemathesis.openapi.from_url(f"{studio.address}/openapi.json")
    statuses: Counter[int] = Counter()
    for path, method in _operations(studio.address):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @hypothesis.settings(
                max_examples=6, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
            )
            @hypothesis.given(case=schema[path][method].as_strategy(generation_mode=mode))
            def holds(case: schemathesis.Case[Any]) -> None:
                answer = case.call(base_url=studio.address)
                statuses[answer.status_code] += 1
                assert 200 <= answer.status_code < 500, (case, answer.text)

            # An operation without parameters has no invalid requests.
            with contextlib.suppress(hypothesis.errors.Unsatisfiable):
                holds()
    assert {200, 201, 400, 404, 422} <= statuses.keys()
    assert sum(statuses.values()) > 150


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        [10**400, 2**63, "house:ink", "sample:cat", "../x", "x" * 300, {"name": "house:ink"}, "1e999GB", "\0"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "sha256", "share", "size", "region"]), inner, max_size=3)
    ),
    max_leaves=5,
)
ALL_FIELDS = sorted(
    set(Settings.model_fields)
    | {"keep", "vary", "clip", "tile", "maps", "palettes", "icons", "painted", "done", "patterns", "corners", "grid"}
)


@pytest.mark.parametrize("work", JOBS)
def test_every_order_is_accepted_or_refused_in_a_sentence(client: httpx2.Client, work: str) -> None:
    base: dict[str, Any] = {"work": work, "styles": [{"name": "house:ink"}]}
    if work in ("stylize", "sweep", "panorama", "grade"):
        base["content"] = {"name": "sample:cat"}
    if work == "wear":
        base |= {"photo": {"name": "sample:cat"}, "mask": {"name": "sample:cat"}}
    if work == "sprites":
        base["sprites"] = [{"name": "a.png", "sha256": "0" * 64}]
    if work == "sweep":
        base["vary"] = {"size": [64]}

    @hypothesis.settings(max_examples=15, database=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(changes=st.dictionaries(st.sampled_from(ALL_FIELDS), ANYTHING, min_size=1, max_size=3))
    def holds(changes: dict[str, Any]) -> None:
        answer = client.post("/api/v1/jobs", json={"order": {**base, **changes}})
        if answer.status_code == 201:
            client.post(f"/api/v1/jobs/{answer.json()['id']}/cancel")
        else:
            assert answer.status_code in (404, 422), answer.text
            assert 0 < len(answer.json()["error"]["message"]) < 600

    holds()
