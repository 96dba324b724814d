"""Garments over HTTP: the outline found from marks, and previews."""

from __future__ import annotations

import io
from typing import Any

import httpx2
import numpy as np
import PIL.Image
import pytest

PHOTO = {"name": "sample:astronaut"}
SUIT, SKY = (430, 130), (60, 330)  # row and column, px


def upload(client: httpx2.Client, pixels: np.ndarray[Any, Any]) -> dict[str, Any]:
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    file = client.post("/api/v1/files?name=marks.png", content=stream.getvalue()).json()
    return {"name": file["name"], "sha256": file["id"]}


@pytest.fixture
def marks(client: httpx2.Client) -> dict[str, Any]:
    """Upload one stroke on the suit."""
    stroke = np.zeros((512, 512), np.uint8)
    stroke[300:312, 150:210] = 255
    return upload(client, stroke)


def test_one_stroke_finds_the_suit(client: httpx2.Client, marks: dict[str, Any]) -> None:
    answer = client.post("/api/v1/wear/mask", json={"photo": PHOTO, "marks": marks})
    assert answer.status_code == 201, answer.text
    content = client.get(f"/api/v1/files/{answer.json()['id']}").content
    mask = np.asarray(PIL.Image.open(io.BytesIO(content)).convert("L"), float) / 255
    assert mask.shape == (512, 512)
    assert mask[SUIT] > 0.9
    assert mask[SKY] == 0
    assert mask[306, 180] == 1  # where the stroke is
    assert 0.1 < mask.mean() < 0.4


def test_marks_of_nothing_are_refused_in_a_sentence(client: httpx2.Client) -> None:
    black = upload(client, np.zeros((512, 512), np.uint8))
    answer = client.post("/api/v1/wear/mask", json={"photo": PHOTO, "marks": black})
    assert answer.status_code == 422
    assert answer.json()["error"]["message"].startswith("nothing is marked")
    wide = upload(client, np.zeros((100, 512), np.uint8))
    answer = client.post("/api/v1/wear/mask", json={"photo": PHOTO, "marks": wide})
    assert answer.status_code == 422
    assert "must have the shape" in answer.json()["error"]["message"]


@pytest.mark.parametrize("design", [{"patterns": [{"name": "house:batik"}]}, {"styles": [{"name": "house:batik"}]}])
def test_a_preview_changes_the_marked_part_alone(
    client: httpx2.Client, marks: dict[str, Any], design: dict[str, Any]
) -> None:
    order = {"work": "wear", "photo": PHOTO, "mask": marks, **design}
    answer = client.post("/api/v1/wear/preview", json=order)
    assert answer.status_code == 200, answer.text
    seen = np.asarray(PIL.Image.open(io.BytesIO(answer.content)).convert("RGB"), float)
    before = client.get("/api/v1/samples/sample:astronaut/picture?side=512").content
    changed = np.abs(seen - np.asarray(PIL.Image.open(io.BytesIO(before)).convert("RGB"), float))
    assert changed[302:310, 155:205].mean() > 15
    assert changed[50:100].mean() < 4
