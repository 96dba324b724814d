"""The access token: without it nothing is answered, and the page's address is redirected to a cookie."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.studio.studio_process import StudioProcess, run_studio

TOKEN = "correct horse battery"  # noqa: S105 - a test's


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    with run_studio(tmp_path_factory.mktemp("guarded") / "home", token=TOKEN, lean=True) as it:
        yield it


def test_clients_need_the_token(guarded: StudioProcess) -> None:
    with guarded.client() as client:
        for path in ("/api/v1/", "/api/v1/events", "/metrics", "/docs", "/openapi.json", "/", "/nothing"):
            assert client.get(path).status_code == 401, path
        assert client.get("/api/v1/").headers["www-authenticate"] == "Bearer"
        assert client.post("/api/v1/files").status_code == 401
        for wrong in ("Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"):
            assert client.get("/api/v1/", headers={"Authorization": wrong}).status_code == 401, wrong
        assert client.get("/api/v1/", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert client.get("/healthz").json()["status"] in ("ready", "busy")


def test_the_pages_address_gives_a_cookie_once(guarded: StudioProcess) -> None:
    with guarded.client() as client:
        assert client.get("/", params={"token": "wrong"}).status_code == 401
        assert client.get("/api/v1/", params={"token": TOKEN}).status_code == 401, "programs present it in a header"
        answer = client.get("/gallery", params={"token": TOKEN, "q": "ä b"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/gallery?q=%C3%A4+b"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert TOKEN not in cookie
        assert client.get("/api/v1/").status_code == 200
        assert client.get("/api/v1/", headers={"Origin": "https://evil.example"}).status_code == 403


def test_the_redirect_stays_on_this_host(guarded: StudioProcess) -> None:
    answer = guarded.send_raw(
        b"GET //evil.example/x?token=correct+horse+battery HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )
    assert b"303" in answer.split(b"\r\n")[0]
    assert b"location: /evil.example/x\r\n" in answer.lower()
