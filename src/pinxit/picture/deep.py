"""16 bits a channel: PIL keeps them for grey pictures only, so colour is decoded a second time, by OpenCV."""

from __future__ import annotations

import contextlib
import re

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.errors import PinxitError

# TIFF 6.0, sections 8 and 18.
BITS, COMPRESSION, PHOTOMETRIC, PLANAR, EXTRA_SAMPLES = 258, 259, 262, 284, 338
# Width, height and largest value behind the magic number, comments between them (netpbm's ppm.5); binary files only.
_PPM_HEADER = re.compile(rb"P6(?:\s|#[^\n]*\n)+(?:\d+(?:\s|#[^\n]*\n)+){2}(\d+)\s")


def white_of(image: PIL.Image.Image, content: bytes) -> int | None:
    """The number that means white in a colour picture of more than 8 bits a channel, None for all other pictures.

    Raises:
        PinxitError: for the one layout that PIL and OpenCV both decode to wrong colours.
    """
    if image.mode not in ("RGB", "RGBA", "LA"):
        return None
    if image.format == "HEIF":
        return 65535 if image.info.get("bit_depth", 8) > 8 else None
    if image.format == "PNG":
        return 65535 if content[24:25] == b"\x10" else None  # the header's bit depth
    if image.format == "PPM":
        header = _PPM_HEADER.match(content[:4096])
        return int(header[1]) if header and int(header[1]) > 255 else None
    if image.format != "TIFF" or max(_tag(image, BITS)) != 16:
        return None
    if _tag(image, PLANAR) == (2,):
        if _tag(image, COMPRESSION) == (1,):
            raise PinxitError("keeps each 16-bit channel apart: save it anew with interleaved channels.")
        return None
    return 65535


def decode_deep(image: PIL.Image.Image, content: bytes, white: int) -> NDArray[np.float32] | None:
    """`(H, W, C)` in [0, 1] at full depth, C as PIL has it, or None where OpenCV does not read it so.

    OpenCV turns a TIFF upright by its orientation, and nothing else.
    """
    if image.format == "HEIF":
        return _decode_heif(content)
    import cv2

    array = None
    with contextlib.suppress(cv2.error):
        array = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    # A fourth channel of which the file does not say that it is transparency is something else.
    order = [2, 1, 0, 3] if image.has_transparency_data else [2, 1, 0]
    if array is None or array.dtype != np.uint16 or array.ndim != 3 or array.shape[2] < len(order):
        return None
    channels = array[..., order] / np.float32(white)
    if len(order) == 4 and image.format == "TIFF" and _tag(image, EXTRA_SAMPLES) == (1,):
        # Associated alpha: colours come multiplied by it.
        channels[..., :3] /= np.maximum(channels[..., 3:], np.float32(1 / white))
        channels[..., :3].clip(0, 1, out=channels[..., :3])
    return channels


def _decode_heif(content: bytes) -> NDArray[np.float32]:
    """The 10 or 12 bits of a HEIC picture, which its library hands out as 16, upright already."""
    import pillow_heif

    file = pillow_heif.open_heif(content, convert_hdr_to_8bit=False)
    return np.asarray(file, np.uint16).astype(np.float32) / np.float32(65535)


def grey_numbers(image: PIL.Image.Image) -> NDArray[np.float32]:
    """A grey picture of 12-, 16- or 32-bit numbers, or floating-point ones, as `(H, W, 1 or 2)` in [0, 1].

    Raises:
        PinxitError: when they go beyond black and white.
    """
    numbers = np.asarray(image, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise PinxitError("holds NaN or infinite numbers: it is data, not a picture.")
    is_tiff = image.format == "TIFF"
    white = 1.0 if image.mode == "F" else 4095.0 if is_tiff and _tag(image, BITS) == (12,) else 65535.0
    if numbers.min() < 0 or numbers.max() > white:
        raise PinxitError(
            f"has values from {numbers.min():g} to {numbers.max():g}: save it with 8 or 16 bits a channel."
        )
    grey = numbers / white
    if is_tiff and image.mode != "F" and _tag(image, PHOTOMETRIC) == (0,):
        grey = 1 - grey  # 0 means white
    channels = [grey]
    if isinstance(transparent := image.info.get("transparency"), int):
        channels.append(numbers != transparent)
    return np.stack(channels, axis=-1).astype(np.float32)


def _tag(image: PIL.Image.Image, tag: int) -> tuple[int, ...]:
    """A TIFF's tag, `(0,)` where it is not there."""
    value = image.tag_v2.get(tag, (0,))  # type: ignore[attr-defined]
    return value if isinstance(value, tuple) else (value,)
