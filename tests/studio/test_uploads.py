"""Files in and out, whatever they are and however they come."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import socket
import struct
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import PIL.Image
import PIL.PngImagePlugin
import pytest

from tests.studio.conftest import GENEROUS
from tests.studio.servers import Running, read_all, running

MB = 1 << 20


def png(width: int = 64, height: int = 48, seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    stream = io.BytesIO()
    PIL.Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def claim(width: int, height: int) -> bytes:
    """The beginning of a PNG that says how large it is, and no more."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def refused(answer: httpx2.Response) -> str:
    """The sentence of a refusal."""
    assert 400 <= answer.status_code < 500, answer.text
    error = answer.json()["error"]
    assert error["code"]
    assert error["message"].endswith((".", "…"))
    assert "/" not in error["message"].replace("JPEG/PNG", ""), "no place is told"
    return str(error["message"])


def test_a_picture_goes_in_and_comes_out(client: httpx2.Client) -> None:
    content = png()
    answer = client.post("/api/v1/files", params={"name": "mein Bild.png"}, content=content)
    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert file["id"] == hashlib.sha256(content).hexdigest()
    assert (file["kind"], file["media"], file["width"], file["height"]) == ("picture", "image/png", 64, 48)
    again = client.post("/api/v1/files", content=content)
    assert (again.status_code, again.json()["id"]) == (200, file["id"])
    back = client.get(f"/api/v1/files/{file['id']}")
    assert back.content == content
    assert back.headers["content-type"] == "image/png"
    assert back.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in back.headers["content-security-policy"]
    part = client.get(f"/api/v1/files/{file['id']}", headers={"Range": "bytes=8-15"})
    assert (part.status_code, part.content) == (206, content[8:16])
    small = client.get(f"/api/v1/files/{file['id']}/thumbnail", params={"side": 32})
    assert small.headers["content-type"] == "image/webp"
    assert PIL.Image.open(io.BytesIO(small.content)).size == (32, 24)


def test_a_lost_file_is_missing_until_it_is_uploaded_again(client: httpx2.Client, studio: Running) -> None:
    content = png(seed=4711)
    id = client.post("/api/v1/files", content=content).json()["id"]
    (studio.home / "files" / id[:2] / f"{id}.bytes").unlink()
    picture = {"name": "a.png", "sha256": id}
    for path in (f"/api/v1/files/{id}", f"/api/v1/files/{id}/about", f"/api/v1/files/{id}/thumbnail"):
        assert client.get(path).status_code == 404, path
    body = {"order": {"work": "stylize", "content": picture, "styles": [{"name": "house:ink"}]}}
    assert client.post("/api/v1/jobs", json=body).status_code == 404
    assert client.post("/api/v1/files", content=content).status_code == 201
    assert client.get(f"/api/v1/files/{id}").content == content
    assert client.get(f"/api/v1/files/{id}/thumbnail").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\x",
        "CON",
        "a\0b",
        "-rf",
        "😀" * 60,
        " ",
        "<script>alert(1)</script>.png",
        ".",
        "x\r\nSet-Cookie: a=b",
    ],
)
def test_names_tell_a_person_and_nothing_else(client: httpx2.Client, studio: Running, name: str) -> None:
    answer = client.post("/api/v1/files", params={"name": name}, content=png(seed=abs(hash(name)) % 1000))
    assert answer.is_success, answer.text
    back = client.get(f"/api/v1/files/{answer.json()['id']}")
    assert back.status_code == 200
    assert "set-cookie" not in back.headers
    stored = {path.name for path in studio.home.rglob("*")}
    assert not {one for one in stored if "passwd" in one or "script" in one or "😀" in one}


@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fetc%2fpasswd",
        "%00",
        "%2e%2e",
        "..%5c..%5cx",
        "/etc/passwd",
        "A" * 64,
        "a" * 63,
        "a" * 65,
        "%0d%0aSet-Cookie:x",
        "a" * 64,
        "C:%5cWindows",
    ],
)
@pytest.mark.parametrize(
    "of",
    [
        "files/{}",
        "files/{}/thumbnail",
        "results/{}",
        "results/{}/share",
        "results/{}/recipe",
        "results/{}/page",
        "jobs/{}",
        "jobs/{}/preview",
        "styles/{}/picture",
    ],
)
def test_no_address_leads_out(studio: Running, of: str, path: str) -> None:
    request = f"GET /api/v1/{of.format(path)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    answer = studio.speak(request)
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert b"root:" not in answer


