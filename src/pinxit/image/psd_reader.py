"""Reading Photoshop's PSD and PSB by psd-tools, where it is installed."""

from __future__ import annotations

import contextlib
import io
import logging
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.image.color import is_srgb
from pinxit.image.layers import index_of
from pinxit.image.room import check_room

if TYPE_CHECKING:
    from psd_tools import PSDImage

_SIGNATURE = b"8BPS"
_RGB, _MULTICHANNEL = 3, 7  # colour modes
_MAX_ALLOCATION = 8 * 2**30  # bytes: 100 megapixels of four channels, decoded to floats, at psd-tools's peak
_MAX_OBJECTS = 1_000_000
EXIF = 1058
"""The image resource that holds EXIF."""
logging.getLogger("psd_tools").addHandler(logging.NullHandler())


def is_psd(content: bytes) -> bool:
    """Whether a file's first bytes are those of a PSD or PSB."""
    return content[:4] == _SIGNATURE


def open_psd(content: bytes) -> PSDImage:
    """Parse a file without decoding pixels.

    Raises:
        PinxitError: when psd-tools is not installed; psd-tools raises its own errors for damaged files.
    """
    try:
        from psd_tools import ParseLimits, PSDImage
    except ImportError as error:
        raise PinxitError("is a PSD picture, which needs one more package: pip install 'pinxit[psd]'.") from error
    limits = ParseLimits(max_total_bytes=8 * len(content) + 2**20, max_objects=_MAX_OBJECTS)
    return PSDImage.open(io.BytesIO(content), max_alloc_bytes=_MAX_ALLOCATION, parse_limits=limits)


def size_of(content: bytes) -> tuple[int, int]:
    """Return the width and height that a file's header declares, px (Adobe's file format specification, section 1)."""
    if len(content) < 26:
        raise PinxitError("is damaged or incomplete: get it again, or save it anew with another program.")
    height, width = struct.unpack_from(">II", content, 14)
    return width, height


def read_merged(content: bytes) -> PIL.Image.Image | NDArray[np.float32]:
    """Return the picture of all visible layers together.

    Returns:
        A picture with its colour profile in `info`; for sRGB with more than 8 bits, `(H, W, 3 or 4)` in [0, 1].

    Raises:
        PinxitError: when the file was saved without it.
    """
    document = open_psd(content)
    check_room(document.width, document.height, clear=document.channels > 3, deep=document.depth > 8)
    if not document.has_preview():
        raise PinxitError(
            "was saved without its merged picture: save it with maximized compatibility, or name a layer, as in "
            "file.psd#Layer."
        )
    return _pixels(document, document)


def read_layer(content: bytes, name: str) -> tuple[PIL.Image.Image | NDArray[np.float32], int, int]:
    """Return a layer's own pixels as `read_merged` does, and its left and upper border on the canvas, px.

    Its opacity, blend mode and mask are not applied: they say how it is laid on other layers.

    Args:
        content: the file's bytes.
        name: of the layer.

    Raises:
        PinxitError: when there is no such layer, several, or it has no pixels.
    """
    document = open_psd(content)
    layers: list[Any] = [layer for layer in document.descendants() if not layer.is_group()]
    names = [_name(layer) for layer in layers]
    if name not in names and any(_name(layer) == name for layer in document.descendants()):
        raise PinxitError(f"has a group called {name!r}: name a layer in it.")
    layer = layers[index_of(name, names)]
    if not layer.has_pixels():
        raise PinxitError(f"has no pixels in its layer {name!r}: turn it into pixels first (Layer > Rasterize).")
    check_room(layer.width, layer.height, clear=True, deep=document.depth > 8)
    return _pixels(document, layer), layer.left, layer.top


def exif_of(content: bytes) -> PIL.Image.Exif:
    """Return the EXIF block of a file, empty where it has none."""
    exif = PIL.Image.Exif()
    data = open_psd(content).image_resources.get_data(EXIF)
    if isinstance(data, bytes):
        with contextlib.suppress(Exception):  # the block is optional, and hostile ones fail in many ways
            exif.load(data)
    return exif


def _name(layer: Any) -> str:
    """Return a layer's name; Krita ends it with the zero that C puts behind a text."""
    return str(layer.name).rstrip("\0")


def _profile(document: PSDImage) -> bytes | None:
    from psd_tools.constants import Resource

    data = document.image_resources.get_data(Resource.ICC_PROFILE)
    return data if isinstance(data, bytes) and data else None


def _pixels(document: PSDImage, part: Any) -> PIL.Image.Image | NDArray[np.float32]:
    """Return the pixels of the document or of one of its layers; see `read_merged`."""
    profile = _profile(document)
    if int(document.color_mode) == _MULTICHANNEL:
        raise PinxitError("holds spot colours (mode Multichannel): convert it to RGB in the program that made it.")
    if document.depth > 8 and int(document.color_mode) == _RGB and (profile is None or is_srgb(profile)):
        array = np.concatenate([part.numpy("color"), part.numpy("shape")], axis=2)
        return array.clip(0, 1).astype(np.float32)
    image: PIL.Image.Image | None = part.topil(apply_icc=False)
    if image is None:
        raise PinxitError("has no pixels: give a picture.")
    image.info.pop("icc_profile", None)
    if profile is not None:
        image.info["icc_profile"] = profile
    return image
