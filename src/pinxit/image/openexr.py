"""Reading OpenEXR, which holds linear light, by the OpenEXR package where it is installed."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.image.colorspaces import linear_to_srgb
from pinxit.image.primaries import SRGB_XY, to_xyz

_MAGIC = b"\x76\x2f\x31\x01"
_CLIPPED = 0.001  # share of pixels beyond white, above which a note says so


def is_openexr(content: bytes) -> bool:
    """Whether a file's first bytes are those of OpenEXR."""
    return content.startswith(_MAGIC)


def decode_openexr(content: bytes, check: Callable[[int, int], None]) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Decode the first part of a file.

    Light is taken as it is, 1.0 as white, from the primaries that the file names to sRGB.

    Args:
        content: the file's bytes.
        check: called with the width and height, px, before anything is decoded.

    Returns:
        `(H, W, C)`, sRGB in [0, 1], C from 1 (grey) to 4 (RGB, alpha), and notes for the person.

    Raises:
        PinxitError: when the package is not installed, or the file holds no colours. OpenEXR raises its own errors for
            damaged files.
    """
    try:
        import OpenEXR
    except ImportError as error:
        raise PinxitError(
            "is an OpenEXR picture, which needs one more package: pip install 'pinxit[photo]'."
        ) from error
    header = OpenEXR.File(io.BytesIO(content), header_only=True).header()
    least, most = header["dataWindow"]
    check(int(most[0]) - int(least[0]) + 1, int(most[1]) - int(least[1]) + 1)
    channels = OpenEXR.File(io.BytesIO(content), separate_channels=True).channels()
    names = ["R", "G", "B"] if "R" in channels else ["Y"]
    if any(name not in channels for name in names):
        raise PinxitError(f"has the channels {', '.join(sorted(channels)[:10])}, none of them a colour: give RGB or Y.")
    light = np.stack([np.asarray(channels[name].pixels, np.float32) for name in names], axis=-1)
    light = np.nan_to_num(light, nan=0.0, posinf=65504.0, neginf=0.0)
    alpha = np.asarray(channels["A"].pixels, np.float32).clip(0, 1)[..., None] if "A" in channels else None
    if alpha is not None:
        light = light / np.maximum(alpha, np.float32(1e-4))  # colours are stored multiplied by their opacity
    light = _to_srgb_light(light, header.get("chromaticities"))
    beyond = float((light > 1.001).any(axis=-1).mean())
    notes = ("has light brighter than white, which is clipped.",) if beyond > _CLIPPED else ()
    encoded = linear_to_srgb(light)
    return encoded if alpha is None else np.concatenate([encoded, alpha], axis=-1), notes


def _to_srgb_light(light: NDArray[np.float32], chromaticities: Any) -> NDArray[np.float32]:
    """Convert light from a file's primaries; without any they are sRGB's, as the format says."""
    if chromaticities is None or light.shape[-1] != 3:
        return light
    numbers = [float(number) for number in np.asarray(chromaticities, np.float64).ravel()]
    if len(numbers) != 8 or not np.isfinite(numbers).all() or np.allclose(numbers, SRGB_XY, atol=1e-3):
        return light
    try:
        matrix = np.linalg.inv(to_xyz(SRGB_XY)) @ to_xyz(tuple(numbers))
    except (np.linalg.LinAlgError, ZeroDivisionError) as error:
        raise PinxitError("names primaries that are not colours: save it anew.") from error
    return light @ matrix.T.astype(np.float32)
