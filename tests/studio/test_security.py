"""Hosts and origins that are refused, and the security headers of every response."""

from __future__ import annotations

import httpx2
import pytest

from tests.studio.studio_process import StudioProcess


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:{port}",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "192.168.1.5",
        "0.0.0.0",  # noqa: S104
        "[::ffff:127.0.0.1",
        "",
        "2130706433",
        "127.1",
    ],
)
def test_foreign_host_names_are_refused(client: httpx2.Client, studio: StudioProcess, host: str) -> None:
    answer = client.get("/api/v1/", headers={"Host": host.replace("{port}", str(studio.port))})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:9000", "127.0.0.1", "127.8.8.8:80", "[::1]:8420", "localhost."]
)
def test_names_of_this_machine_are_accepted(client: httpx2.Client, host: str) -> None:
    assert client.get("/api/v1/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://["},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/api/v1/files"), ("GET", "/api/v1/events"), ("GET", "/api/v1/results")]
)
def test_other_origins_are_refused(client: httpx2.Client, headers: dict[str, str], method: str, path: str) -> None:
    answer = client.request(method, path, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "foreign_origin"
    assert "access-control-allow-origin" not in answer.headers


def test_a_form_cannot_be_posted_from_elsewhere_even_by_navigating(client: httpx2.Client) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.post("/api/v1/jobs", headers=headers).status_code == 403
    assert client.get("/healthz", headers=headers).status_code == 200


def test_the_own_origin_is_accepted(client: httpx2.Client, studio: StudioProcess) -> None:
    headers = {"Origin": studio.address, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert client.get("/api/v1/results", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path", ["/", "/api/v1/", "/api/v1/results", "/nothing", "/healthz", "/docs", "/api/v1/jobs/x"]
)
def test_every_response_has_the_security_headers(client: httpx2.Client, path: str) -> None:
    headers = client.get(path).headers
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


def test_websockets_of_other_origins_are_refused(studio: StudioProcess) -> None:
    answer = studio.send_raw(
        b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://evil.example\r\nConnection: Upgrade, close\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 403")
