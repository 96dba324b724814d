"""Taste over HTTP: ratings, their order, and the file that the command line reads, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from pinxit.design import taste
from tests.studio.studio_process import StudioProcess

TASTE = "/api/v1/taste"


@pytest.fixture
def client(studio: StudioProcess) -> Iterator[httpx2.Client]:
    """Yield a client of a studio in which nothing is rated."""
    with studio.client() as client:
        client.delete(TASTE)
        yield client
        client.delete(TASTE)


def rate(client: httpx2.Client, name: str, rating: str | None) -> dict[str, Any]:
    answer = client.put(f"{TASTE}/ratings", json={"picture": {"name": name}, "rating": rating})
    assert answer.status_code == 200, answer.text
    known: dict[str, Any] = answer.json()
    return {side: [one["name"] for one in pictures] for side, pictures in known.items()}


def rank(client: httpx2.Client, *names: str) -> dict[str, Any]:
    """Return the ranking when everything is measured."""
    left = 1
    while left:
        answer = client.post(f"{TASTE}/rank", json={"pictures": [{"name": name} for name in names]})
        assert answer.status_code == 200, answer.text
        ranking: dict[str, Any] = answer.json()
        left = ranking["left"]
    return ranking


def test_what_is_like_the_liked_comes_first(client: httpx2.Client, studio: StudioProcess) -> None:
    assert rank(client, "house:waves") == {"scores": [None], "mixture": [], "left": 0}
    assert rate(client, "house:woodcut", "like") == {"liked": ["house:woodcut"], "disliked": []}
    assert rate(client, "house:watercolour", "dislike")["disliked"] == ["house:watercolour"]
    names = ["house:watercolour", "house:woodcut", "house:ink"]
    ranking = rank(client, *names)
    scores = dict(zip(names, ranking["scores"], strict=True))
    assert scores["house:woodcut"] > scores["house:ink"] > scores["house:watercolour"]
    assert ranking["mixture"][0]["index"] == 1
    assert sum(one["share"] for one in ranking["mixture"]) == pytest.approx(1, abs=0.01)
    # The command line reads the same file.
    known = taste.load(studio.home / "taste.json")
    assert [one.name for one in known.liked] == ["house:woodcut"]
    assert len(known.liked[0].statistics) == taste.LENGTH


def test_a_rating_is_changed_taken_back_and_all_are_forgotten(client: httpx2.Client, studio: StudioProcess) -> None:
    assert rate(client, "house:ink", "like")["liked"] == ["house:ink"]
    assert rate(client, "house:ink", "dislike") == {"liked": [], "disliked": ["house:ink"]}
    assert rate(client, "house:ink", None) == {"liked": [], "disliked": []}
    rate(client, "house:ink", "like")
    assert client.delete(TASTE).status_code == 204
    assert client.get(TASTE).json() == {"liked": [], "disliked": []}
    assert not (studio.home / "taste.json").exists()


def test_a_damaged_profile_is_said_and_can_be_deleted(client: httpx2.Client, studio: StudioProcess) -> None:
    (studio.home / "taste.json").write_text("{")
    refused = client.get(TASTE)
    assert refused.status_code == 422
    assert refused.json()["error"]["message"].endswith("delete the taste on the page Taste.")
    assert client.delete(TASTE).status_code == 204
    assert client.get(TASTE).status_code == 200


def test_a_picture_that_is_gone_has_no_score(client: httpx2.Client) -> None:
    rate(client, "house:ink", "like")
    gone = {"name": "gone.png", "sha256": "0" * 64}
    answer = client.post(f"{TASTE}/rank", json={"pictures": [gone, {"name": "house:ink"}]}).json()
    assert answer["scores"][0] is None
    assert answer["scores"][1] is not None
    refused = client.put(f"{TASTE}/ratings", json={"picture": gone, "rating": "like"})
    assert refused.status_code == 404
