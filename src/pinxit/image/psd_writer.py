"""Writing Photoshop's PSD by psd-tools, where it is installed."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Literal

import numpy as np

from pinxit.errors import PinxitError
from pinxit.image.convert import to_array
from pinxit.image.layers import Blend, Layer
from pinxit.image.picture import Picture
from pinxit.image.psd_reader import EXIF

_MODES: dict[Blend, bytes] = {"normal": b"norm", "multiply": b"mul ", "screen": b"scrn"}
_LONGEST_NAME = 255
_PER_INCH = _INCHES = 1  # units of resolution and of sizes
_EXIF_HEADER = b"Exif\0\0"


def check_psd_writer() -> None:
    """Refuse to write PSD where psd-tools is not installed.

    Raises:
        PinxitError: when it is not.
    """
    try:
        import psd_tools  # noqa: F401
    except ImportError as error:
        raise PinxitError(
            "PSD is written by one more package: pip install 'pinxit[psd]', or end the name in .ora."
        ) from error


def encode_psd(
    picture: Picture, layers: Sequence[Layer], bits: Literal[8, 16], *, exif: bytes, profile: bytes
) -> bytes:
    """Encode layers as a PSD.

    Args:
        picture: all visible layers together.
        layers: from the lowest to the topmost, each of the picture's size.
        bits: bits a channel.
        exif: a block of EXIF, empty for none.
        profile: the colour profile.

    Raises:
        PinxitError: when psd-tools is not installed.
    """
    check_psd_writer()
    from psd_tools import PSDImage
    from psd_tools.constants import BlendMode, Resource
    from psd_tools.psd.image_resources import ImageResource

    mode = "RGB" if picture.alpha is None else "RGBA"
    document = PSDImage.new(mode, (picture.width, picture.height), depth=bits)
    for layer in layers:
        array = to_array(layer.picture, np.uint8 if bits == 8 else np.uint16)
        made = document.create_pixel_layer_from_array(array, name="layer", blend_mode=BlendMode(_MODES[layer.blend]))
        made.name = layer.name[:_LONGEST_NAME]  # set afterwards, since the constructor takes Mac Roman letters alone
        made.visible = layer.visible
    resources = document.image_resources
    resources[Resource.ICC_PROFILE] = ImageResource(key=Resource.ICC_PROFILE.value, data=profile)
    if exif:
        data = exif.removeprefix(_EXIF_HEADER)
        resources[Resource.EXIF_DATA_1] = ImageResource(key=EXIF, data=data)
    if picture.xmp is not None:
        resources[Resource.XMP_METADATA] = ImageResource(key=Resource.XMP_METADATA.value, data=picture.xmp)
    if picture.dpi is not None:
        fixed = round(picture.dpi * 65536)
        data = struct.pack(">I2HI2H", fixed, _PER_INCH, _INCHES, fixed, _PER_INCH, _INCHES)
        resources[Resource.RESOLUTION_INFO] = ImageResource(key=Resource.RESOLUTION_INFO.value, data=data)
    file = io.BytesIO()
    document.save(file)
    return _with_merged(file.getvalue(), picture, bits)


def _with_merged(content: bytes, picture: Picture, bits: Literal[8, 16]) -> bytes:
    """Store the merged picture: what psd-tools renders of the layers lacks the transparency, and rounds again."""
    from psd_tools.psd import PSD

    document = PSD.read(io.BytesIO(content))
    array = to_array(picture, np.float32)
    if picture.alpha is not None:
        # Photoshop lays the merged picture on white, and says by a negative number of layers that its fourth channel is
        # transparency (Adobe's file format specification, layer info).
        array[..., :3] = array[..., :3] * array[..., 3:] + 1 - array[..., 3:]
        information = document.layer_and_mask_information.layer_info
        if information is not None:
            information.layer_count = -abs(information.layer_count)
    stored = ">u1" if bits == 8 else ">u2"
    planes = (array.clip(0, 1) * (2**bits - 1)).round().astype(stored).transpose(2, 0, 1)
    document.image_data.set_data([plane.tobytes() for plane in planes], document.header)
    file = io.BytesIO()
    document.write(file)
    return file.getvalue()
