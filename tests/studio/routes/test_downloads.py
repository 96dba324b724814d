"""Downloads made from what is stored: pictures as other kinds of files, and several results as one ZIP."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import httpx2
import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from tests.studio.api_client import noise_png, put_job, small_order, wait_for_state
from tests.studio.studio_process import StudioProcess


@pytest.fixture(scope="module")
def results(studio: StudioProcess) -> list[str]:
    """Paint two pictures of one title; return the ids of their results."""
    with studio.client() as client:
        jobs = [put_job(client, small_order(size=size), title="a/b: cat") for size in (96, 64)]
        return [str(wait_for_state(client, job["id"], "succeeded")["result"]) for job in jobs]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_a_painting_is_exported_with_its_recipe(client: httpx2.Client, results: list[str], kind: str) -> None:
    painted = client.get(f"/api/v1/results/{results[0]}").json()
    (file,) = [one for one in painted["files"] if one["role"] == "picture"]
    stored = PIL.Image.open(io.BytesIO(client.get(f"/api/v1/files/{file['id']}").content))
    answer = client.get(f"/api/v1/files/{file['id']}/export", params={"kind": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == f"image/{kind}"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-disposition"].endswith({"jpeg": ".jpg", "tiff": ".tif"}.get(kind, f".{kind}"))
    exported = PIL.Image.open(io.BytesIO(answer.content))
    assert exported.size == stored.size
    if kind != "tiff":
        difference = np.asarray(exported.convert("RGB"), np.int16) - np.asarray(stored.convert("RGB"), np.int16)
        assert np.abs(difference).mean() < (10 if kind != "png" else 1e-9)
    small = client.get(f"/api/v1/files/{file['id']}/export", params={"kind": kind, "side": 48})
    assert max(PIL.Image.open(io.BytesIO(small.content)).size) == 48
    # Uploaded elsewhere, it brings its settings back.
    recipe = client.post("/api/v1/files", content=small.content).json()["recipe"]
    assert recipe["styles"][0]["name"] == "house:waves"


@pytest.mark.parametrize("kind", ["psd", "ora"])
def test_a_painting_is_exported_with_its_layers(
    client: httpx2.Client, results: list[str], kind: str, tmp_path: Path
) -> None:
    answer = client.get(f"/api/v1/results/{results[0]}/layers", params={"kind": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f".{kind}")
    path = tmp_path / f"a.{kind}"
    path.write_bytes(answer.content)
    painted = client.get(f"/api/v1/results/{results[0]}").json()
    (file,) = [one for one in painted["files"] if one["role"] == "picture"]
    painting = pictures.read(client.get(f"/api/v1/files/{file['id']}").content)
    np.testing.assert_array_equal(pictures.read(path).pixels, painting.pixels)
    photograph = pictures.read(f"{path}#Photograph")
    cat = pictures.resize(pictures.sample("cat"), photograph.height, photograph.width)
    assert np.abs(photograph.pixels - cat.pixels).mean() < 0.02
    assert json.loads(pictures.read_recipe(path) or "")["styles"][0]["name"] == "house:waves"


def test_tiff_has_16_bits(client: httpx2.Client, tmp_path_factory: pytest.TempPathFactory) -> None:
    gradient = np.linspace(0, 1, 64 * 400, dtype=np.float32).reshape(64, 400)
    path = tmp_path_factory.mktemp("deep") / "deep.png"
    pictures.write(pictures.from_array(np.stack([gradient] * 3, -1)), path, bits=16)
    file = client.post("/api/v1/files", content=path.read_bytes()).json()
    target = path.with_suffix(".tif")
    target.write_bytes(client.get(f"/api/v1/files/{file['id']}/export", params={"kind": "tiff"}).content)
    assert np.unique(pictures.read(target).pixels[0]).size > 20_000


def test_what_cannot_be_exported_is_refused(client: httpx2.Client) -> None:
    file = client.post("/api/v1/files", content=noise_png()).json()["id"]
    wrong: list[dict[str, str | int]] = [
        {"kind": "exe"},
        {"kind": "png", "side": 0},
        {"kind": "png", "side": 10**9},
        {},
    ]
    for parameters in wrong:
        assert client.get(f"/api/v1/files/{file}/export", params=parameters).status_code == 422
    assert client.get(f"/api/v1/files/{'0' * 64}/export", params={"kind": "png"}).status_code == 404


def test_several_results_are_one_zip(client: httpx2.Client, results: list[str]) -> None:
    answer = client.get("/api/v1/results/archive", params={"id": [*results, results[0]]})
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    names = archive.namelist()
    assert len(names) == len({name.casefold() for name in names}) == 2
    assert not any(set(name) & set('/\\:*?"<>|') for name in names)
    for id in results:
        files = client.get(f"/api/v1/results/{id}").json()["files"]
        (picture,) = [client.get(f"/api/v1/files/{one['id']}").content for one in files if one["role"] == "picture"]
        assert picture in [archive.read(name) for name in names]
    assert all(info.date_time[0] >= 2026 for info in archive.infolist())


def test_an_archive_is_bounded_and_complete(client: httpx2.Client, results: list[str]) -> None:
    assert client.get("/api/v1/results/archive").status_code == 422
    assert client.get("/api/v1/results/archive", params={"id": ["../x"]}).status_code == 422
    assert client.get("/api/v1/results/archive", params={"id": [f"r{n}" for n in range(201)]}).status_code == 422
    assert client.get("/api/v1/results/archive", params={"id": [*results, "gone"]}).status_code == 404


def test_the_page_to_share_is_called_after_the_title(client: httpx2.Client, results: list[str]) -> None:
    answer = client.get(f"/api/v1/results/{results[0]}/share")
    assert "a-b-%20cat.html" in answer.headers["content-disposition"]
    assert results[0] not in answer.headers["content-disposition"]
    assert "house:" not in answer.text.partition("<details>")[0]
    recipe = client.get(f"/api/v1/results/{results[0]}/recipe")
    assert recipe.headers["content-disposition"].endswith("a-b-%20cat.json")
    assert json.loads(recipe.content)["styles"][0]["name"] == "house:waves"
