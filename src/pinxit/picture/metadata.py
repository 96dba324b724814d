"""The recipe inside a file: where each kind of file has room for a text.

PNG: an `iTXt` chunk called `pinxit_recipe`. JPEG, WebP, AVIF: EXIF's UserComment. TIFF: ImageDescription.
"""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import PIL.Image

from pinxit.picture.reader import FORMATS, bytes_of, one_sentence

KEY = "pinxit_recipe"
_EXIF_IFD, _USER_COMMENT, IMAGE_DESCRIPTION = 0x8769, 0x9286, 270
_ASCII = b"ASCII\0\0\0"
# A recipe has two or three thousand characters.
MAX_CHARACTERS = 2**20
# A JPEG segment holds 65,533 bytes.
_MAX_EXIF = 60_000


def exif_with(recipe: str | None, exif: bytes | None) -> bytes:
    """An EXIF block with the recipe as its UserComment; what stood in it before is kept where there is room."""
    block = PIL.Image.Exif()
    if exif is not None and len(exif) + len(recipe or "") < _MAX_EXIF:
        block.load(exif)
    if recipe is not None:
        block.get_ifd(_EXIF_IFD)[_USER_COMMENT] = _ASCII + recipe.encode("ascii", "backslashreplace")
    return block.tobytes() if len(block) or recipe is not None else b""


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG file: length, kind, content, checksum (W3C PNG, section 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_text(recipe: str) -> bytes:
    """The recipe as an uncompressed iTXt chunk."""
    return png_chunk(b"iTXt", KEY.encode() + b"\0\0\0\0\0" + recipe.encode())


def read_recipe(path: str | os.PathLike[str]) -> str | None:
    """The text of the recipe inside a picture's file, or None where there is none; whether it is one is not judged.

    Raises:
        PinxitError: when there is no such file, or it is no picture.
    """
    import io

    content = bytes_of(Path(path))
    with one_sentence(str(path), content), PIL.Image.open(io.BytesIO(content), formats=FORMATS) as image:
        found = image.info.get(KEY)
        if found is None:
            found = image.getexif().get_ifd(_EXIF_IFD).get(_USER_COMMENT)
        if found is None and image.format == "TIFF":
            found = image.getexif().get(IMAGE_DESCRIPTION)
        if isinstance(found, bytes):
            found = found.removeprefix(_ASCII).decode("ascii", "replace")
        if not isinstance(found, str) or len(found) > MAX_CHARACTERS or not found.lstrip().startswith("{"):
            return None
        return str(found)
    return None
