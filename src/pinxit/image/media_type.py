"""The media type of a picture's file, recognised by its content and never by its name."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Final

import PIL.Image

from pinxit.image.camera_raw import is_camera_raw
from pinxit.image.jpeg_xl import is_jpeg_xl
from pinxit.image.openexr import is_openexr
from pinxit.image.openraster_reader import is_openraster
from pinxit.image.psd_reader import is_psd
from pinxit.image.reader import FORMATS, bytes_of, is_heif
from pinxit.image.svg import is_svg

UNKNOWN = "application/octet-stream"
"""A file that begins like a picture, and that no decoder opens."""
_HEAD = 4096  # bytes
_KINDS: Final = (
    (is_psd, "image/vnd.adobe.photoshop"),
    (is_openraster, "image/openraster"),
    (is_jpeg_xl, "image/jxl"),
    (is_openexr, "image/x-exr"),
    (is_svg, "image/svg+xml"),
    (is_heif, "image/heic"),
)
_RAW = "image/x-dcraw"
_TIFF = (b"II*\0", b"MM\0*")
# FFmpeg takes damaged pictures, and kinds that pinxit does not read, for videos of one frame.
_BEGINNINGS = (b"\x89PNG", b"\xff\xd8", *_TIFF, b"BM", b"GIF8", b"%!", b"%PDF")
_STILL_BRANDS = (b"avif", b"avis")


def media_type(path: Path) -> str | None:
    """Return a picture's media type, `UNKNOWN` for a damaged one, and None for any other file.

    Only a TIFF, which may be a camera's raw file, is read whole.

    Args:
        path: the file.

    Raises:
        PinxitError: when the file cannot be read.
    """
    with path.open("rb") as stream:
        begin = stream.read(_HEAD)
    for holds, media in _KINDS:
        if holds(begin):
            return media
    if is_camera_raw(bytes_of(path) if begin.startswith(_TIFF) else begin):
        return _RAW
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with PIL.Image.open(path, formats=FORMATS) as image:
                return PIL.Image.MIME[image.format or ""]
    except PIL.UnidentifiedImageError:
        still = begin[4:8] == b"ftyp" and begin[8:12] in _STILL_BRANDS
        return UNKNOWN if still or begin.startswith(_BEGINNINGS) else None
    except Exception:  # decoders raise nearly anything on hostile files
        return UNKNOWN
