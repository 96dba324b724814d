"""Folders of numbered frames."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.video.alpha import resize_with_alpha
from pinxit.video.optical_flow import Bytes
from pinxit.video.source import Frame


class FrameFolder:
    """A folder of numbered frames; see `FrameSource`.

    Args:
        path: the folder.
        rate: frames a second.

    Raises:
        PinxitError: when there are no frames.
    """

    def __init__(self, path: Path, rate: Fraction) -> None:
        self.path = path
        self.notes: list[str] = []
        self._files = sorted((file for file in pictures.tree(path) if file.parent == path), key=_natural_order)
        if not self._files:
            raise PinxitError(f"there are no frames in {path}.")
        first = pictures.read(self._files[0])
        self.width, self.height = first.width, first.height
        self.rate, self.count, self.pixel_aspect, self.begin = rate, len(self._files), Fraction(1), Fraction(0)
        self.alpha = any(_may_be_transparent(file) for file in self._files)

    def frames(self, start: Fraction = Fraction(0)) -> Iterator[Frame]:
        """Yield all frames in the order of their numbers.

        Raises:
            PinxitError: when one is not a picture, or has another size.
        """
        for number, file in enumerate(self._files):
            yield self._frame(file, number / self.rate)

    def _frame(self, file: Path, time: Fraction) -> Frame:
        read = functools.lru_cache(1)(functools.partial(self._read, file))
        if not self.alpha:
            return Frame(time, lambda height, width: _colors(read(), height, width), None, 1 / self.rate)
        resized = functools.lru_cache(1)(lambda height, width: _color_and_alpha(read(), height, width))
        return Frame(
            time,
            lambda height, width: resized(height, width)[0],
            lambda height, width: resized(height, width)[1],
            1 / self.rate,
        )

    def _read(self, file: Path) -> Picture:
        picture = pictures.read(file)
        if (picture.width, picture.height) != (self.width, self.height):
            raise PinxitError(
                f"{file.name} has {picture.width}×{picture.height} px, the frames before it "
                f"{self.width}×{self.height}: they must be alike."
            )
        return picture


def _colors(picture: Picture, height: int, width: int) -> Bytes:
    return pictures.to_array(pictures.resize(picture, height, width), np.uint8)[..., :3]


def _color_and_alpha(picture: Picture, height: int, width: int) -> tuple[Bytes, Bytes]:
    """Return a frame's colours, with hidden ones replaced, and its opacity."""
    array = pictures.to_array(picture, np.uint8)
    pixels = np.ascontiguousarray(array[..., :3])
    alpha = array[..., 3] if picture.alpha is not None else np.full(array.shape[:2], 255, np.uint8)
    return resize_with_alpha(pixels, np.ascontiguousarray(alpha), height, width)


def _may_be_transparent(file: Path) -> bool:
    """Return whether a picture's header declares transparency; damage is reported when the frame is read."""
    try:
        with PIL.Image.open(file) as image:
            return bool(image.has_transparency_data)
    except Exception:  # decoders raise nearly anything on hostile files
        return False


def _natural_order(path: Path) -> list[tuple[int, str]]:
    """Return a sort key by which `frame_9` comes before `frame_10`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path.name)]
