"""Files made in memory, for the tests of this folder."""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import numpy as np
import PIL.Image
import tifffile
from PIL import ImageCms

from pinxit.image.png import png_chunk

Array = np.ndarray[Any, Any]


def file_of(image: PIL.Image.Image, kind: str = "png", **options: Any) -> bytes:
    """What PIL writes."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def tiff_of(array: Array, **options: Any) -> bytes:
    """What tifffile writes of `(H, W[, C])`, or `(C, H, W)` for separate planes."""
    colors = array.ndim == 3
    file = io.BytesIO()
    tifffile.imwrite(file, array, **{"photometric": "rgb" if colors else "minisblack", "metadata": None, **options})
    return file.getvalue()


def png_of(array: Array, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of uint16 `(H, W)` or `(H, W, 3)`, with more chunks behind its header."""
    png: bytes = cv2.imencode(".png", np.ascontiguousarray(array[..., ::-1] if array.ndim == 3 else array))[1].tobytes()
    return png[:33] + b"".join(png_chunk(*chunk) for chunk in chunks) + png[33:]


def profile_with(name: str, *, primaries: dict[bytes, tuple[float, float, float]], gamma: float | None = None) -> bytes:
    """sRGB's profile under another name, with other primaries (XYZ, D50) or a power function as its curve."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for entry in range(132, 132 + 12 * struct.unpack_from(">I", profile, 128)[0], 12):
        tag, offset, length = struct.unpack_from(">4sII", profile, entry)
        if tag in primaries:
            struct.pack_into(">3i", profile, offset + 8, *(round(value * 65536) for value in primaries[tag]))
        elif tag in (b"rTRC", b"gTRC", b"bTRC") and gamma is not None:
            # A parametric curve of type 0, Y = X ** gamma (ICC.1, section 10.18).
            struct.pack_into(">4sIHHi", profile, offset, b"para", 0, 0, 0, round(gamma * 65536))
        elif tag == b"desc":
            text = bytes(profile[offset : offset + length])
            profile[offset : offset + length] = text.replace("sRGB".encode("utf-16-be"), name.encode("utf-16-be"))
    return bytes(profile)
