"""Encoding PNG, with 8 or 16 bits a channel and further chunks."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Literal

import numpy as np
import PIL.Image

from pinxit.image.convert import to_array
from pinxit.image.picture import Picture

_HEADER_END = 33  # signature and IHDR
_LEVEL = 4  # of zlib: paintings become 1 % larger than at its usual 6, in less than half of the time


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Return one chunk of a PNG file: length, kind, content, checksum (W3C PNG, section 5.3)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_density(dpi: float) -> bytes:
    """Return a pHYs chunk; PNG counts pixels per metre."""
    per_metre = round(dpi / 0.0254)
    return png_chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))


def png_text(key: str, text: str) -> bytes:
    """Return a text as an uncompressed iTXt chunk."""
    return png_chunk(b"iTXt", key.encode() + b"\0\0\0\0\0" + text.encode())


def encode_png(picture: Picture, bits: Literal[8, 16], chunks: bytes = b"") -> bytes:
    """Encode a picture as PNG, by Pillow for 8 bits and OpenCV for 16.

    Args:
        picture: the picture; of its metadata nothing is written.
        bits: bits a channel.
        chunks: complete chunks to insert behind the header.
    """
    array = to_array(picture, np.uint8 if bits == 8 else np.uint16)
    if bits == 8:
        file = io.BytesIO()
        PIL.Image.fromarray(array).save(file, "PNG", compress_level=_LEVEL)
        encoded = file.getvalue()
    else:
        import cv2

        order = [2, 1, 0, 3][: array.shape[2]]
        encoded = cv2.imencode(".png", np.ascontiguousarray(array[..., order]))[1].tobytes()
    return encoded[:_HEADER_END] + chunks + encoded[_HEADER_END:]
