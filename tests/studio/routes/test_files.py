"""Uploads and downloads: pictures, hostile files, hostile names and bodies."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zlib
from pathlib import Path

import httpx2
import PIL.Image
import PIL.PngImagePlugin
import pytest

from pinxit.jobs.files import Files
from tests.studio.api_client import error_message, noise_png
from tests.studio.studio_process import StudioProcess

MB = 1 << 20


def claim(width: int, height: int) -> bytes:
    """Return the first bytes of a PNG, which declare its size, and nothing more."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def test_a_picture_goes_in_and_comes_out(client: httpx2.Client) -> None:
    content = noise_png()
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


def test_a_lost_file_is_missing_until_it_is_uploaded_again(client: httpx2.Client, studio: StudioProcess) -> None:
    content = noise_png(seed=4711)
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


def test_small_copies_are_kept_until_the_file_is_lost(client: httpx2.Client, studio: StudioProcess) -> None:
    id = client.post("/api/v1/files", content=noise_png(600, 400)).json()["id"]
    first = client.get(f"/api/v1/files/{id}/thumbnail", params={"side": 256})
    assert first.headers["content-type"] == "image/webp"
    assert max(PIL.Image.open(io.BytesIO(first.content)).size) == 256
    files = Files(studio.home / "files", create=False)
    assert files.thumbnails.find(id, 256) == first.content
    assert client.get(f"/api/v1/files/{id}/thumbnail", params={"side": 256}).content == first.content
    files.path(id).unlink()
    assert client.get(f"/api/v1/files/{id}/thumbnail", params={"side": 256}).status_code == 404


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
def test_names_have_no_effect(client: httpx2.Client, studio: StudioProcess, name: str) -> None:
    answer = client.post("/api/v1/files", params={"name": name}, content=noise_png())
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
def test_no_address_leads_out(studio: StudioProcess, of: str, path: str) -> None:
    request = f"GET /api/v1/{of.format(path)} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    answer = studio.send_raw(request)
    assert answer.startswith(b"HTTP/1.1 4"), answer
    assert b"root:" not in answer


def test_a_header_that_claims_much_costs_little(client: httpx2.Client, studio: StudioProcess) -> None:
    client.post("/api/v1/files", content=noise_png())
    before = studio.memory_bytes()
    for width, height in ((60_000, 60_000), (2**31 - 1, 2**31 - 1), (1, 2**31 - 1), (0, 0)):
        assert error_message(client.post("/api/v1/files", content=claim(width, height) + b"\0" * 16))
    assert studio.memory_bytes() - before < 20 * MB


def test_bombs_of_every_make_are_refused(client: httpx2.Client, studio: StudioProcess) -> None:
    before = studio.memory_bytes()
    rows = zlib.compress(b"\0" * (30_001 * 3 + 1) * 300, 9)  # 300 of the 30 000 rows that it declares
    data = b"IDAT" + rows
    body = claim(30_001, 30_000) + struct.pack(">I", len(rows)) + data + struct.pack(">I", zlib.crc32(data))
    assert error_message(client.post("/api/v1/files", content=body))
    stream = io.BytesIO()
    PIL.Image.new("P", (20_000, 20_000)).save(stream, "GIF")
    assert len(stream.getvalue()) < MB
    assert error_message(client.post("/api/v1/files", content=stream.getvalue()))
    assert studio.memory_bytes() - before < 20 * MB


