"""Every error has the same form, whichever library raises it."""

from __future__ import annotations

import json

import httpx2
import pytest

from pinxit.studio.api_errors import MEDIA_TYPE
from tests.studio.api_client import noise_png
from tests.studio.studio_process import StudioProcess


def error_code(answer: httpx2.Response) -> str:
    """Return the code of an error whose body is as documented."""
    assert answer.headers["content-type"] == MEDIA_TYPE, (answer.headers, answer.text)
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"] == body["error"]["message"]
    return str(body["error"]["code"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/results/none", 404),
        ("POST", "/", 405),
        ("DELETE", "/api/v1/", 405),
        ("PUT", "/api/v1/files", 405),
        ("GET", "/api/v1/jobs/-x", 422),
        ("POST", "/api/v1/jobs", 422),
        ("GET", "/api/v1/results?limit=9999", 422),
    ],
)
def test_a_refusal_is_a_problem(client: httpx2.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert error_code(answer)
    assert (status == 405) == ("allow" in answer.headers)


def test_ranges_that_a_file_does_not_have_are_problems(client: httpx2.Client) -> None:
    content = noise_png()
    id = client.post("/api/v1/files", content=content).json()["id"]
    answer = client.get(f"/api/v1/files/{id}", headers={"Range": "bytes=999999999-"})
    assert answer.status_code == 416
    assert error_code(answer) == "range_not_satisfiable"
    assert answer.headers["content-range"] == f"bytes */{len(content)}"
    for malformed in ("bytes=x", "lines=1-2", "bytes=5-2"):
        answer = client.get(f"/api/v1/files/{id}", headers={"Range": malformed})
        assert answer.status_code == 206 or error_code(answer)
    head = client.head("/nothing")
    assert (head.status_code, head.headers["content-type"], head.content) == (404, MEDIA_TYPE, b"")


def test_what_is_not_http_gets_one_too(studio: StudioProcess) -> None:
    head, _, body = studio.send_raw(b"nonsense\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert f"content-type: {MEDIA_TYPE}".encode() in head.lower()
    assert json.loads(body)["error"]["code"] == "bad_request"


def test_the_reference_documents_it(client: httpx2.Client) -> None:
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if status >= "4":
                    assert list(answer["content"]) == [MEDIA_TYPE], (path, status)
    assert "detail" in document["components"]["schemas"]["ErrorBody"]["properties"]
