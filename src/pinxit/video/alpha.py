"""Transparency of frames: decoded exactly, resized without fringes, and laid on white where a film cannot hold it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from pinxit.image.alpha import bleed
from pinxit.video.optical_flow import Bytes

_HIDDEN = 16  # of 255: below this opacity a pixel counts as hidden; lossy codecs leave a little where there was nothing
_MIN_SHARE = 1e-3  # least opacity, range [0, 1], to divide a premultiplied colour by
_ROUNDING = 2e-3  # of 255: largest rounding error of float32


def has_alpha(frame: Any) -> bool:
    """Return whether a decoded frame's format can hold transparency."""
    return frame.format.name == "pal8" or any(part.is_alpha for part in frame.format.components)


def decode_alpha(frame: Any) -> Bytes:
    """Return a decoded frame's opacity `(H, W)`, exactly as coded, or rounded to 8 bits where it has more."""
    name = frame.format.name
    if not name.startswith("yuva"):
        return np.ascontiguousarray(frame.reformat(format="rgba").to_ndarray()[..., 3])
    # FFmpeg's scaler would round a plane of more than 8 bits down.
    part = frame.format.components[3]
    plane = frame.planes[3]
    kind = np.dtype(np.uint8 if part.bits <= 8 else (">u2" if frame.format.is_big_endian else "<u2"))
    rows: Any = np.frombuffer(plane, kind).reshape(plane.height, -1)[:, : plane.width]
    most = 2**part.bits - 1
    return np.ascontiguousarray(rows if most == 255 else (rows * 255.0 / most + 0.5), np.uint8)


def has_subsampled_color(frame: Any) -> bool:
    """Return whether a decoded frame's chroma is coded at a lower resolution than its opacity."""
    return any(part.width < frame.width for part in frame.planes[1:3]) and not frame.format.is_rgb


def resize_with_alpha(
    pixels: Bytes, alpha: Bytes, height: int, width: int, *, subsampled_color: bool = False
) -> tuple[Bytes, Bytes]:
    """Return pixels `(H, W, 3)` and their opacity `(H, W)` at another size, without fringes.

    A hidden pixel gets the colour of the nearest visible one, and has no weight where colours are mixed.

    Args:
        pixels: the colours as they are coded, `(H, W, 3)`.
        alpha: the opacity as it is coded, `(H, W)`.
        height: the new height, px.
        width: the new width, px.
        subsampled_color: whether chroma has a lower resolution; then hidden colours have bled into their neighbours.
    """
    hidden = np.asarray(alpha < _HIDDEN, np.uint8)
    if subsampled_color and not alpha.all():
        hidden = np.asarray(cv2.dilate(hidden, np.ones((5, 5), np.uint8)), np.uint8)
    bled: Any = bleed(np.moveaxis(pixels, 2, 0), 1 - hidden)  # type: ignore[arg-type]  # it only compares with zero
    pixels = np.ascontiguousarray(np.moveaxis(bled, 0, 2))
    if (height, width) == alpha.shape:
        return pixels, alpha
    interpolation = cv2.INTER_AREA if height * width < alpha.size else cv2.INTER_LINEAR
    share: Any = alpha[..., None].astype(np.float32) / 255
    premultiplied = cv2.resize(
        np.concatenate([pixels * share, share], axis=2), (width, height), interpolation=interpolation
    )
    plain = cv2.resize(pixels, (width, height), interpolation=interpolation)
    share = premultiplied[..., 3:]
    mixed: Any = np.where(share > _MIN_SHARE, premultiplied[..., :3] / np.maximum(share, _MIN_SHARE), plain)
    opacity: Any = share[..., 0] * 255
    # A pixel that is transparent in the least part must not become opaque.
    rounded = np.where(opacity < 255 - _ROUNDING, np.minimum(opacity + 0.5, 254), 255)
    return np.asarray(mixed.clip(0, 255) + 0.5, np.uint8), np.asarray(rounded, np.uint8)


def composite_on_white(pixels: Bytes, alpha: Bytes) -> Bytes:
    """Return pixels `(H, W, 3)` laid on white, as transparent pictures are written to JPEG."""
    share = alpha[..., None].astype(np.float32) / 255
    return np.asarray(pixels * share + 255 * (1 - share) + 0.5, np.uint8)
