"""Blind comparison over HTTP: real paintings, real answers, and a studio that is killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.studio.api_client import error_message, put_job, small_order, wait_for_state
from tests.studio.studio_process import run_studio


def paint(client: httpx2.Client, **changes: Any) -> str:
    """Paint the cat small by the network and return the result's id."""
    job = wait_for_state(client, put_job(client, small_order(**changes))["id"], "succeeded", "failed")
    assert job["state"] == "succeeded", job
    return str(job["result"])


@pytest.mark.slow(reason="starts a studio twice and paints three pictures in it")
def test_two_results_are_judged_and_the_answers_outlive_a_kill(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with run_studio(home, lean=True) as studio, studio.client() as client:
        assert client.get("/api/v1/blind/pairs").json() == {"pairs": [], "left": 0, "answered": 0}
        live, weak = paint(client), paint(client, strength=0.5)
        other = paint(client, styles=[{"name": "house:ink"}])
        shown = client.get("/api/v1/blind/pairs").json()
        assert (shown["left"], shown["answered"]) == (1, 0)
        (pair,) = shown["pairs"]
        assert {pair["a"]["id"], pair["b"]["id"]} == {live, weak}
        assert pair["content"]["name"] == "sample:cat"
        assert [style["name"] for style in pair["styles"]] == ["house:waves"]
        # The pair does not reveal how the two were painted.
        assert "strength" not in json.dumps(pair)
        for side in "ab":
            result = client.get(f"/api/v1/results/{pair[side]['id']}").json()
            assert pair[side]["picture"] == next(part["id"] for part in result["files"] if part["role"] == "picture")

        body = {"a": pair["a"]["id"], "b": pair["b"]["id"], "answer": "a"}
        recorded = client.post("/api/v1/blind/answers", json=body)
        assert recorded.status_code == 201, recorded.text
        strengths = {live: "1", weak: "0.5"}
        assert recorded.json()["differed"] == {"strength": [strengths[body["a"]], strengths[body["b"]]]}
        assert recorded.json()["sha256"] == [pair["a"]["picture"], pair["b"]["picture"]]
        again = client.post("/api/v1/blind/answers", json=body)
        assert (again.status_code, again.json()) == (200, recorded.json())
        # A second answer replaces the first, even with A and B swapped.
        body = {"a": body["b"], "b": body["a"], "answer": "a"}
        assert client.post("/api/v1/blind/answers", json=body).status_code == 201
        assert client.get("/api/v1/blind/pairs").json() == {"pairs": [], "left": 0, "answered": 1}

        apart = client.post("/api/v1/blind/answers", json={"a": live, "b": other, "answer": "same"})
        assert apart.status_code == 409
        assert "same photograph and style" in error_message(apart)
        studio.process.kill()
        studio.process.wait()

    lines = [json.loads(line) for line in (home / "answers.jsonl").read_text().splitlines()]
    assert [line["shown"] for line in lines] == [[body["b"], body["a"]], [body["a"], body["b"]]]
    with run_studio(home, lean=True) as studio, studio.client() as client:
        counted = client.get("/api/v1/blind/counts").json()
        wins = [1, 0] if strengths[body["a"]] == "0.5" else [0, 1]
        assert counted == {
            "answered": 1,
            "counts": [{"setting": "strength", "values": ["0.5", "1"], "wins": wins, "same": 0}],
        }
        assert client.get("/api/v1/blind/pairs").json()["left"] == 0
        # Answers count even after their results are deleted.
        assert client.delete(f"/api/v1/results/{live}").status_code == 204
        assert client.get("/api/v1/blind/counts").json() == counted


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"a": "gone", "b": "gone-too", "answer": "a"}, 404),
        ({"a": "../x", "b": "y", "answer": "a"}, 422),
        ({"a": "x" * 65, "b": "y", "answer": "a"}, 422),
        ({"a": "x", "b": "y", "answer": "c"}, 422),
        ({"a": "x", "b": "y"}, 422),
        ({"a": "x", "b": "y", "answer": "a", "differed": {}}, 422),
    ],
)
def test_invalid_answers_are_refused_in_a_sentence(client: httpx2.Client, body: dict[str, Any], status: int) -> None:
    answer = client.post("/api/v1/blind/answers", json=body)
    assert answer.status_code == status, answer.text
    assert error_message(answer)


@pytest.mark.parametrize("limit", ["0", "51", "x"])
def test_how_many_pairs_are_shown_is_bounded(client: httpx2.Client, limit: str) -> None:
    assert client.get("/api/v1/blind/pairs", params={"limit": limit}).status_code == 422
