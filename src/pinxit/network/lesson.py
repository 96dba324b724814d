"""What a network is taught with: crops of photographs, and of paintings whose colours and scale vary without end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinxit import picture as pictures
from pinxit.picture.picture import Picture, Pixels
from pinxit.picture.recolor import match_colors

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Lesson:
    """One batch.

    Attributes:
        photographs: `(N, 3, S, S)`, range [0, 1], in the colours of the paintings.
        paintings: `(N, 3, S, S)`, range [0, 1].
    """

    photographs: Pixels
    paintings: Pixels


class Library:
    """Photographs and paintings in memory, small, and lessons cut from them.

    Args:
        photographs: at least one.
        paintings: at least one.
        varied: whether half of the paintings are given in other colours than their own.
    """

    def __init__(self, photographs: Sequence[Picture], paintings: Sequence[Picture], *, varied: bool) -> None:
        self._photographs = [to_bytes(picture) for picture in photographs]
        self._paintings = [to_bytes(picture) for picture in paintings]
        self._varied = varied

    def lesson(self, number: int, size: int, batch: int) -> Lesson:
        """One lesson, the same for the same number, so that a course may be broken off and resumed anywhere.

        Args:
            number: of the lesson.
            size: the side of every crop, px.
            batch: photographs, each with a painting, in a lesson.
        """
        rng = np.random.default_rng(number)
        pairs = [self._pair(rng, size) for _ in range(batch)]
        return Lesson(*(np.stack(side) for side in zip(*pairs, strict=True)))

    def _pair(self, rng: np.random.Generator, size: int) -> tuple[Pixels, Pixels]:
        photograph = _crop(rng, self._photographs[rng.integers(len(self._photographs))], size, 0.7, 1.8)
        painting = _crop(rng, self._paintings[rng.integers(len(self._paintings))], size, 0.5, 2.0)
        if self._varied and rng.random() < 0.5:
            painting = _other_colors(rng, painting)
        return match_colors(Picture(photograph), Picture(painting), 1).pixels, painting


def read_folder(folder: Path, side: int) -> list[Picture]:
    """All pictures of a folder and of those in it, their shorter side at most so many pixels."""
    found = []
    for path in pictures.tree(folder):
        picture = pictures.read(path)
        height, width = picture.pixels.shape[1:]
        longer = round(side * max(height, width) / min(height, width))
        found.append(pictures.fit(picture, longer) if min(height, width) > side else picture)
    return found


def to_bytes(picture: Picture) -> Bytes:
    """Its pixels, 0 to 255, `(3, H, W)`."""
    return (picture.pixels * 255 + 0.5).astype(np.uint8)


def _crop(rng: np.random.Generator, pixels: Bytes, size: int, closest: float, farthest: float) -> Pixels:
    """A square of a picture, mirrored by chance, seen from a distance by chance."""
    from PIL import Image

    height, width = pixels.shape[1:]
    side = min(size * np.exp(rng.uniform(np.log(closest), np.log(farthest))), height, width)
    top, left = rng.uniform(0, height - side), rng.uniform(0, width - side)
    image = Image.fromarray(np.ascontiguousarray(np.moveaxis(pixels, 0, 2)))
    square = image.resize((size, size), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side))
    array = np.asarray(square, dtype=np.float32) / 255
    if rng.random() < 0.5:
        array = array[:, ::-1]
    return np.ascontiguousarray(np.moveaxis(array, 2, 0))


def _other_colors(rng: np.random.Generator, pixels: Pixels) -> Pixels:
    """Hues turned about the grey axis, saturation, contrast and brightness changed, now and then the negative."""
    angle, saturation = rng.uniform(0, 2 * np.pi), rng.uniform(0.4, 1.5)
    axis = np.full((3, 3), 1 / 3)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / np.sqrt(3)
    turn = axis + saturation * (np.cos(angle) * (np.eye(3) - axis) + np.sin(angle) * cross)
    flat = turn @ pixels.reshape(3, -1).astype(np.float64)
    if rng.random() < 0.15:
        flat = 1 - flat
    flat = (flat - 0.5) * rng.uniform(0.7, 1.2) + 0.5 + rng.uniform(-0.1, 0.1)
    varied: Pixels = flat.reshape(pixels.shape).clip(0, 1).astype(np.float32)
    return varied
