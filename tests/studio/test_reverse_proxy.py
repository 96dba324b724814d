"""The studio behind nginx and Caddy, with the configuration files that the documentation shows."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import expect

from tests.clock import PATIENCE
from tests.studio.api_client import noise_png, read_events, read_until, small_order, wait_for_state
from tests.studio.chromium import REQUIRES_CHROMIUM, open_chromium
from tests.studio.studio_process import StudioProcess, free_port, run_studio

DOCS = Path(__file__).parents[2] / "docs"
NAME = "studio.example.org"
TOKEN = "correct horse battery"  # noqa: S105 - a test's


class ByName(httpx2.HTTPTransport):
    """A transport to 127.0.0.1 that requests the public name and accepts the test's own certificate."""

    def __init__(self) -> None:
        super().__init__(verify=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions = {**request.extensions, "sni_hostname": NAME}
        return super().handle_request(request)


class Proxied(NamedTuple):
    """A studio and the proxy in front of it."""

    studio: StudioProcess
    port: int

    def client(self, host: str = "", token: str = TOKEN) -> httpx2.Client:
        """Return a client that connects through the proxy, by the public name."""
        headers = {"Host": host or f"{NAME}:{self.port}"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return httpx2.Client(
            base_url=f"https://127.0.0.1:{self.port}",
            headers=headers,
            transport=ByName(),
            timeout=PATIENCE,
            trust_env=False,
        )


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a self-signed certificate for the public name; return its file and its key's."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def nginx(folder: Path, port: int, studio: int) -> list[str]:
    """Return the command that runs nginx with the documented configuration, without special rights."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("there is no nginx: apt-get install nginx")
    cert, key = certificate(folder)
    server = (DOCS / "nginx.conf").read_text(encoding="utf-8")
    for documented, here in (
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        (r"/etc/letsencrypt/\S+/fullchain\.pem", str(cert)),
        (r"/etc/letsencrypt/\S+/privkey\.pem", str(key)),
        (r"127\.0\.0\.1:8420", f"127.0.0.1:{studio}"),
    ):
        server, count = re.subn(documented, here, server)
        assert count == 1, documented
    places = "".join(
        f"{name}_temp_path {folder / name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{server}\n}}\n"
    )
    return [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, port: int, studio: int) -> list[str]:
    """Return the command that runs Caddy with the documented configuration, but another certificate."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("there is no Caddy: apt-get install caddy")
    cert, key = certificate(folder)
    site = (DOCS / "Caddyfile").read_text(encoding="utf-8")
    for documented, here in (
        (rf"(?m)^{re.escape(NAME)} {{$", f"https://{NAME}:{port} {{\n\tbind 127.0.0.1\n\ttls {cert} {key}"),
        (r"127\.0\.0\.1:8420", f"127.0.0.1:{studio}"),
    ):
        site, count = re.subn(documented, here, site)
        assert count == 1, documented
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
    return [program, "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(scope="module", params=[nginx, caddy])
def proxied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    with contextlib.ExitStack() as stack:
        studio_port = free_port()
        # Before the studio starts, because this may skip the test.
        command = request.param(folder, port, studio_port)
        home = tmp_path_factory.mktemp("proxied") / "home"
        studio = stack.enter_context(
            run_studio(home, names=[f"{NAME}:{port}"], token=TOKEN, port=studio_port, lean=True)
        )
        process = subprocess.Popen(
            command, stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert time.monotonic() < end, "the proxy does not start"
            time.sleep(0.05)
        proxied = Proxied(studio, port)
        yield proxied
        # A signal ends the studio while the proxy holds an event stream.
        with proxied.client() as client, client.stream("GET", "/api/v1/events") as answer:
            assert next(read_events(answer)).event == "hello"
            studio.process.terminate()
            assert studio.process.wait(PATIENCE) == 0


def test_every_client_needs_the_token(proxied: Proxied) -> None:
    with proxied.client(token="") as client:
        for headers in (
            {},
            # Claims about the client itself, and a list of headers that the proxy should drop.
            {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1"},
            {"Connection": "close, X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Via"},
        ):
            assert client.get("/api/v1/results", headers=headers).status_code == 401, headers
            assert client.post("/api/v1/files", headers=headers, content=b"x").status_code == 401
        assert client.get("/", headers={"Accept": "text/html"}).status_code == 401
        assert client.get("/healthz").status_code == 200
    # Without forwarding headers, as another proxy might send requests.
    with proxied.studio.client() as direct:
        assert direct.get("/api/v1/results").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", f"{NAME}.evil.example"])
def test_another_name_is_refused(proxied: Proxied, host: str) -> None:
    with proxied.client(host=host) as client:
        answer = client.get("/api/v1/results")
        # nginx passes it on; Caddy has no site of that name.
        assert answer.status_code == 421 or answer.content == b""


def test_other_origins_are_refused(proxied: Proxied) -> None:
    with proxied.client() as client:
        own = f"https://{NAME}:{proxied.port}"
        assert client.post("/api/v1/files", headers={"Origin": own}).status_code == 422
        for origin in (f"https://{NAME}:1", "https://evil.example", "null", f"https://{NAME}.evil.example"):
            assert client.post("/api/v1/files", headers={"Origin": origin}).status_code == 403, origin


def test_uploads_events_and_jobs_pass(proxied: Proxied) -> None:
    content = noise_png(1500, 1100)
    assert len(content) > 4 << 20
    with proxied.client() as client, client.stream("GET", "/api/v1/events") as answer:
        events = read_events(answer)
        assert next(events).event == "hello"
        file = client.post("/api/v1/files", params={"name": "big.png"}, content=content)
        assert file.status_code == 201, file.text
        assert client.get(f"/api/v1/files/{file.json()['id']}").content == content
        id = str(uuid.uuid4())
        assert client.put(f"/api/v1/jobs/{id}", json={"order": small_order()}).status_code == 201
        # The proxy does not hold events back until the stream ends.
        assert read_until(events, "job", id=id, state="queued")
        assert read_until(events, "job", id=id, state="succeeded")
        wait_for_state(client, id, "succeeded")


def test_the_cookie_is_for_encrypted_connections_alone(proxied: Proxied) -> None:
    with proxied.client(token="") as client:
        answer = client.get("/", params={"token": TOKEN})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/"
        assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.slow(reason="starts a studio of its own")
def test_limits_hold_for_each_client_not_for_the_proxy(tmp_path: Path) -> None:
    options = {"limits": {"requests": 0.01, "requests_burst": 2}, "lean": True}
    with run_studio(tmp_path / "home", names=[NAME], token=TOKEN, **options) as studio, studio.client() as client:

        def ask(address: str) -> int:
            headers = {"Authorization": f"Bearer {TOKEN}", "Host": NAME, "X-Forwarded-For": address}
            return client.get("/api/v1/results", headers=headers).status_code

        assert [ask("198.51.100.1") for _ in range(3)] == [200, 200, 429]
        # Only the address that the proxy itself added counts.
        assert ask("203.0.113.9, 198.51.100.1") == 429
        assert ask("198.51.100.2") == 200


@pytest.mark.skipif(
    REQUIRES_CHROMIUM[0].args[0] or REQUIRES_CHROMIUM[1].args[0],
    reason="there is no Chromium, or the page is not built",
)
def test_the_page_works_in_a_browser(proxied: Proxied) -> None:
    rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
    with open_chromium(rules, "--ignore-certificate-errors") as chromium:
        page = chromium.new_page()
        failed: list[str] = []
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.on("response", lambda answer: failed.extend([answer.url] if answer.status >= 400 else []))
        base = f"https://{NAME}:{proxied.port}"
        page.goto(f"{base}/live?token={TOKEN.replace(' ', '+')}", wait_until="load")
        assert page.url == f"{base}/live"
        expect(page.get_by_role("main")).to_be_visible()
        assert page.evaluate("crossOriginIsolated")
        status = page.evaluate(
            """async () => (await fetch("/api/v1/live/model", {method: "POST",
                headers: {"Content-Type": "application/json"},
                body: JSON.stringify({styles: [{name: "house:ink"}], size: 160})})).status"""
        )
        assert status == 200
        assert failed == []