def test_a_header_that_claims_much_costs_little(client: httpx2.Client, studio: Running) -> None:
    client.post("/api/v1/files", content=png())
    before = studio.bytes_used()
    for width, height in ((60_000, 60_000), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (0, 0)):
        assert refused(client.post("/api/v1/files", content=claim(width, height) + b"\0" * 16))
    assert studio.bytes_used() - before < 20 * MB


def test_bombs_of_every_make_are_refused(client: httpx2.Client, studio: Running) -> None:
    before = studio.bytes_used()
    rows = zlib.compress(b"\0" * (30_001 * 3 + 1) * 300, 9)  # it says 30 000 rows; these will do
    data = b"IDAT" + rows
    body = claim(30_001, 30_000) + struct.pack(">I", len(rows)) + data + struct.pack(">I", zlib.crc32(data))
    assert refused(client.post("/api/v1/files", content=body))
    stream = io.BytesIO()
    PIL.Image.new("P", (20_000, 20_000)).save(stream, "GIF")
    assert len(stream.getvalue()) < MB
    assert refused(client.post("/api/v1/files", content=stream.getvalue()))
    assert studio.bytes_used() - before < 20 * MB


def test_texts_within_a_picture_are_bounded_and_never_shown_raw(client: httpx2.Client, studio: Running) -> None:
    before = studio.bytes_used()
    text = b"tEXt\0" + zlib.compress(b"A" * (100 * MB), 9)
    chunk = b"zTXt" + b"Comment\0\0" + zlib.compress(b"A" * (100 * MB), 9)
    whole = png(seed=9)
    bomb = whole[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + whole[33:]
    answer = client.post("/api/v1/files", content=bomb)
    assert answer.status_code in (201, 413, 415, 422), answer.text
    assert studio.bytes_used() - before < 20 * MB, len(text)
    info = PIL.PngImagePlugin.PngInfo()
    info.add_text("pinxit_recipe", '{"work":"<script>","content":{"name":"../../etc/passwd"},"size":1e999}')
    info.add_text("Title", "<script>alert(1)</script>\0../../x")
    stream = io.BytesIO()
    PIL.Image.new("RGB", (40, 40), (9, 8, 7)).save(stream, "PNG", pnginfo=info)
    answer = client.post("/api/v1/files", content=stream.getvalue())
    assert answer.status_code == 201, answer.text
    assert "script" not in answer.text
    assert answer.json()["recipe"] is None


def test_ten_thousand_frames_are_one_picture_or_none(client: httpx2.Client, studio: Running) -> None:
    stream = io.BytesIO()
    frames = [PIL.Image.new("RGB", (2, 2), color) for color in ("red", "blue")]
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:], duration=40)
    whole = stream.getvalue()
    # From its control block to the end: the second frame, ten thousand times over.
    second = whole[whole.rindex(b"\x21\xf9") : -1]
    before = studio.bytes_used()
    answer = client.post("/api/v1/files", content=whole[:-1] + second * 10_000 + b";")
    assert answer.status_code in (201, 413, 422), answer.text
    if answer.status_code == 201:
        assert answer.json()["frames"] > 9000
        assert client.get(f"/api/v1/files/{answer.json()['id']}/thumbnail").status_code == 200
    assert studio.bytes_used() - before < 20 * MB


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_photograph_that_was_cut_off(client: httpx2.Client, studio: Running, share: float) -> None:
    stream = io.BytesIO()
    PIL.Image.open(io.BytesIO(png(400, 300, seed=3))).save(stream, "JPEG")
    whole = stream.getvalue()
    refused(client.post("/api/v1/files", content=whole[: int(len(whole) * share)]))
    assert not list((studio.home / "files" / "incoming").iterdir())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89",
        b"just a text, called photo.jpg",
        b"<!doctype html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"%PDF-1.7\n1 0 obj\n",
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
        b"8BPS\0\1" + b"\0" * 30,
        b"SIMPLE  =                    T" + b" " * 2850,
        b"PK\3\4" + b"\0" * 60,
        b"\x80\4\x95" + b"\0" * 40,
        b"\x7fELF" + b"\0" * 60,
        gzip.compress(b"x" * 9999, mtime=0),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(client: httpx2.Client, content: bytes) -> None:
    refused(client.post("/api/v1/files", params={"name": "photo.jpg"}, content=content))


