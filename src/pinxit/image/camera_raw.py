"""Reading the raw files of cameras by rawpy (LibRaw), where it is installed."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.errors import PinxitError

ENDINGS = (".dng", ".nef", ".cr2", ".cr3", ".arw", ".raf", ".orf", ".rw2", ".pef", ".srw")
"""Usual endings of raw files."""
# First bytes that only raw files have: Fujifilm, Olympus (two), Panasonic, Canon's CR2; Canon's CR3 follows its box length.
_BEGINNINGS = (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"IIU\0", b"II*\0\x10\0\0\0CR")
_CR3 = b"ftypcrx "
_TIFF = (b"II*\0", b"MM\0*")
# TIFF tags: the maker, parts with the sensor's values, the version of DNG, and what the values mean.
_MAKE, _SUB_IFDS, _DNG_VERSION, _PHOTOMETRIC, _SENSOR = 271, 330, 50706, 262, 32803


def is_camera_raw(content: bytes) -> bool:
    """Whether a file holds the values of a camera's sensor; most makers store them as a TIFF of their own kind."""
    if content.startswith(_BEGINNINGS) or content[4:12] == _CR3:
        return True
    if not content.startswith(_TIFF):
        return False
    try:
        with PIL.Image.open(io.BytesIO(content), formats=("TIFF",)) as image:
            tags: Any = image.tag_v2  # type: ignore[attr-defined]
            return _DNG_VERSION in tags or tags.get(_PHOTOMETRIC) == _SENSOR or (_SUB_IFDS in tags and _MAKE in tags)
    except Exception:  # the ordinary reader reports what is wrong with it
        # Sensor values are a kind of TIFF that PIL does not open: LibRaw says whether it is one.
        return _DNG_VERSION.to_bytes(2, "little") in content[:4096] or _DNG_VERSION.to_bytes(2, "big") in content[:4096]


def decode_camera_raw(content: bytes, check: Callable[[int, int], None]) -> NDArray[np.float32] | None:
    """Develop a raw file with the camera's white balance, upright, as `(H, W, 3)`, sRGB in [0, 1], from 16 bits.

    Args:
        content: the file's bytes.
        check: called with the width and height, px, before anything is decoded.

    Returns:
        The picture; None where LibRaw does not take the file for a raw one.

    Raises:
        PinxitError: when rawpy is not installed. rawpy raises its own errors for damaged files.
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
        array = raw.postprocess(use_camera_wb=True, output_bps=16, output_color=rawpy.ColorSpace.sRGB)
        return np.asarray(array, np.float32) / np.float32(65535)
