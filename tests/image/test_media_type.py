"""What a file is, by its content alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.image.media_type import UNKNOWN, media_type
from tests.image.files import dng_of, exr_of, file_of, jxl_of

PLAIN = PIL.Image.new("RGB", (16, 16), "red")


def written(folder: Path, kind: str) -> bytes:
    """A file of a kind."""
    if kind in ("psd", "ora"):
        return pictures.write(pictures.from_pil(PLAIN), folder / f"made.{kind}").read_bytes()
    if kind == "exr":
        return exr_of(folder, {"RGB": np.zeros((4, 4, 3), np.float32)})
    if kind == "jxl":
        return jxl_of(np.asarray(PLAIN))
    if kind == "svg":
        return b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'
    if kind == "dng":
        return dng_of(np.full((64, 64), 9000, np.uint16))
    return file_of(PLAIN, kind)


@pytest.mark.parametrize(
    ("kind", "media"),
    {
        "png": "image/png",
        "jpeg": "image/jpeg",
        "webp": "image/webp",
        "tiff": "image/tiff",
        "avif": "image/avif",
        "gif": "image/gif",
        "bmp": "image/bmp",
        "psd": "image/vnd.adobe.photoshop",
        "ora": "image/openraster",
        "jxl": "image/jxl",
        "exr": "image/x-exr",
        "svg": "image/svg+xml",
        "dng": "image/x-dcraw",
    }.items(),
)
def test_kinds(tmp_path: Path, kind: str, media: str) -> None:
    path = tmp_path / "named.txt"
    path.write_bytes(written(tmp_path, kind))
    assert media_type(path) == media


@pytest.mark.parametrize(
    "begin",
    [
        b"\x89PNG\r\n\x1a\nnothing",
        b"\xff\xd8\xff\xe0nothing",
        b"II*\0nothing",
        b"MM\0*nothing",
        b"BMnothing",
        b"GIF89nothing",
        b"%!PS-Adobe-3.0",
        b"%PDF-1.7",
        b"\0\0\0\x1cftypavifnothing",
        b"\0\0\0\x1cftypavisnothing",
    ],
)
def test_what_begins_like_a_picture_is_no_film(tmp_path: Path, begin: bytes) -> None:
    (tmp_path / "a").write_bytes(begin)
    assert media_type(tmp_path / "a") == UNKNOWN


@pytest.mark.parametrize(
    "content", [b"", b"words", b"\0\0\0\x1cftypisom", b"\x1aE\xdf\xa3webm", b"\0\0\0\x1cfreeavif", b"PK\3\4"]
)
def test_what_is_no_picture(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.png").write_bytes(content)
    assert media_type(tmp_path / "a.png") is None
