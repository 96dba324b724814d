"""Projections of the sphere between panoramas, cube maps and overlapping views, sharp and without aliasing."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.image import Picture, resize
from pinxit.image.picture import Pixels
from pinxit.surface.sphere import FACES, CubeFace, Directions, Look, of_face, of_panorama, of_view, on_face, on_panorama

_REACH = 8  # px: side of the window of Lanczos interpolation
_BEYOND = 4  # px of the result: reach of the Lanczos filter beyond a border, and one more
_FINER = 2  # oversampling of a projection, before a filter shrinks it
_ROWS = 256  # rows projected at once, to bound the memory for directions
_AT_ONCE = 4096  # px in a row given to OpenCV, which allows fewer than 2¹⁵


def panorama(picture: Picture, finest: int) -> Look:
    """Return the sphere that an equirectangular panorama shows.

    Args:
        picture: the panorama, twice as wide as high.
        finest: width, px, of the largest panorama that will be made of it. A larger one is shrunk first, by a filter that
            prevents aliasing.
    """
    width = min(picture.width, _FINER * finest)
    pixels = shrunk_panorama(picture.pixels, width)
    height = pixels.shape[1]
    around = np.concatenate([_over_the_pole(pixels[:, :_REACH]), pixels, _over_the_pole(pixels[:, -_REACH:])], 1)
    source = np.pad(around, ((0, 0), (0, 0), (_REACH, _REACH)), mode="wrap").transpose(1, 2, 0).copy()

    def look(directions: Directions) -> Pixels:
        across, down = on_panorama(directions)
        return _remap(source, across * width - 0.5 + _REACH, down * height - 0.5 + _REACH)

    return look


def cube(faces: Mapping[str, Picture], finest: int) -> Look:
    """Return the sphere that six ordinary cube faces show.

    Args:
        faces: the faces by name, all of one size.
        finest: as for `panorama`.
    """
    side = min(faces["pz"].width, max(1, _FINER * finest // 4))
    pixels = np.stack([resize(faces[name], side, side).pixels for name in FACES])
    tall = np.pad(pixels, ((0, 0), (0, 0), (_REACH, _REACH), (_REACH, _REACH)), mode="edge")
    source = np.concatenate(list(tall), 1).transpose(1, 2, 0).copy()

    def look(directions: Directions) -> Pixels:
        number, columns, rows = _on_cube(directions)
        step = side + 2 * _REACH
        return _remap(source, _places(columns, side, _REACH), _places(rows, side, _REACH) + number * step)

    return look


def views(pixels: Pixels, margin: int, band: float) -> Look:
    """Return the sphere that six overlapping equi-angular faces show.

    Args:
        pixels: the faces with their margins, `(6, 3, E, E)`, in the order of `FACES`.
        margin: px beyond each edge.
        band: px on either side of an edge over which one face blends into the next; less than the margin.
    """
    side = pixels.shape[2] - 2 * margin
    sources = [np.ascontiguousarray(view.transpose(1, 2, 0)) for view in pixels]
    share = 2 * band / side
    # Cosine of the angle to the farthest corner of a face with its band.
    farthest = 1 / math.sqrt(1 + 2 * math.tan((1 + share) * math.pi / 4) ** 2)

    def look(directions: Directions) -> Pixels:
        flat = directions.reshape(-1, 3)
        flat = flat / np.linalg.norm(flat, axis=1, keepdims=True)
        seen = np.zeros((3, len(flat)), np.float32)
        whole = np.zeros(len(flat), np.float32)
        for face, source in zip(FACES.values(), sources, strict=True):
            here = np.flatnonzero(flat @ np.array(face.ahead, np.float32) >= farthest)
            if not len(here):
                continue
            columns, rows = on_face(face, flat[here])
            weight = _within(columns, share) * _within(rows, share)
            at = (_places(columns, side, margin), _places(rows, side, margin))
            seen[:, here] += weight * _remap(source, *at)
            whole[here] += weight
        return (seen / whole).reshape(3, *directions.shape[:2])

    return look


def as_strip(look: Look, side: int, margin: int = 0) -> Pixels:
    """Return the six equi-angular faces with their margins, one below the other in the order of `FACES`: `(3, 6 E, E)`.

    Args:
        look: the sphere.
        side: of a face without margins, px.
        margin: px beyond each edge.
    """
    faces = [_finely(functools.partial(of_face, face), look, side, margin) for face in FACES.values()]
    return np.concatenate(faces, 1)


def as_cube(look: Look, side: int) -> dict[str, Pixels]:
    """Return the six sides of an ordinary cube map, `(3, side, side)` each, by name."""
    return {name: as_view(look, face, side) for name, face in FACES.items()}


def as_view(look: Look, face: CubeFace, side: int, degrees: float = 90.0) -> Pixels:
    """Return a perspective view, `(3, side, side)`.

    Args:
        look: the sphere.
        face: axes of the view.
        side: px.
        degrees: angle of view.
    """
    return _finely(functools.partial(of_view, face, degrees=degrees), look, side, 0)


def as_panorama(look: Look, width: int) -> Pixels:
    """Return the equirectangular panorama, `(3, width / 2, width)`."""
    fine = np.empty((3, _FINER * width // 2, _FINER * width), np.float32)
    for top in range(0, fine.shape[1], _ROWS):
        rows = slice(top, min(top + _ROWS, fine.shape[1]))
        fine[:, rows] = look(of_panorama(fine.shape[2], rows))
    return shrunk_panorama(fine, width)


def _finely(of: Callable[[int, int], Directions], look: Look, side: int, margin: int) -> Pixels:
    """Project with oversampling and beyond the borders, then shrink by a filter."""
    fine = look(of(_FINER * side, _FINER * (margin + _BEYOND)))
    return _shrunk(fine, _FINER * _BEYOND, side + 2 * margin, side + 2 * margin)


def shrunk_panorama(pixels: Pixels, width: int) -> Pixels:
    """Shrink a panorama without borders: the filter continues across the date line and over the poles."""
    if pixels.shape[2] == width:
        return pixels
    over = math.ceil(_BEYOND * pixels.shape[2] / width)
    around = np.concatenate([_over_the_pole(pixels[:, :over]), pixels, _over_the_pole(pixels[:, -over:])], 1)
    return _shrunk(np.pad(around, ((0, 0), (0, 0), (over, over)), mode="wrap"), over, width // 2, width)


def _shrunk(pixels: Pixels, over: int, height: int, width: int) -> Pixels:
    """Resize a picture without `over` px on each side, which the Lanczos filter still uses."""
    box = (over, over, pixels.shape[2] - over, pixels.shape[1] - over)
    small = [
        np.asarray(PIL.Image.fromarray(plane).resize((width, height), PIL.Image.Resampling.LANCZOS, box=box))
        for plane in np.ascontiguousarray(pixels)
    ]
    return np.stack(small).clip(0, 1)


def _over_the_pole(rows: Pixels) -> Pixels:
    """Return the rows that follow beyond a pole: mirrored, and half-way round."""
    return np.roll(rows[:, ::-1], rows.shape[2] // 2, axis=2)


def _within(steps: Pixels, share: float) -> Pixels:
    """Return weights that are 1 within a face, 0 outside, and smooth in between."""
    away: Pixels = ((1 + share - np.abs(steps)) / (2 * share)).clip(0, 1)
    return away * away * (3 - 2 * away)


def _on_cube(directions: Directions) -> tuple[NDArray[np.intp], Pixels, Pixels]:
    """Return the side of an ordinary cube that each direction meets, and the columns and rows there, from −1 to 1."""
    axes = np.array([face.ahead for face in FACES.values()], np.float32)
    number = np.argmax(directions @ axes.T, -1)
    right = np.array([face.right for face in FACES.values()], np.float32)[number]
    up = np.array([face.up for face in FACES.values()], np.float32)[number]
    ahead = np.abs(directions).max(-1)
    return number, (directions * right).sum(-1) / ahead, -(directions * up).sum(-1) / ahead


def _places(steps: Pixels, side: int, margin: int) -> Pixels:
    """Convert positions from −1 to 1 over a face to px from the middle of the first pixel, which is in the margin."""
    return (steps + 1) * (side / 2) + (margin - 0.5)


def _remap(source: Pixels, columns: Pixels, rows: Pixels) -> Pixels:
    """Interpolate a picture `(H, W, 3)` at positions in arrays of any shape; return `(3, …)`."""
    import cv2

    shape, count = columns.shape, columns.size
    padded = [np.resize(places.astype(np.float32), (-(-count // _AT_ONCE), _AT_ONCE)) for places in (columns, rows)]
    seen = cv2.remap(source, padded[0], padded[1], cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    flat = seen.reshape(-1, 3)[:count].T.clip(0, 1)
    return np.asarray(flat, np.float32).reshape(3, *shape)
