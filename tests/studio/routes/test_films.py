"""Keyframes over HTTP: frames of a clip, one of them painted and given back, what it changes around it, and the film."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import PIL.Image
import pytest

from pinxit.jobs.specs.video import VideoSpec
from tests.studio.api_client import error_message, put_job, wait_for_state
from tests.video.clips import pan, write


def upload(client: httpx2.Client, content: bytes, name: str) -> dict[str, Any]:
    stored: dict[str, Any] = client.post(f"/api/v1/files?name={name}", content=content).raise_for_status().json()
    return stored


@pytest.fixture
def order(client: httpx2.Client, tmp_path: Path) -> dict[str, Any]:
    """Upload a clip of twelve frames, and return an order that paints it from its third frame on."""
    clip = write(tmp_path / "pan.mp4", pan(12))
    stored = upload(client, clip.read_bytes(), clip.name)
    return {
        "work": "video",
        "clip": {"name": "pan.mp4", "sha256": stored["id"], "bytes": stored["bytes"]},
        "styles": [{"name": "house:impasto"}],
        "preset": "instant",
        "start": 0.07,
    }


def picture(data: str) -> np.ndarray[Any, Any]:
    with PIL.Image.open(io.BytesIO(base64.b64decode(data))) as image:
        return np.asarray(image.convert("RGB"), int)


def test_a_strip_numbers_the_frames_of_the_part_that_is_painted(client: httpx2.Client, order: dict[str, Any]) -> None:
    found = client.post("/api/v1/films/strip", json={"order": order, "count": 4, "side": 64}).raise_for_status().json()
    assert found["count"] == 10
    assert [frame["number"] for frame in found["frames"]] == [1, 4, 7, 10]
    assert found["frames"][0]["seconds"] == pytest.approx(2 / 24, abs=0.01)
    third = np.asarray(PIL.Image.fromarray(pan(12)[2]).resize((64, 43)), int)
    assert np.abs(picture(found["frames"][0]["picture"]) - third).mean() < 8


def test_a_painted_key_is_edited_and_changes_the_frames_around_it(client: httpx2.Client, order: dict[str, Any]) -> None:
    key = client.post("/api/v1/films/key", json={"order": order, "number": 5}).raise_for_status().json()
    assert (key["name"], key["kind"], key["width"], key["height"]) == ("frame_0005.png", "picture", 96, 64)
    with PIL.Image.open(io.BytesIO(client.get(f"/api/v1/files/{key['id']}").content)) as image:
        edited = PIL.Image.eval(image.convert("RGB"), lambda level: 255 - level)
    buffer = io.BytesIO()
    edited.save(buffer, "PNG")
    stored = upload(client, buffer.getvalue(), "edited.png")
    changed = {
        **order,
        "keyframes": [{"name": "edited.png", "sha256": stored["id"], "bytes": stored["bytes"], "number": 5}],
    }
    shown = {}
    for name, one in (("plain", order), ("changed", changed)):
        answer = client.post("/api/v1/films/effect", json={"order": one, "number": 5}).raise_for_status().json()
        shown[name] = {frame["number"]: picture(frame["picture"]) for frame in answer}
    assert {1, 5, 10} <= shown["plain"].keys() == shown["changed"].keys()
    for number in (1, 5, 10):
        plain, negative = shown["plain"][number], shown["changed"][number]
        middle = (slice(16, -16), slice(24, -24))
        assert np.abs(255 - plain - negative)[middle].mean() < np.abs(plain - negative)[middle].mean()


def test_a_film_with_keys_is_painted(client: httpx2.Client, order: dict[str, Any]) -> None:
    job = put_job(client, {**order, "keys": [1, 10]})
    done = wait_for_state(client, job["id"], "succeeded", "failed")
    assert done["state"] == "succeeded", done
    result = client.get(f"/api/v1/results/{done['result']}").raise_for_status().json()
    assert result["recipe"]["keys"] == [1, 10]


@pytest.fixture
def with_region(client: httpx2.Client, order: dict[str, Any]) -> dict[str, Any]:
    """Return the order with a style for the left half of the fourth frame; the rest stays as it is."""
    half = PIL.Image.new("L", (96, 64))
    half.paste(255, (0, 0, 48, 64))
    buffer = io.BytesIO()
    half.save(buffer, "PNG")
    stored = upload(client, buffer.getvalue(), "half.png")
    region = {"name": "half.png", "sha256": stored["id"], "bytes": stored["bytes"]}
    return {**order, "styles": [{"name": "house:woodcut", "region": region, "region_frame": 4}]}


@pytest.mark.slow(reason="follows regions and paints frames of them, three times")
def test_a_region_is_seen_in_the_frames_around_it_and_in_a_key(
    client: httpx2.Client, order: dict[str, Any], with_region: dict[str, Any]
) -> None:
    strip = {"order": with_region, "count": 2, "side": 96, "also": [4]}
    clip = client.post("/api/v1/films/strip", json=strip).raise_for_status().json()
    assert [frame["number"] for frame in clip["frames"]] == [1, 4, 10]
    plain = {frame["number"]: picture(frame["picture"]) for frame in clip["frames"]}
    answer = client.post("/api/v1/films/regions", json={"order": with_region, "number": 4}).raise_for_status().json()
    shown = {frame["number"]: picture(frame["picture"]) for frame in answer}
    key = client.post("/api/v1/films/key", json={"order": with_region, "number": 10}).raise_for_status().json()
    with PIL.Image.open(io.BytesIO(client.get(f"/api/v1/files/{key['id']}").content)) as image:
        painted_key = np.asarray(image.convert("RGB"), int)
    assert set(plain) <= set(shown)
    # The camera moves 1.5 px to the right with each frame, and so what was in the left half moves out of it.
    for number, painted in (*shown.items(), (10, painted_key)):
        if number in plain:
            difference = np.abs(painted - plain[number]).mean(axis=(0, 2))
            edge = round(48 - 1.5 * (number - 4))
            assert difference[: edge - 8].mean() > 3 * difference[edge + 8 :].mean()
    # Around a key, too.
    effect = client.post("/api/v1/films/effect", json={"order": {**with_region, "keys": [6]}, "number": 6})
    assert 6 in [frame["number"] for frame in effect.raise_for_status().json()]


def test_mistakes_of_regions_are_one_sentence(client: httpx2.Client, with_region: dict[str, Any]) -> None:
    (style,) = with_region["styles"]
    late = {**with_region, "styles": [{**style, "region_frame": 11}]}
    assert error_message(client.post("/api/v1/films/regions", json={"order": late, "number": 10})) == (
        "no region is drawn on a frame near frame 10: draw one there."
    )
    assert error_message(client.post("/api/v1/films/key", json={"order": late, "number": 1})) == (
        "there is no frame 11 in this part of the clip: choose one of its frames."
    )
    assert "near frame 2 no style is painted" in error_message(
        client.post("/api/v1/films/effect", json={"order": late, "number": 2})
    )


def test_mistakes_are_one_sentence(client: httpx2.Client, order: dict[str, Any]) -> None:
    late = client.post("/api/v1/films/key", json={"order": order, "number": 11})
    assert late.status_code == 422
    assert error_message(late) == "there is no frame 11 in this part of the clip: choose one of its frames."
    twice = client.post("/api/v1/films/effect", json={"order": {**order, "keys": [2, 2]}, "number": 2})
    assert twice.status_code == 422
    assert "key 2 is named twice: name it once" in twice.text


def test_a_films_recipe_with_keys_is_an_order_again(order: dict[str, Any]) -> None:
    key = {"name": "k.png", "sha256": "0" * 64, "bytes": 5, "number": 3}
    spec = VideoSpec.model_validate({**order, "keys": [1], "keyframes": [key], "key_masks": [{**key, "number": 1}]})
    again = VideoSpec.model_validate(spec.to_data())
    assert again == spec
    assert [(where, one.name) for where, one in spec.inputs() if "key" in where] == [
        ("keyframes.0", "k.png"),
        ("key_masks.0", "k.png"),
    ]
