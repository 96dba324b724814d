"""Training data: crops of photographs, and of paintings whose colours and scale are varied at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinxit import image as pictures
from pinxit.image.picture import Picture, Pixels
from pinxit.texture.color_transfer import match_colors

Bytes = NDArray[np.uint8]
LEAST_CONTRAST = 0.005
"""Least deviation of a photograph's crop. A crop of one colour has nothing to paint, and normalising it divides by zero."""
TRIES = 20  # to find a crop with more


@dataclass(frozen=True)
class Batch:
    """A batch of pairs.

    Attributes:
        photographs: `(N, 3, S, S)`, range [0, 1], in the colours of the paintings.
        paintings: `(N, 3, S, S)`, range [0, 1].
    """

    photographs: Pixels
    paintings: Pixels


class PairDataset:
    """Photographs and paintings, kept in memory as bytes, from which batches are cropped.

    Args:
        photographs: at least one.
        paintings: at least one.
        varied: whether half of the paintings get other colours than their own.
    """

    def __init__(self, photographs: Sequence[Picture], paintings: Sequence[Picture], *, varied: bool) -> None:
        self._photographs = [to_bytes(picture) for picture in photographs]
        self._paintings = [to_bytes(picture) for picture in paintings]
        self._varied = varied

    def batch(self, number: int, size: int, count: int) -> Batch:
        """Return a batch, the same for the same number, so that training can be interrupted and resumed anywhere.

        Args:
            number: the batch's number.
            size: the side of every crop, px.
            count: the number of photographs, each with a painting.
        """
        rng = np.random.default_rng(number)
        pairs = [self._pair(rng, size) for _ in range(count)]
        return Batch(*(np.stack(side) for side in zip(*pairs, strict=True)))

    def _pair(self, rng: np.random.Generator, size: int) -> tuple[Pixels, Pixels]:
        photograph = crop_with_contrast(rng, self._photographs, size, 0.7, 1.8)
        painting = _crop(rng, self._paintings[rng.integers(len(self._paintings))], size, 0.5, 2.0)
        if self._varied and rng.random() < 0.5:
            painting = _recolored(rng, painting)
        return match_colors(Picture(photograph), Picture(painting), 1).pixels, painting


def read_folder(folder: Path, side: int) -> list[Picture]:
    """Read all pictures of a folder and its subfolders, reduced to a shorter side of at most `side` px."""
    found = []
    for path in pictures.tree(folder):
        picture = pictures.read(path)
        height, width = picture.pixels.shape[1:]
        longer = round(side * max(height, width) / min(height, width))
        found.append(pictures.fit(picture, longer) if min(height, width) > side else picture)
    return found


def to_bytes(picture: Picture) -> Bytes:
    """Return a picture's pixels as bytes, 0 to 255, `(3, H, W)`."""
    return (picture.pixels * 255 + 0.5).astype(np.uint8)


def crop_with_contrast(
    rng: np.random.Generator, several: Sequence[Bytes], size: int, closest: float, farthest: float
) -> Pixels:
    """Return a random square of one of several pictures, mirrored and scaled at random.

    Args:
        rng: chooses.
        several: the pictures, each `(3, H, W)`.
        size: the side of the square, px.
        closest: the least part of a picture that it shows, in relation to its own size.
        farthest: the greatest.
    """
    for _ in range(TRIES):
        square = _crop(rng, several[int(rng.integers(len(several)))], size, closest, farthest)
        if square.std(axis=(1, 2)).max() > LEAST_CONTRAST:
            break
    return square


def _crop(rng: np.random.Generator, pixels: Bytes, size: int, closest: float, farthest: float) -> Pixels:
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


def _recolored(rng: np.random.Generator, pixels: Pixels) -> Pixels:
    """Rotate hues about the gray axis, vary saturation, contrast and brightness, and sometimes invert all colours."""
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
