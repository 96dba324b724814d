"""A pattern on a cloth: repeated, rotated, bent by the folds, and lit like the original cloth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pinxit.design.shading import Shading
from pinxit.image import Picture, resize
from pinxit.image.colorspaces import linear_to_srgb, srgb_to_linear
from pinxit.image.picture import Pixels

_REACH = 0.02  # largest shift of the pattern by a fold, as a share of the masked part's width
# Linear light above which it is compressed instead of clipped, so that a bright pattern stays visible in bright places.
_KNEE = 0.75
_SAMPLES = 2  # samples across a pixel; with one, the far end of a wall would flicker


def box(mask: Pixels) -> tuple[slice, slice]:
    """Return the rows and columns of the mask's bounding box."""
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def lay(
    pattern: Picture,
    mask: Pixels,
    slope: Pixels,
    scale: float,
    angle: float,
    folds: float,
    corners: Sequence[tuple[float, float]] | None = None,
) -> Picture:
    """Repeat a pattern over the masked part, without light.

    Args:
        pattern: one repeat.
        mask: the part to cover, `(H, W)`.
        slope: bends of the cloth, see `Shading`.
        scale: width of one repeat, as a multiple of the width of the masked part, or of the wall between `corners`.
        angle: degrees, counter-clockwise.
        folds: how much the folds bend the pattern; 1 is usual.
        corners: positions of the four corners of a flat, upright rectangle in the photograph, `(x, y)` px, clockwise from its
            upper left.

    Returns:
        A picture of the size of the mask's `box`.
    """
    import cv2

    rows, columns = box(mask)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    fine = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    down, along = (
        (np.arange(side.start, side.stop)[:, None] + fine).ravel().astype(np.float32) for side in (rows, columns)
    )
    x, y = np.meshgrid(along, down)
    bend = [
        cv2.resize(plane[rows, columns], (width * _SAMPLES, height * _SAMPLES), interpolation=cv2.INTER_LINEAR)
        for plane in slope
    ]
    x, y = x + folds * _REACH * width * bend[0], y + folds * _REACH * width * bend[1]
    if corners is None:
        wide = float(width)
        right, down = x - columns.start - wide / 2, y - rows.start - height / 2
    else:
        wide, right, down = _flat(corners, x, y)
    turn = np.deg2rad(angle)
    across = np.cos(turn) * right - np.sin(turn) * down
    upright = np.sin(turn) * right + np.cos(turn) * down
    tile = max(2, round(scale * wide * _SAMPLES))
    repeat = _resized(pattern, max(2, round(tile * pattern.height / pattern.width)), tile)
    factor = tile / (scale * wide)
    # The middle of a repeat lies in the middle of the masked part.
    u = np.mod(across * factor + tile / 2, tile).astype(np.float32)
    v = np.mod(upright * factor + repeat.shape[0] / 2, repeat.shape[0]).astype(np.float32)
    padded = np.pad(repeat, ((2, 2), (2, 2), (0, 0)), mode="wrap")
    seen = cv2.remap(padded, u + 1.5, v + 1.5, cv2.INTER_CUBIC)
    small = cv2.resize(seen, (width, height), interpolation=cv2.INTER_AREA).clip(0, 1)
    planes = np.ascontiguousarray(small.transpose(2, 0, 1))
    return Picture(planes[:3], planes[3] if pattern.alpha is not None else None)


def dress(photo: Picture, mask: Pixels, cloth: Picture, light: Shading) -> Picture:
    """Put a cloth into the masked part of a photograph; everything else stays bit for bit.

    Args:
        photo: the photograph.
        mask: how much of each pixel is cloth.
        cloth: the new cloth, at the size of the mask's `box`.
        light: light of the photograph.
    """
    window = box(mask)
    lit = srgb_to_linear(cloth.pixels) * light.diffuse[window] + light.gloss[window]
    bright = lit > _KNEE
    lit[bright] = _KNEE + (1 - _KNEE) * np.tanh((lit[bright] - _KNEE) / (1 - _KNEE))
    share = mask[window] if cloth.alpha is None else mask[window] * cloth.alpha
    pixels = photo.pixels.copy()
    before = pixels[:, *window]
    pixels[:, *window] = np.where(share == 0, before, before + share * (linear_to_srgb(lit) - before))
    return photo.with_pixels(pixels)


def _resized(pattern: Picture, height: int, width: int) -> Pixels:
    """Resize one repeat to `(height, width, C)`; the filter continues across its borders."""
    rows, columns = (min(side, 16) for side in (pattern.height, pattern.width))
    around = ((rows, rows), (columns, columns))
    padded = Picture(
        np.pad(pattern.pixels, ((0, 0), *around), mode="wrap"),
        None if pattern.alpha is None else np.pad(pattern.alpha, around, mode="wrap"),
    )
    tall, wide = height / pattern.height, width / pattern.width
    large = resize(padded, round(padded.height * tall), round(padded.width * wide))
    top, left = round(rows * tall), round(columns * wide)
    planes = large.pixels if large.alpha is None else np.concatenate([large.pixels, large.alpha[None]])
    return np.ascontiguousarray(planes[:, top : top + height, left : left + width].transpose(1, 2, 0))


def _flat(corners: Sequence[tuple[float, float]], x: Pixels, y: Pixels) -> tuple[float, Pixels, Pixels]:
    """Return the wall's width, px, and the position on it, from its middle, of each point `(x, y)` of the photograph."""
    import cv2

    points = np.array(corners, np.float32)
    edges = np.hypot(*(np.roll(points, -1, axis=0) - points).T)
    wide, high = float(edges[[0, 2]].max()), float(edges[[1, 3]].max())
    flat = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    matrix = cv2.getPerspectiveTransform(points, flat)
    mapped = cv2.perspectiveTransform(np.stack([x, y], axis=-1).reshape(-1, 1, 2), matrix).reshape(*x.shape, 2)
    return wide, mapped[..., 0] - wide / 2, mapped[..., 1] - high / 2
