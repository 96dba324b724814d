"""Regions over HTTP: they match, they are the painted ones, and an order without regions is refused in a sentence."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.image import Picture, sample
from pinxit.preparation import prepare
from tests.studio.api_client import error_message, small_order

ADDRESS = "/api/v1/correspondence"


def by_regions(**changes: Any) -> dict[str, Any]:
    return small_order(engine="optimizer", match="regions", **changes)


def regions_of(client: httpx2.Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(ADDRESS, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def uploaded(client: httpx2.Client, content: bytes, name: str) -> dict[str, Any]:
    file = client.post("/api/v1/files", params={"name": name}, content=content).json()
    return {"name": name, "sha256": file["id"]}


def shares(found: dict[str, Any], content: np.ndarray[Any, Any], style: np.ndarray[Any, Any]) -> float:
    """Return the share of content cells whose assigned style regions include the region of a given style cell.

    Args:
        found: the studio's answer.
        content: cells of the content image, `(cells, 2)`, rows and columns.
        style: the cell of the style image for each of them, likewise.
    """
    ours, theirs = np.array(found["content"]), np.array(found["styles"][0])
    pairs = zip(ours[tuple(content.T)], theirs[tuple(style.T)], strict=True)
    return float(np.mean([there in found["assignment"][here] for here, there in pairs]))


@pytest.mark.slow(reason="paints by the optimiser in a studio")
def test_a_mirror_image_is_painted_as_what_it_mirrors(client: httpx2.Client) -> None:
    photograph = pictures.fit(sample("coffee"), 384)
    mirrored = Picture(np.ascontiguousarray(photograph.pixels[:, :, ::-1]))
    style = uploaded(client, pictures.to_bytes(mirrored), "mirrored.png")
    found = regions_of(client, by_regions(content={"name": "sample:coffee"}, styles=[style], size=384))
    cells = np.argwhere(np.array(found["content"]) >= 0)
    opposite = np.stack([cells[:, 0], len(found["content"][0]) - 1 - cells[:, 1]], 1)
    assert len(found["assignment"]) >= 3
    assert shares(found, cells, opposite) > 0.85
    # The cell at the same place shows something else.
    assert shares(found, cells, cells) < 0.75


def test_a_face_is_painted_as_a_face(client: httpx2.Client, shared: Path) -> None:
    paths = (shared / "content" / "portrait_astronaut.jpg", shared / "style" / "leonardo_mona_lisa_1506.jpg")
    content, style = (uploaded(client, path.read_bytes(), path.name) for path in paths)
    found = regions_of(client, by_regions(content=content, styles=[style], size=384))
    assert shares(found, block(2, 9, 5, 4), block(4, 6, 5, 4)) > 0.8, "head as head"
    assert shares(found, block(6, 0, 5, 2), block(4, 6, 5, 2)) < 0.2, "flag as head"
    assert shares(found, block(2, 9, 4, 4), block(18, 6, 4, 4)) < 0.2, "head as dress"


def block(row: int, column: int, rows: int, columns: int) -> np.ndarray[Any, Any]:
    """Return the cells `(rows * columns, 2)` of a block, from its top left cell."""
    cells: np.ndarray[Any, Any] = np.argwhere(np.ones((rows, columns))) + np.array([row, column])
    return cells


@pytest.mark.slow(reason="paints by the optimiser in a studio")
def test_they_are_the_painted_ones(client: httpx2.Client) -> None:
    styles = [{"name": "sample:coffee"}, {"name": "sample:rocket"}]
    found = regions_of(client, by_regions(styles=styles))
    same = prepare("sample:cat", ["sample:coffee", "sample:rocket"], size=96, match="regions").correspondence()
    assert found["content"] == same.content.tolist()
    assert found["styles"] == [labels.tolist() for labels in same.styles]
    assert found["assignment"] == [list(regions) for regions in same.assignment]
    first, second = (np.unique(labels) for labels in found["styles"])
    assert [*first, *second] == list(range(len(first) + len(second)))

    other = [[int(second[-1])] for _ in found["assignment"]]
    assert regions_of(client, by_regions(styles=styles, assignment=other)) == {**found, "assignment": other}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"match": "soft"}, "this is not painted by regions: set match to regions"),
        ({"engine": "network"}, "this is not painted by regions: set match to regions"),
        ({"objective": "gram"}, "this is not painted by regions: set match to regions"),
        ({"assignment": [[0]]}, "names style regions for 1 regions of the content image, which has"),
        ({"assignment": [[639]]}, "style region"),
        ({"assignment": [[0]] * 11}, "assignment"),
        ({"assignment": [[]]}, "assignment"),
        ({"assignment": [[640]]}, "assignment"),
        ({"assignment": "0," * 600}, "letters"),
        ({"match_by": "dino"}, "pinxit weights pull dino"),
        ({"size": 5000}, "5000"),
        ({"styles": [{"name": "house:waves"}] * 17}, "styles"),
        ({"content": {"name": "photo.jpg"}}, "is not a picture"),
        ({"content": {"name": "x", "sha256": "a" * 64}}, "upload"),
    ],
)
def test_orders_without_regions_are_refused(client: httpx2.Client, change: dict[str, Any], sentence: str) -> None:
    answer = client.post(ADDRESS, json={**by_regions(), **change})
    assert answer.status_code in (404, 422), answer.text
    assert sentence in error_message(answer)


def test_other_works_have_none(client: httpx2.Client) -> None:
    error_message(client.post(ADDRESS, json={**by_regions(), "work": "sweep", "vary": {"size": [64, 96]}}))


def test_the_reference_documents_the_response(client: httpx2.Client) -> None:
    document = client.get("/openapi.json").json()
    answers = document["paths"][ADDRESS]["post"]["responses"]
    assert answers["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Regions"}
    assert answers["422"]["content"].keys() == {"application/problem+json"}
    assert document["components"]["schemas"]["Regions"]["properties"].keys() == {"content", "styles", "assignment"}


def test_regions_that_a_person_drew_are_the_answer(client: httpx2.Client) -> None:
    grey = np.full((64, 96), 8, np.uint8)
    grey[:, 48:] = 24
    stream = io.BytesIO()
    PIL.Image.fromarray(grey).save(stream, "PNG")
    drawn = uploaded(client, stream.getvalue(), "regions.png")
    order = by_regions(content={"name": "sample:coffee"}, region_map=drawn)
    found = regions_of(client, order)
    assert len(found["assignment"]) == 2
    assert np.array_equal(np.unique(np.array(found["content"])[:, :40]), [0])
    assert np.array_equal(np.unique(np.array(found["content"])[:, 56:]), [1])
    answer = client.post(ADDRESS, json=order | {"match": "soft"})
    assert answer.status_code == 422
    assert "region map needs regions" in error_message(answer)
