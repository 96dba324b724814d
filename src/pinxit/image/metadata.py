"""The recipe inside a file: each kind of file has room for a text.

PNG: an `iTXt` chunk called `pinxit_recipe`; OpenRaster: that of its merged picture. JPEG, WebP, AVIF, PSD: EXIF's UserComment.
TIFF: ImageDescription.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import PIL.Image

from pinxit.image.camera_raw import is_camera_raw
from pinxit.image.exif import IFD, IMAGE_DESCRIPTION, USER_COMMENT
from pinxit.image.jpeg_xl import is_jpeg_xl
from pinxit.image.openexr import is_openexr
from pinxit.image.psd_reader import exif_of, is_psd
from pinxit.image.reader import bytes_of, open_image, translate_read_errors
from pinxit.image.svg import is_svg

KEY = "pinxit_recipe"
XMP_KEY = "XML:com.adobe.xmp"  # XMP specification, part 3, section 1.1.5
# The character codes that begin a UserComment (CIPA DC-008, section 4.6.5).
_ASCII, _UNICODE = b"ASCII\0\0\0", b"UNICODE\0"
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT, _INCH = 0x011A, 0x011B, 0x0128, 2
# Most characters of a recipe that are read; usual ones have two or three thousand.
MAX_CHARACTERS = 2**20
_MAX_EXIF = 60_000  # bytes: a JPEG segment holds 65,533


def exif_with(recipe: str | None, exif: bytes | None, dpi: float | None = None) -> bytes:
    """Return an EXIF block with the recipe as its UserComment, and the pixels per inch.

    Args:
        recipe: JSON text, or None.
        exif: the block to extend; it is dropped where both do not fit.
        dpi: pixels per inch, or None.
    """
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
    """Escape characters beyond ASCII in JSON as `\\uXXXX`, which every kind of file can hold."""
    return re.sub(r"[^\x00-\x7f]", lambda character: json.dumps(character[0])[1:-1], text)


def read_recipe(path: str | os.PathLike[str]) -> str | None:
    """Return the text stored as the recipe in a picture's file, or None; the text is not validated.

    Raises:
        PinxitError: when there is no such file, or it is not a picture.
    """
    content = bytes_of(Path(path))
    if is_jpeg_xl(content) or is_openexr(content) or is_svg(content) or is_camera_raw(content):
        return None  # kinds that pinxit does not write
    if is_psd(content):
        with translate_read_errors(os.fspath(path), content):
            found = exif_of(content).get_ifd(IFD).get(USER_COMMENT)
        return _checked(found)
    with translate_read_errors(os.fspath(path), content), open_image(content) as image:
        found = image.info.get(KEY)
        # In a PNG without EXIF before its pixels, the search would decode the whole picture.
        if found is None and (image.format != "PNG" or "exif" in image.info):
            found = image.getexif().get_ifd(IFD).get(USER_COMMENT)
        if found is None and image.format == "TIFF":
            found = image.getexif().get(IMAGE_DESCRIPTION)
        return _checked(found)
    raise AssertionError("unreachable")


def _checked(found: object) -> str | None:
    """Return what was found as text, or None where it cannot be a recipe."""
    text = _comment(found) if isinstance(found, bytes) else found
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS or not text.lstrip().startswith("{"):
        return None
    return str(text)


def _comment(comment: bytes) -> str:
    """Decode the text of a UserComment, in any of the encodings that programs write."""
    if comment.startswith(_UNICODE):
        text = comment[len(_UNICODE) :]
        # The standard does not define the byte order; a recipe begins with a brace.
        return text.decode("utf-16-be" if text.startswith((b"\0", b"\xfe\xff")) else "utf-16-le", "replace").lstrip(
            "\ufeff"
        )
    return comment.removeprefix(_ASCII).removeprefix(bytes(8)).decode("utf-8", "replace").rstrip("\0")
