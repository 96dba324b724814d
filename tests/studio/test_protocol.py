"""Connections: how soon they are answered, and how soon they end."""

from __future__ import annotations

import contextlib
import http.client
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pinxit.studio.protocol import StudioServer, listen
from tests.clock import PATIENCE, under_load
from tests.studio.api_client import put_job, slow_order, wait_for_progress
from tests.studio.studio_process import run_studio


@contextlib.contextmanager
def served() -> Iterator[tuple[StudioServer, int]]:
    """Run a server like the studio's in this process; yields it and its port."""

    def answer(_: Request) -> PlainTextResponse:
        return PlainTextResponse("x")

    ready = threading.Event()
    with listen("127.0.0.1", 0) as listener:
        server = StudioServer(Starlette(routes=[Route("/", answer)]), 20, ready.set, lambda: None)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        assert ready.wait(PATIENCE)
        try:
            yield server, listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


def test_no_answer_waits_for_an_acknowledgement() -> None:
    with served() as (server, port), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
        line.request("GET", "/")
        assert line.getresponse().read() == b"x"
        (connection,) = server.server_state.connections
        here = connection.transport.get_extra_info("socket")
        assert here.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.slow(reason="starts a studio of its own, which paints")
def test_a_signal_ends_it_while_clients_are_connected(tmp_path: Path) -> None:
    """Connect clients that send slowly, upload, read slowly and listen to events, while a job paints."""
    with run_studio(tmp_path / "home") as studio, contextlib.ExitStack() as stack:
        with studio.client() as client:
            wait_for_progress(client, put_job(client, slow_order())["id"])
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", studio.port), timeout=PATIENCE))
            for _ in range(5)
        ]
        host = b"Host: 127.0.0.1\r\n"
        lines[0].sendall(b"GET / HT")
        lines[1].sendall(b"POST /api/v1/files HTTP/1.1\r\n" + host + b"Content-Length: 9999999\r\n\r\n" + b"x" * 99999)
        lines[2].sendall((b"GET /openapi.json HTTP/1.1\r\n" + host + b"\r\n") * 200)
        lines[3].sendall(b"GET /api/v1/events HTTP/1.1\r\n" + host + b"\r\n")
        lines[4].sendall(b"PUT /api/v1/jobs/1 HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
        assert lines[3].recv(65536).startswith(b"HTTP/1.1 200")
        with studio.client() as client:
            begin = time.monotonic()
            assert client.get("/healthz").status_code == 200
            healthy = time.monotonic() - begin
        begin = time.monotonic()
        studio.process.send_signal(signal.SIGTERM)
        assert studio.process.wait(PATIENCE) == 0
        seconds = time.monotonic() - begin
    # s: before this was cured it took ten seconds and more.
    assert seconds < under_load(8)
    assert healthy < under_load(1)
