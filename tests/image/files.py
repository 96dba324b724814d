"""Files made in memory, for the tests of this folder."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import cv2
import imagecodecs
import numpy as np
import OpenEXR
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


SRGB_TO_XYZ_D65 = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def jxl_of(array: Array, **options: Any) -> bytes:
    return bytes(imagecodecs.jpegxl_encode(array, **{"lossless": True, **options}))


def exr_of(folder: Path, channels: dict[str, Array], **header: Any) -> bytes:
    path = folder / "made.exr"
    OpenEXR.File({"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **header}, channels).write(
        str(path)
    )
    return path.read_bytes()


def dng_of(values: Array) -> bytes:
    """The smallest DNG: a sensor's values `(H, W)` of 16 bits under a mosaic of red, green, green and blue."""
    file = io.BytesIO()
    tifffile.imwrite(
        file,
        values,
        photometric=32803,
        metadata=None,
        extratags=[
            (271, "s", 0, "pinxit", True),
            (272, "s", 0, "test", True),
            (274, "H", 1, 1, True),
            (33421, "H", 2, (2, 2), True),
            (33422, "B", 4, (0, 1, 1, 2), True),
            (50706, "B", 4, (1, 4, 0, 0), True),
            (50708, "s", 0, "pinxit test", True),
            (50714, "H", 1, 0, True),
            (50717, "H", 1, 65535, True),
            # XYZ to the camera's colours: sRGB's, so that the sensor sees linear sRGB.
            (
                50721,
                "2i",
                9,
                [n for v in np.linalg.inv(SRGB_TO_XYZ_D65).ravel() for n in (round(v * 10000), 10000)],
                True,
            ),
            (50728, "2I", 3, (1, 1, 1, 1, 1, 1), True),
            (50778, "H", 1, 21, True),
        ],
    )
    return file.getvalue()