def test_content_decides_not_the_name(client: httpx2.Client) -> None:
    stream = io.BytesIO()
    PIL.Image.new("RGB", (20, 10)).save(stream, "TIFF")
    answer = client.post(
        "/api/v1/files", params={"name": "x.png"}, content=stream.getvalue(), headers={"Content-Type": "text/html"}
    )
    assert answer.status_code == 201
    assert answer.json()["media"] == "image/tiff"


@pytest.mark.slow
def test_everything_hostile_is_answered(client: httpx2.Client, studio: Running, shared: Path) -> None:
    before = studio.bytes_used()
    accepted = 0
    for path in sorted((shared / "hostile").iterdir()):
        answer = client.post("/api/v1/files", params={"name": path.name}, content=path.read_bytes())
        if answer.is_success:
            accepted += 1
            small = client.get(f"/api/v1/files/{answer.json()['id']}/thumbnail")
            assert small.status_code < 500, (path.name, small.text)
        else:
            refused(answer)
        assert studio.process.poll() is None
    assert accepted > 50
    assert client.get("/healthz").status_code == 200
    assert studio.bytes_used() - before < 60 * MB


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A studio with little patience and little room."""
    limits = {**GENEROUS, "upload_bytes": MB, "body_bytes": 64 * 1024, "grace_seconds": 1.0, "slowest": 65536.0}
    with running(tmp_path_factory.mktemp("narrow") / "home", limits=limits) as it:
        yield it


def test_too_long_a_body_is_refused_whether_it_says_so_or_not(narrow: Running) -> None:
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


@pytest.mark.parametrize("path", ["files", "jobs", "preview"])
def test_a_drip_ends(narrow: Running, path: str) -> None:
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", narrow.port), timeout=20) as line:
        line.sendall(
            f"POST /api/v1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: application/json\r\n\r\n".encode()
        )
        line.settimeout(0.25)
        answer = b""
        while time.monotonic() - begin < 15:
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
    assert time.monotonic() - begin < 10
    assert not list((narrow.home / "files" / "incoming").iterdir())


def test_a_head_that_never_ends_ends(narrow: Running) -> None:
    for begun in (b"", b"GET / HT", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /"):
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", narrow.port), timeout=10) as line:
            line.sendall(begun)
            answer = read_all(line)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 200")
        assert time.monotonic() - begin < 8


def test_who_leaves_in_the_middle_leaves_nothing(narrow: Running) -> None:
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", narrow.port), timeout=5) as line:
            line.sendall(
                b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 500000\r\n\r\n" + b"x" * 70_000
            )
    end = time.monotonic() + 10
    while list((narrow.home / "files" / "incoming").iterdir()) and time.monotonic() < end:
        time.sleep(0.1)
    assert not list((narrow.home / "files" / "incoming").iterdir())
    open_files = len(os.listdir(f"/proc/{narrow.process.pid}/fd")) if os.path.isdir("/proc") else 0  # noqa: PTH208, PTH112
    assert open_files < 100
    with narrow.client() as client:
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 1000,
        b"",
        b"{" * 20_000,
        b"[" * 60_000,
        b'{"order": ' * 3000,
        b"\xff\xfe\x00",
        b'{"order": {"work": "stylize", "size": ' + b"9" * 5000 + b"}}",
        b"null",
        b'"x"',
    ],
)
@pytest.mark.parametrize(
    "media", ["application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/html"]
)
def test_bodies_that_are_none(client: httpx2.Client, body: bytes, media: str) -> None:
    refused(client.post("/api/v1/jobs", content=body, headers={"Content-Type": media}))


def test_raw_nonsense_is_answered(narrow: Running) -> None:
    for nonsense in (
        b"\0\0\0\0\r\n\r\n",
        b"GET / HTTP/9.9\r\nConnection: close\r\n\r\n",
        b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1e3\r\n\r\n",
        b"POST /api/v1/files HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    ):
        answer = narrow.speak(nonsense)
        assert answer.startswith(b"HTTP/1.1 4") or answer == b"", answer[:200]
    with socket.create_connection(("127.0.0.1", narrow.port), timeout=10) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in read_all(line)
