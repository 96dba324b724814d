"""The page's files: those that were built, compressed for clients that accept it, and nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from pinxit.studio import api_errors, static_page


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
    (folder / "assets" / "large.wasm.gz").write_bytes(gzip.compress(b"\0asm" * 100))
    (folder / "assets" / "notes.py").write_text("import os")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    app = FastAPI()
    api_errors.install_error_handlers(app)
    app.include_router(static_page.router(folder))
    return TestClient(app, base_url="http://127.0.0.1")


@pytest.mark.parametrize("path", [f"/{route}" for route in static_page.ROUTES])
def test_every_address_within_the_page_is_the_page(built: TestClient, path: str) -> None:
    answer = built.get(path)
    assert "It is there" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("name", "media"),
    [("index-abc.js", "text/javascript"), ("ort.wasm", "application/wasm"), ("ort.mjs", "text/javascript")],
)
def test_files_have_their_media_types_and_are_cached(built: TestClient, name: str, media: str) -> None:
    answer = built.get(f"/assets/{name}")
    assert answer.headers["content-type"].partition(";")[0] == media
    assert "immutable" in answer.headers["cache-control"]


def test_compressed_files_go_to_clients_that_accept_them(built: TestClient) -> None:
    compressed = built.get("/assets/index-abc.js", headers={"Accept-Encoding": "gzip, br"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert compressed.headers["content-type"].startswith("text/javascript")
    plain = built.get("/assets/index-abc.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert compressed.text == plain.text
    assert "Accept-Encoding" in plain.headers["vary"]


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip", "gzip"), ("identity", None)])
def test_a_file_of_which_only_the_compressed_form_was_built(
    built: TestClient, accepted: str, encoding: str | None
) -> None:
    answer = built.get("/assets/large.wasm", headers={"Accept-Encoding": accepted})
    assert answer.content == b"\0asm" * 100
    assert answer.headers["content-type"] == "application/wasm"
    assert answer.headers.get("content-encoding") == encoding
    assert built.head("/assets/large.wasm", headers={"Accept-Encoding": accepted}).status_code == 200


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
    app.include_router(static_page.router(tmp_path / "nothing"))
    answer: httpx2.Response = TestClient(app).get("/")
    assert "make studio" in answer.text
