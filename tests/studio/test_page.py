"""The page's files: those that were built, packed where that is understood, and nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pinxit.studio import page, problems


@pytest.fixture
def built(tmp_path: Path) -> TestClient:
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><p>It is there.")
    script = b"export const answer = 42;\n" * 100
    (folder / "assets" / "index-abc.js").write_bytes(script)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(script))
    (folder / "assets" / "ort.wasm").write_bytes(b"\0asm")
    (folder / "assets" / "ort.mjs").write_text("export {}")
    (folder / "assets" / "notes.py").write_text("import os")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    app = FastAPI()
    problems.install(app)
    app.include_router(page.router(folder))
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", [f"/{route}" for route in page.ROUTES])
def test_every_address_within_the_page_is_the_page(built: TestClient, path: str) -> None:
    answer = built.get(path)
    assert "It is there" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("name", "media"),
    [("index-abc.js", "text/javascript"), ("ort.wasm", "application/wasm"), ("ort.mjs", "text/javascript")],
)
def test_files_are_called_what_they_are_and_kept(built: TestClient, name: str, media: str) -> None:
    answer = built.get(f"/assets/{name}")
    assert answer.headers["content-type"].partition(";")[0] == media
    assert "immutable" in answer.headers["cache-control"]


def test_what_is_packed_goes_packed_to_who_unpacks_it(built: TestClient) -> None:
    packed = built.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"].startswith("text/javascript")
    plain = built.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert packed.text == plain.text
    assert "Accept-Encoding" in plain.headers["vary"]


@pytest.mark.parametrize(
    "path",
    [
        "/assets/notes.py",
        "/link.txt",
        "/../secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets",
        "/%00",
    ],
)
def test_nothing_else_is_there(built: TestClient, path: str) -> None:
    answer = built.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_page_that_is_not_built_says_how(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(page.router(tmp_path / "nothing"))
    answer: httpx2.Response = TestClient(app).get("/")
    assert "make studio" in answer.text
