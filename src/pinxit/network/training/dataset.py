"""Training data: crops of photographs in the colours of a style image, and the whole style image, as networks will read it.

A crop of a painting would say less: the photograph's colours are mapped as a whole, strokes have the size that they have in
pictures, and every crop may find its strokes anywhere in the style image.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pinxit import image as pictures
from pinxit.image import fit
from pinxit.image.picture import Picture, Pixels
from pinxit.network.conditioning import PAINTED, read_at
from pinxit.texture.color_transfer import Colors, colors_of, recolor

Bytes = NDArray[np.uint8]
SIZES = (PAINTED, PAINTED, 720)
"""Longer sides at which style images are read, px, each as often as the others. Pictures are painted at the first; frames of
films and cameras are larger."""
PHOTOGRAPH_SIDE = 640  # px: longer side of photographs in memory
CLOSEST, FARTHEST = 1.3, 0.75
"""The greatest and the least size of photographs in relation to that of style images."""
LEAST_CONTRAST = 0.005
"""Least deviation of a photograph's crop. A crop of one colour has nothing to paint, and normalising it divides by zero."""
TRIES = 20  # to find a crop with more


@dataclass(frozen=True)
class Batch:
    """A batch: some photographs, all in one style.

    Attributes:
        photographs: `(N, 3, S, S)`, range [0, 1], in the colours of the style image.
        paintings: the style image, `(1, 3, H, W)`, range [0, 1].
    """

    photographs: Pixels
    paintings: Pixels


class StyleDataset:
    """Photographs and style images, kept in memory as bytes, of which batches are made.

    Args:
        photographs: at least one.
        styles: the style images, at least one.
        varied: whether half of the style images get other colours than their own, and half are read at their own size: they are
            sharp there, which small ones are not where they are enlarged.
    """

    def __init__(self, photographs: Sequence[Picture], styles: Sequence[Picture], *, varied: bool) -> None:
        several = [fit(photograph, PHOTOGRAPH_SIDE) for photograph in photographs]
        self._photographs = [(to_bytes(picture), colors_of(picture.pixels)) for picture in several]
        self._styles = [to_bytes(fit(style, min(max(style.height, style.width), max(SIZES)))) for style in styles]
        self._varied = varied

    def batch(self, number: int, side: int, count: int) -> Batch:
        """Return a batch, the same for the same number, so that training can be interrupted and resumed anywhere.

        Args:
            number: the batch's number.
            side: the side of every crop, px.
            count: the number of photographs.
        """
        rng = np.random.default_rng(number)
        style = self._styles[rng.integers(len(self._styles))]
        size = SIZES[rng.integers(len(SIZES))]
        if self._varied and rng.random() < 0.5:
            size = min(size, max(style.shape))
        read = read_at(Picture(style.astype(np.float32) / np.float32(255)), size).pixels
        if self._varied and rng.random() < 0.5:
            read = _recolored(rng, read)
        colors = colors_of(read)
        return Batch(np.stack([self._photograph(rng, side, size, colors) for _ in range(count)]), read[None])

    def _photograph(self, rng: np.random.Generator, side: int, size: int, colors: Colors) -> Pixels:
        """Return a crop of a photograph, larger or smaller than if it were painted at the style image's size."""
        usual = side * PHOTOGRAPH_SIDE / size
        for _ in range(TRIES):
            pixels, own = self._photographs[int(rng.integers(len(self._photographs)))]
            width = usual / np.exp(rng.uniform(np.log(FARTHEST), np.log(CLOSEST)))
            crop = recolor(_crop(rng, pixels, side, width), own, colors, 1)
            if crop.std(axis=(1, 2)).max() > LEAST_CONTRAST:
                break
        return crop


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


def _crop(rng: np.random.Generator, pixels: Bytes, size: int, side: float) -> Pixels:
    """Return a random square of a picture, as wide as `side` there, resized to `size` px and mirrored at random."""
    from PIL import Image

    height, width = pixels.shape[1:]
    side = min(side, height, width)
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
