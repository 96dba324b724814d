"""Reading the raw files of cameras by rawpy (LibRaw), where it is installed."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import PIL.TiffImagePlugin
from numpy.typing import NDArray

from pinxit.errors import PinxitError

ENDINGS = (
    ".dng", ".nef", ".nrw", ".cr2", ".cr3", ".crw", ".arw", ".raf", ".orf", ".rw2", ".pef", ".srw", ".mrw", ".x3f", ".iiq",
)  # fmt: skip
"""Usual endings of raw files."""
# First bytes that only raw files have: Fujifilm, Olympus (two), Panasonic, Canon's CR2 and CRW, Minolta, Sigma; Canon's CR3
# follows its box length, and Phase One's mark a TIFF's header.
_BEGINNINGS = (
    b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"IIU\0", b"II*\0\x10\0\0\0CR", b"II\x1a\0\0\0HEAPCCDR", b"\0MRM", b"FOVb",
)  # fmt: skip
_CR3 = b"ftypcrx "
_PHASE_ONE = (b"IIII", b"MMMM")
_TIFF = (b"II*\0", b"MM\0*")
# TIFF tags: the maker, parts with the sensor's values, the version of DNG, and what the values mean.
_MAKE, _SUB_IFDS, _DNG_VERSION, _PHOTOMETRIC, _SENSOR = 271, 330, 50706, 262, 32803
# Rows of one single value, more of which than this share are rows that the file lacks: a sensor's noise leaves none.
_MOST_EMPTY_ROWS = 0.01


def is_camera_raw(content: bytes) -> bool:
    """Whether a file holds the values of a camera's sensor; most makers store them as a TIFF of their own kind."""
    if content.startswith(_BEGINNINGS) or content[4:12] == _CR3:
        return True
    if not content.startswith(_TIFF):
        return False
    if content[8:12] in _PHASE_ONE:
        return True
    # The directory alone: PIL opens no file whose compression it does not know, and many cameras have their own.
    tags = PIL.TiffImagePlugin.ImageFileDirectory_v2(content[:8])
    file = io.BytesIO(content)
    try:
        file.seek(tags.next)
        tags.load(file)
        return _DNG_VERSION in tags or tags.get(_PHOTOMETRIC) == _SENSOR or (_SUB_IFDS in tags and _MAKE in tags)
    except Exception:  # the ordinary reader reports what is wrong with it
        return False


def decode_camera_raw(content: bytes, check: Callable[[int, int], None]) -> NDArray[np.float32] | None:
    """Develop a raw file with the camera's white balance, upright, as `(H, W, 3)`, sRGB in [0, 1], from 16 bits.

    Args:
        content: the file's bytes.
        check: called with the width and height, px, before anything is decoded.

    Returns:
        The picture; None where LibRaw does not take the file for a raw one.

    Raises:
        PinxitError: when rawpy is not installed, or values are missing. rawpy raises its own errors for damaged files.
    """
    try:
        import rawpy
    except ImportError as error:
        raise PinxitError(
            "is a camera's raw file, which needs one more package: pip install 'pinxit[photo]'."
        ) from error
    try:
        opened = rawpy.imread(io.BytesIO(content))
    except rawpy.LibRawFileUnsupportedError:
        return None
    with opened as raw:
        check(raw.sizes.width, raw.sizes.height)
        if _lacks_rows(raw.raw_image_visible, raw.white_level):
            raise PinxitError("is incomplete: copy it from the camera again.")
        array = raw.postprocess(use_camera_wb=True, output_bps=16, output_color=rawpy.ColorSpace.sRGB)
        return np.asarray(array, np.float32) / np.float32(65535)


def _lacks_rows(values: NDArray[np.uint16], white: int) -> bool:
    """Whether LibRaw, which is silent about the end of a file, has left rows of the sensor empty.

    Args:
        values: of the sensor, `(H, W)` or `(H, W, C)`.
        white: the value of the brightest light; rows of it alone are overexposed.
    """
    first = values[:, :1]
    empty = (values == first).reshape(len(values), -1).all(axis=1) & (first.reshape(len(values), -1) < white).all(
        axis=1
    )
    return bool(empty.mean() > _MOST_EMPTY_ROWS)
