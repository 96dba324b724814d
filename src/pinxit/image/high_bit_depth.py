"""Pictures with 16 bits a channel: PIL keeps them for grey only, so that OpenCV decodes colour a second time."""

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
    """Return the value of white in a colour picture with more than 8 bits a channel, None for all other pictures.

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
            raise PinxitError("stores its 16-bit channels separately: save it anew with interleaved channels.")
        return None
    return 65535


def decode_deep(image: PIL.Image.Image, content: bytes, white: int) -> NDArray[np.float32] | None:
    """Decode a picture at full depth by OpenCV, which turns a TIFF upright by its orientation, and nothing else.

    Args:
        image: the picture as PIL opened it.
        content: the file's bytes.
        white: the value of white.

    Returns:
        `(H, W, C)`, range [0, 1], with PIL's number of channels; None where OpenCV does not read it so.
    """
    if image.format == "HEIF":
        return _decode_heif(content)
    import cv2

    array = None
    with contextlib.suppress(cv2.error):
        array = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    # A fourth channel that the file does not declare as transparency is something else.
    order = [2, 1, 0, 3] if image.has_transparency_data else [2, 1, 0]
    if array is None or array.dtype != np.uint16 or array.ndim != 3 or array.shape[2] < len(order):
        return None
    channels = array[..., order] / np.float32(white)
    if len(order) == 4 and image.format == "TIFF" and _tag(image, EXTRA_SAMPLES) == (1,):
        # Associated alpha: colours are stored multiplied by it.
        channels[..., :3] /= np.maximum(channels[..., 3:], np.float32(1 / white))
        channels[..., :3].clip(0, 1, out=channels[..., :3])
    return channels


def _decode_heif(content: bytes) -> NDArray[np.float32]:
    """Decode the 10 or 12 bits of a HEIC picture, which the library returns as 16, already upright."""
    import pillow_heif

    file = pillow_heif.open_heif(content, convert_hdr_to_8bit=False)
    return np.asarray(file, np.uint16).astype(np.float32) / np.float32(65535)


def gray_numbers(image: PIL.Image.Image) -> NDArray[np.float32]:
    """Return a grey picture of 12-, 16- or 32-bit integers, or of floats, as `(H, W, 1 or 2)` in [0, 1].

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
    """Return the values of a TIFF's tag, `(0,)` where it is missing."""
    value = image.tag_v2.get(tag, (0,))  # type: ignore[attr-defined]
    return value if isinstance(value, tuple) else (value,)
