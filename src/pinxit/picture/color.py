"""Colour profiles: whatever a file's colours mean, they become sRGB on the way in and say so on the way out."""

from __future__ import annotations

import functools
import io

import PIL.Image
from PIL import ImageCms

from pinxit.errors import PinxitError


@functools.cache
def srgb_profile() -> bytes:
    """An sRGB profile to put into files, the same bytes every time."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = b"\x07\xea\0\x01\0\x01\0\0\0\0\0\0"  # the library writes the time of day here
    profile[84:100] = bytes(16)  # and its checksum here; zero means not computed
    return bytes(profile)


def is_srgb(profile: bytes) -> bool:
    """Whether a profile calls itself sRGB: converting would only add rounding."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return "srgb" in ImageCms.getProfileDescription(opened).lower()
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False


def to_srgb(image: PIL.Image.Image, profile: bytes) -> PIL.Image.Image:
    """Convert a picture without transparency (L, RGB, CMYK, LAB) from its profile to sRGB, mode RGB.

    Relative colorimetric with black point compensation: colours that sRGB has stay themselves.

    Raises:
        PinxitError: when the profile is broken or made for another kind of picture.
    """
    try:
        converted = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise PinxitError("its colour profile is broken.") from error
    if converted is None:
        raise PinxitError("its colour profile is broken.")
    return converted
