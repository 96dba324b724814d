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
_HEADER = 64  # bytes that hold the size and the depth
# Fields of the header whose first two bits choose how the value is stored: an offset, and how many bits follow (section 9.2).
_Choices = tuple[tuple[int, int], ...]
_PREVIEW_EIGHTHS: _Choices = ((16, 0), (32, 0), (1, 5), (33, 9))
_PREVIEW_SIDE: _Choices = ((1, 6), (65, 8), (321, 10), (1345, 12))
_TICKS: _Choices = ((100, 0), (1000, 0), (1, 10), (1, 30))
_TICK_PARTS: _Choices = ((1, 0), (1001, 0), (1, 8), (1, 10))
_LOOPS: _Choices = ((0, 0), (0, 3), (0, 16), (0, 32))
_DEPTH: _Choices = ((8, 0), (10, 0), (12, 0), (1, 6))


def is_jpeg_xl(content: bytes) -> bool:
    """Whether a file's first bytes are those of JPEG XL, as a bare codestream or in a container."""
    return content.startswith((_CODESTREAM, _CONTAINER))


def size_of(content: bytes) -> tuple[int, int]:
    """Return the width and height that a file declares, px: a hundred bytes may hold billions of pixels.

    Raises:
        PinxitError: when it declares none; the sentence follows the file's name.
    """
    return _size(_header(content))


def depth_of(content: bytes) -> int:
    """Return the bits of a channel's integers, 0 where they are floats.

    Raises:
        PinxitError: see `size_of`.
    """
    bits = _header(content)
    _size(bits)
    if bits.take(1):  # all is as usual
        return 8
    if bits.take(1):  # there is more
        bits.take(3)  # the orientation
        if bits.take(1):
            _size(bits)  # as it is to be shown
        if bits.take(1):
            _skip_preview(bits)
        if bits.take(1):  # it moves
            for choices in (_TICKS, _TICK_PARTS, _LOOPS):
                bits.choose(choices)
            bits.take(1)
    return 0 if bits.take(1) else bits.choose(_DEPTH)


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
        raise PinxitError("holds channels that are not a picture: give RGB or grey.")
    if array.dtype.kind == "f":
        return np.nan_to_num(array.astype(np.float32)).clip(0, 1)
    depth = depth_of(content)
    if 0 < depth < 8 * array.dtype.itemsize:
        # imagecodecs leaves, say, 10 bits in the lower bits of 16.
        return (array / np.float32(2**depth - 1)).clip(0, 1)
    return array


def _header(content: bytes) -> _Bits:
    """Return the bits that follow the codestream's mark."""
    codestream = content if content.startswith(_CODESTREAM) else _codestream(content)
    return _Bits(codestream[2:_HEADER])


def _size(bits: _Bits) -> tuple[int, int]:
    """Take a width and a height, px."""
    if bits.take(1):
        height = 8 * (bits.take(5) + 1)
        ratio = bits.take(3)
        width = _width(height, ratio) if ratio else 8 * (bits.take(5) + 1)
        return width, height
    height = bits.take(_SIDE_BITS[bits.take(2)]) + 1
    ratio = bits.take(3)
    return _width(height, ratio) if ratio else bits.take(_SIDE_BITS[bits.take(2)]) + 1, height


def _skip_preview(bits: _Bits) -> None:
    """Take the size of a preview."""
    choices = _PREVIEW_EIGHTHS if bits.take(1) else _PREVIEW_SIDE
    bits.choose(choices)
    if not bits.take(3):
        bits.choose(choices)


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

    def choose(self, choices: _Choices) -> int:
        """Return a number that is stored in one of four ways."""
        offset, bits = choices[self.take(2)]
        return offset + self.take(bits)
