"""Colour profiles: pictures are converted to sRGB when read, and written with an sRGB profile."""

from __future__ import annotations

import functools
import io

import numpy as np
import PIL.Image
from PIL import ImageCms

from pinxit.errors import PinxitError


@functools.cache
def srgb_profile() -> bytes:
    """Return an sRGB profile to put into files, the same bytes every time."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = b"\x07\xea\0\x01\0\x01\0\0\0\0\0\0"  # the library writes the time of day here
    profile[84:100] = bytes(16)  # and its checksum here; zero means not computed
    return bytes(profile)


def lab_profile() -> bytes:
    """Return the profile of a CIELAB picture that has none: D50."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


@functools.lru_cache(maxsize=8)
def is_srgb(profile: bytes) -> bool:
    """Whether a profile leaves colours, or greys, unchanged, so that converting would only add rounding.

    The profile is judged by its effect, not by its name: "linear sRGB" changes a lot.
    """
    levels = np.arange(0, 256, 17, dtype=np.uint8)
    colors = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(64, 64, 3)
    try:
        converted = _convert(PIL.Image.fromarray(colors), profile)
    except PinxitError:
        return False
    if _space(profile) == "GRAY":
        colors = np.asarray(PIL.Image.fromarray(colors).convert("L").convert("RGB"))
    return bool(np.abs(np.asarray(converted).astype(int) - colors).max() <= 1)


def to_srgb(image: PIL.Image.Image, profile: bytes) -> PIL.Image.Image:
    """Convert a picture without transparency (L, RGB, CMYK, LAB) from its profile to sRGB.

    The intent is relative colorimetric with black point compensation, which leaves colours within sRGB unchanged.

    Returns:
        A picture of mode RGB, or the picture itself where its profile is sRGB.

    Raises:
        PinxitError: when the profile is broken or made for another kind of picture.
    """
    if image.mode in ("L", "RGB") and is_srgb(profile):
        return image
    return _convert(image, profile)


def _convert(image: PIL.Image.Image, profile: bytes) -> PIL.Image.Image:
    # Grey pictures are often stored as colour, and grey levels with the profile of the colours they were made from.
    mode = {"GRAY": "L", "RGB": "RGB"}.get(_space(profile))
    if mode is not None and image.mode in ("L", "RGB"):
        image = image.convert(mode)
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


def _space(profile: bytes) -> str:
    """Return the colour space of a profile: bytes 16 to 19 of its header (ICC.1, section 7.2.6)."""
    return profile[16:20].decode("latin-1").strip()