def test_texts_within_a_picture_are_bounded_and_never_shown_raw(client: httpx2.Client, studio: StudioProcess) -> None:
    before = studio.memory_bytes()
    text = b"tEXt\0" + zlib.compress(b"A" * (100 * MB), 9)
    chunk = b"zTXt" + b"Comment\0\0" + zlib.compress(b"A" * (100 * MB), 9)
    whole = noise_png(seed=9)
    bomb = whole[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + whole[33:]
    answer = client.post("/api/v1/files", content=bomb)
    assert answer.status_code in (201, 413, 415, 422), answer.text
    assert studio.memory_bytes() - before < 20 * MB, len(text)
    info = PIL.PngImagePlugin.PngInfo()
    info.add_text("pinxit_recipe", '{"work":"<script>","content":{"name":"../../etc/passwd"},"size":1e999}')
    info.add_text("Title", "<script>alert(1)</script>\0../../x")
    stream = io.BytesIO()
    PIL.Image.new("RGB", (40, 40), (9, 8, 7)).save(stream, "PNG", pnginfo=info)
    answer = client.post("/api/v1/files", content=stream.getvalue())
    assert answer.status_code == 201, answer.text
    assert "script" not in answer.text
    assert answer.json()["recipe"] is None


def test_ten_thousand_frames_are_one_picture_or_none(client: httpx2.Client, studio: StudioProcess) -> None:
    stream = io.BytesIO()
    frames = [PIL.Image.new("RGB", (2, 2), color) for color in ("red", "blue")]
    frames[0].save(stream, "GIF", save_all=True, append_images=frames[1:], duration=40)
    whole = stream.getvalue()
    # The second frame, from its control block to the end, is repeated ten thousand times.
    second = whole[whole.rindex(b"\x21\xf9") : -1]
    before = studio.memory_bytes()
    answer = client.post("/api/v1/files", content=whole[:-1] + second * 10_000 + b";")
    assert answer.status_code in (201, 413, 422), answer.text
    if answer.status_code == 201:
        assert answer.json()["frames"] > 9000
        assert client.get(f"/api/v1/files/{answer.json()['id']}/thumbnail").status_code == 200
    assert studio.memory_bytes() - before < 20 * MB


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_photograph_that_was_cut_off(client: httpx2.Client, studio: StudioProcess, share: float) -> None:
    stream = io.BytesIO()
    PIL.Image.open(io.BytesIO(noise_png(400, 300, seed=3))).save(stream, "JPEG")
    whole = stream.getvalue()
    error_message(client.post("/api/v1/files", content=whole[: int(len(whole) * share)]))
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
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"',
        b"8BPS\0\1" + b"\0" * 30,
        b"SIMPLE  =                    T" + b" " * 2850,
        b"PK\3\4" + b"\0" * 60,
        b"\x80\4\x95" + b"\0" * 40,
        b"\x7fELF" + b"\0" * 60,
        gzip.compress(b"x" * 9999, mtime=0),
    ],
)
def test_what_is_not_a_picture_is_refused_in_a_sentence(client: httpx2.Client, content: bytes) -> None:
    error_message(client.post("/api/v1/files", params={"name": "photo.jpg"}, content=content))


def test_content_decides_not_the_name(client: httpx2.Client) -> None:
    stream = io.BytesIO()
    PIL.Image.new("RGB", (20, 10)).save(stream, "TIFF")
    answer = client.post(
        "/api/v1/files", params={"name": "x.png"}, content=stream.getvalue(), headers={"Content-Type": "text/html"}
    )
    assert answer.status_code == 201
    assert answer.json()["media"] == "image/tiff"


@pytest.mark.slow(reason="uploads hundreds of files, each decoded in a process that may be killed")
def test_everything_hostile_is_answered(client: httpx2.Client, studio: StudioProcess, shared: Path) -> None:
    before = studio.memory_bytes()
    accepted = 0
    for path in sorted((shared / "hostile").iterdir()):
        answer = client.post("/api/v1/files", params={"name": path.name}, content=path.read_bytes())
        if answer.is_success:
            accepted += 1
            small = client.get(f"/api/v1/files/{answer.json()['id']}/thumbnail")
            assert small.status_code < 500, (path.name, small.text)
        else:
            error_message(answer)
        assert studio.process.poll() is None
    assert accepted > 50
    assert client.get("/healthz").status_code == 200
    assert studio.memory_bytes() - before < 60 * MB


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
def test_bodies_that_are_not_json_are_refused(client: httpx2.Client, body: bytes, media: str) -> None:
    error_message(client.post("/api/v1/jobs", content=body, headers={"Content-Type": media}))
