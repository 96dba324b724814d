"""Transparency of frames: read straight, kept beside the painting, and laid on white where a film cannot hold it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from pinxit.picture.alpha import bleed
from pinxit.video.flow import Bytes

# What is less opaque than this, of 255, is hidden: codecs with loss leave a little where there was nothing.
_HIDDEN = 16
_LEAST = 1e-3
_SLIGHT = 2e-3  # what 32 bits may be off by, of 255


def has_alpha(frame: Any) -> bool:
    """Return whether a decoded frame's format can hold transparency."""
    return frame.format.name == "pal8" or any(part.is_alpha for part in frame.format.components)


def alpha_of(frame: Any) -> Bytes:
    """Return a decoded frame's opacity `(H, W)`: as it is coded, or rounded to 8 bits where it is coded by more."""
    name = frame.format.name
    if not name.startswith("yuva"):
        return np.ascontiguousarray(frame.reformat(format="rgba").to_ndarray()[..., 3])
    # The scaler would round a deeper plane down.
    part = frame.format.components[3]
    plane = frame.planes[3]
    kind = np.dtype(np.uint8 if part.bits <= 8 else (">u2" if frame.format.is_big_endian else "<u2"))
    rows: Any = np.frombuffer(plane, kind).reshape(plane.height, -1)[:, : plane.width]
    most = 2**part.bits - 1
    return np.ascontiguousarray(rows if most == 255 else (rows * 255.0 / most + 0.5), np.uint8)


def is_coarse(frame: Any) -> bool:
    """Return whether a decoded frame's colours are coded at a lower resolution than its opacity."""
    return any(part.width < frame.width for part in frame.planes[1:3]) and not frame.format.is_rgb


def fitted(pixels: Bytes, alpha: Bytes, height: int, width: int, *, coarse: bool = False) -> tuple[Bytes, Bytes]:
    """Return pixels `(H, W, 3)` and their opacity `(H, W)` at another size.

    What is hidden gets the colour of the nearest that is not, and counts for nothing where colours are mixed: no fringe.

    Args:
        pixels, alpha: the frame, as it is coded.
        height, width: wanted, px.
        coarse: whether colours are coded at a lower resolution: then hidden ones have got into their neighbours.
    """
    hidden = np.asarray(alpha < _HIDDEN, np.uint8)
    if coarse and not alpha.all():
        hidden = np.asarray(cv2.dilate(hidden, np.ones((5, 5), np.uint8)), np.uint8)
    grown: Any = bleed(np.moveaxis(pixels, 2, 0), 1 - hidden)  # type: ignore[arg-type]  # it asks for zero alone
    pixels = np.ascontiguousarray(np.moveaxis(grown, 0, 2))
    if (height, width) == alpha.shape:
        return pixels, alpha
    how = cv2.INTER_AREA if height * width < alpha.size else cv2.INTER_LINEAR
    share: Any = alpha[..., None].astype(np.float32) / 255
    seen = cv2.resize(np.concatenate([pixels * share, share], axis=2), (width, height), interpolation=how)
    plain = cv2.resize(pixels, (width, height), interpolation=how)
    share = seen[..., 3:]
    mixed: Any = np.where(share > _LEAST, seen[..., :3] / np.maximum(share, _LEAST), plain)
    opacity: Any = share[..., 0] * 255
    # However little is transparent in a pixel, it is not opaque.
    rounded = np.where(opacity < 255 - _SLIGHT, np.minimum(opacity + 0.5, 254), 255)
    return np.asarray(mixed.clip(0, 255) + 0.5, np.uint8), np.asarray(rounded, np.uint8)


def on_white(pixels: Bytes, alpha: Bytes) -> Bytes:
    """Return pixels `(H, W, 3)` as they look before white paper, as transparent stills are written as JPEG."""
    share = alpha[..., None].astype(np.float32) / 255
    return np.asarray(pixels * share + 255 * (1 - share) + 0.5, np.uint8)
