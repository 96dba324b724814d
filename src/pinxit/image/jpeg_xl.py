"""Reading JPEG XL by imagecodecs, where it is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError

_CODESTREAM = b"\xff\x0a"
_CONTAINER = b"\0\0\0\x0cJXL \r\n\x87\n"
# Width by the header's number, as a fraction of the height (ISO/IEC 18181-1, size header).
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_SIDE_BITS = (9, 13, 18, 30)
_HEADER = 16  # bytes that hold the size header


def is_jpeg_xl(content: bytes) -> bool:
    """Whether a file's first bytes are those of JPEG XL, as a bare codestream or in a container."""
    return content.startswith((_CODESTREAM, _CONTAINER))


def size_of(content: bytes) -> tuple[int, int]:
    """Return the width and height that a file declares, px: a hundred bytes may hold billions of pixels.

    Raises:
        PinxitError: when it declares none; the sentence follows the file's name.
    """
    codestream = content if content.startswith(_CODESTREAM) else _codestream(content)
    bits = _Bits(codestream[2:_HEADER])
    if bits.take(1):
        height = 8 * (bits.take(5) + 1)
        ratio = bits.take(3)
        width = _width(height, ratio) if ratio else 8 * (bits.take(5) + 1)
        return width, height
    height = bits.take(_SIDE_BITS[bits.take(2)]) + 1
    ratio = bits.take(3)
    return _width(height, ratio) if ratio else bits.take(_SIDE_BITS[bits.take(2)]) + 1, height


def decode_jpeg_xl(content: bytes) -> NDArray[Any]:
    """Decode the first frame, upright, as `(H, W, C)`: uint8, uint16, or float in [0, 1].

    Raises:
        PinxitError: when imagecodecs is not installed; imagecodecs raises its own errors for damaged files.
    """
    try:
        import imagecodecs
    except ImportError as error:
        raise PinxitError("is a JPEG XL picture, which needs one more package: pip install 'pinxit[photo]'.") from error
    width, height = size_of(content)
    array: NDArray[Any] = imagecodecs.jpegxl_decode(content)
    if array.ndim == 4:
        array = array[0]
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4) or array.shape[0] * array.shape[1] != width * height:
        raise PinxitError("holds channels that are no picture: give RGB or grey.")
    if array.dtype.kind == "f":
        return np.nan_to_num(array.astype(np.float32)).clip(0, 1)
    return array


def _width(height: int, ratio: int) -> int:
    numerator, denominator = _RATIOS[ratio]
    return height * numerator // denominator


def _codestream(content: bytes) -> bytes:
    """Return the beginning of the codestream within a container's boxes."""
    at = len(_CONTAINER)
    while at + 8 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        start = at + 8
        if length == 1:
            length, start = int.from_bytes(content[start : start + 8], "big"), start + 8
        if kind in (b"jxlc", b"jxlp"):
            start += 4 if kind == b"jxlp" else 0
            return content[start : start + _HEADER]
        if length < 8:
            break
        at += length
    raise PinxitError("is damaged or incomplete: get it again, or save it anew with another program.")


class _Bits:
    """Numbers of several bits, the lowest bits first.

    Args:
        content: the bytes.
    """

    def __init__(self, content: bytes) -> None:
        self._number, self._left = int.from_bytes(content, "little"), 8 * len(content)

    def take(self, count: int) -> int:
        """Return the number in the next `count` bits."""
        if count > self._left:
            raise PinxitError("is damaged or incomplete: get it again, or save it anew with another program.")
        taken = self._number & ((1 << count) - 1)
        self._number >>= count
        self._left -= count
        return taken
