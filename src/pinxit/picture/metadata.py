"""The recipe inside a file: where each kind of file has room for a text.

PNG: an `iTXt` chunk called `pinxit_recipe`. JPEG, WebP, AVIF: EXIF's UserComment. TIFF: ImageDescription.
"""

from __future__ import annotations

import json
import os
import re
import struct
import zlib
from pathlib import Path

import PIL.Image

from pinxit.picture.exif import IFD, IMAGE_DESCRIPTION, USER_COMMENT
from pinxit.picture.reader import bytes_of, one_sentence, opened

KEY = "pinxit_recipe"
XMP_KEY = "XML:com.adobe.xmp"  # XMP specification, part 3, section 1.1.5
# The character codes that begin a UserComment (CIPA DC-008, section 4.6.5).
_ASCII, _UNICODE = b"ASCII\0\0\0", b"UNICODE\0"
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _INCH = 0x011A, 0x011B, 0x0128, 2
# A recipe has two or three thousand characters.
MAX_CHARACTERS = 2**20
# A JPEG segment holds 65,533 bytes.
_MAX_EXIF = 60_000


def exif_with(recipe: str | None, exif: bytes | None, dpi: float | None = None) -> bytes:
    """An EXIF block with the recipe as its UserComment, and px to the inch; what stood in it is kept where there is room."""
    comment = None if recipe is None else _ASCII + ascii_json(recipe).encode()
    block = PIL.Image.Exif()
    if exif is not None and len(exif) + len(comment or b"") < _MAX_EXIF:
        block.load(exif)
    if dpi is not None:
        block[_X_RESOLUTION] = block[_Y_RESOLUTION] = dpi
        block[_RESOLUTION_UNIT] = _INCH
    if comment is not None:
        block.get_ifd(IFD)[USER_COMMENT] = comment
    return block.tobytes() if len(block) or comment is not None else b""


def ascii_json(text: str) -> str:
    """The same JSON, with characters beyond ASCII as `\\uXXXX`: every kind of file can hold that."""
    return re.sub(r"[^\x00-\x7f]", lambda character: json.dumps(character[0])[1:-1], text)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file: length, kind, content, checksum (W3C PNG, section 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_density(dpi: float) -> bytes:
    """A pHYs chunk: px to the metre, which is what PNG counts in."""
    per_metre = round(dpi / 0.0254)
    return png_chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))


def png_text(key: str, text: str) -> bytes:
    """A text as an uncompressed iTXt chunk."""
    return png_chunk(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.encode())


def read_recipe(path: str | os.PathLike[str]) -> str | None:
    """The text of the recipe inside a picture's file, or None where there is none; whether it is one is not judged.

    Raises:
        PinxitError: when there is no such file, or it is no picture.
    """
    content = bytes_of(Path(path))
    with one_sentence(os.fspath(path), content), opened(content) as image:
        found = image.info.get(KEY)
        # A PNG that has no EXIF before its pixels would be decoded whole in search of it.
        if found is None and (image.format != "PNG" or "exif" in image.info):
            found = image.getexif().get_ifd(IFD).get(USER_COMMENT)
        if found is None and image.format == "TIFF":
            found = image.getexif().get(IMAGE_DESCRIPTION)
        text = _comment(found) if isinstance(found, bytes) else found
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS or not text.lstrip().startswith("{"):
        return None
    return str(text)


def _comment(comment: bytes) -> str:
    """The text of a UserComment, whichever program wrote it."""
    if comment.startswith(_UNICODE):
        text = comment[len(_UNICODE) :]
        # The standard does not say which byte comes first; a recipe begins with a brace.
        return text.decode("utf-16-be" if text.startswith((b"\0", b"\xfe\xff")) else "utf-16-le", "replace").lstrip(
            "\ufeff"
        )
    return comment.removeprefix(_ASCII).removeprefix(bytes(8)).decode("utf-8", "replace").rstrip("\0")
