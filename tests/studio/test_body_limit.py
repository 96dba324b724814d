"""Requests that are too large or too slow, never end, or are not HTTP."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator

import pytest

from tests.clock import PATIENCE, under_load
from tests.studio.studio_process import GENEROUS_LIMITS, StudioProcess, read_all, run_studio

MB = 1 << 20


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    """Run a studio with short time limits and small size limits."""
    limits = {
        **GENEROUS_LIMITS,
        "upload_bytes": MB,
        "body_bytes": 64 * 1024,
        "grace_seconds": 1.0,
        "bytes_per_second": 65536.0,
    }
    with run_studio(tmp_path_factory.mktemp("narrow") / "home", limits=limits, lean=True) as it:
        yield it


def test_too_large_a_body_is_refused_with_and_without_its_length(narrow: StudioProcess) -> None:
    with narrow.client() as client:
        answer = client.post("/api/v1/files", content=b"x" * (2 * MB))
        assert answer.status_code == 413
        answer = client.post("/api/v1/files", content=(b"x" * 65536 for _ in range(64)))
        assert answer.status_code == 413
        answer = client.post("/api/v1/jobs", content=b"x" * 100_000)
        assert answer.status_code == 413
        answer = client.post("/api/v1/jobs", content=(b" " * 1000 for _ in range(100)))
        assert answer.status_code == 413
        assert client.get("/healthz").status_code == 200
    assert not list((narrow.home / "files" / "incoming").iterdir())


@pytest.mark.parametrize("path", ["files", "jobs", "preview", "correspondence"])
def test_a_body_that_drips_is_refused(narrow: StudioProcess, path: str) -> None:
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", narrow.port), timeout=PATIENCE) as line:
        line.sendall(
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: application/json\r\n\r\n".encode()
        )
        line.settimeout(0.25)
        answer = b""
        while time.monotonic() - begin < 120:
            try:
                line.sendall(b"1\r\n \r\n")
                answer = line.recv(65536) or b"closed"
                break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                answer = answer or b"closed"
                break
    assert answer.startswith(b"HTTP/1.1 408"), answer
    assert time.monotonic() - begin < under_load(10)
    assert not list((narrow.home / "files" / "incoming").iterdir())


def test_a_head_that_never_ends_closes_the_connection(narrow: StudioProcess) -> None:
    for begun in (b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /"):
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", narrow.port), timeout=PATIENCE) as line:
            line.sendall(begun)
            answer = read_all(line)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 200")
        # A connection without a request would be closed after 15 s.
        assert time.monotonic() - begin < min(14, under_load(8))


def test_a_client_that_disconnects_during_an_upload_leaves_nothing(narrow: StudioProcess) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", narrow.port), timeout=PATIENCE) as line:
            line.sendall(
                b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000\r\n\r\n" + b"x" * 70_000
            )
    end = time.monotonic() + PATIENCE
    while list((narrow.home / "files" / "incoming").iterdir()) and time.monotonic() < end:
        time.sleep(0.1)
    assert not list((narrow.home / "files" / "incoming").iterdir())
    open_files = len(os.listdir(f"/proc/{narrow.process.pid}/fd")) if os.path.isdir("/proc") else 0  # noqa: PTH208, PTH112
    assert open_files < 100
    with narrow.client() as client:
        assert client.get("/healthz").status_code == 200


def test_raw_nonsense_is_answered(narrow: StudioProcess) -> None:
    for nonsense in (
        b"\0\0\0\0\r\n\r\n",
        b"GET / HTTP/9.9\r\nConnection: close\r\n\r\n",
        b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1e3\r\n\r\n",
        b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    ):
        answer = narrow.send_raw(nonsense)
        assert answer.startswith(b"HTTP/1.1 4") or answer == b"", answer[:200]
    with socket.create_connection(("127.0.0.1", narrow.port), timeout=PATIENCE) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in read_all(line)
