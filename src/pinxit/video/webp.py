"""Animated WebP as a source of frames, by Pillow: FFmpeg decodes its first frame alone."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import PIL.Image

from pinxit.errors import PinxitError
from pinxit.video.alpha import resize_with_alpha
from pinxit.video.optical_flow import Bytes
from pinxit.video.source import DEFAULT_RATE, Frame

_DEFAULT_DELAY = 100  # ms: what browsers show a frame without a delay for
_HEAD = 12  # bytes that say what a file is


def is_webp(path: Path) -> bool:
    """Whether a file is a WebP, by its first bytes; False where it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, ValueError):
        return False
    return head[:4] == b"RIFF" and head[8:] == b"WEBP"


class AnimatedWebp:
    """An animated WebP; see `FrameSource`.

    Args:
        path: the file.
        sides: the least and the greatest side of frames that can be painted, px.

    Raises:
        PinxitError: when it cannot be read, or painted.
    """

    def __init__(self, path: Path, sides: tuple[int, int]) -> None:
        self.path = path
        self.notes: list[str] = []
        try:
            with self._opened() as image:
                self.width, self.height = image.size
                self.count = int(getattr(image, "n_frames", 1))
                self.alpha = image.mode == "RGBA"
                first, last = self._times(image)
        except PinxitError:
            raise
        except Exception as error:  # decoders raise nearly anything on hostile files
            raise PinxitError(f"{path} is not a clip that can be read, or it is damaged: give another.") from error
        if not sides[0] <= min(self.width, self.height) <= max(self.width, self.height) <= sides[1]:
            raise PinxitError(
                f"the frames of {path} have {self.width}×{self.height} px: from {sides[0]} to {sides[1]} px a side can be "
                "painted."
            )
        length = last - first
        self.rate = (self.count - 1) / length if self.count > 1 and length > 0 else DEFAULT_RATE
        self.pixel_aspect, self.begin = Fraction(1), Fraction(0)

    def frames(self, start: Fraction = Fraction(0)) -> Iterator[Frame]:
        """Yield the frames; see `FrameSource.frames`. A damaged file yields what it has, and adds a note."""
        self.notes[:] = []
        time = Fraction(0)
        number = 0
        try:
            with self._opened() as image:
                for number in range(self.count):
                    image.seek(number)
                    array = np.asarray(image.convert("RGBA" if self.alpha else "RGB"))
                    length = _duration(image)
                    if time + length > start or number == self.count - 1:
                        yield self._frame(array, time, length)
                    time += length
        except (OSError, EOFError, ValueError, SyntaxError):
            self.notes.append(f"is damaged: {number} frames of {self.count} can be read.")

    def _opened(self) -> PIL.Image.Image:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return PIL.Image.open(self.path, formats=("WEBP",))

    def _times(self, image: PIL.Image.Image) -> tuple[Fraction, Fraction]:
        """Return the times of the first and the last frame, s."""
        time = Fraction(0)
        for number in range(self.count - 1):
            image.seek(number)
            image.load()
            time += _duration(image)
        return Fraction(0), time

    def _frame(self, array: Bytes, time: Fraction, length: Fraction) -> Frame:
        alpha = array[..., 3] if self.alpha else np.full(array.shape[:2], 255, np.uint8)
        resized = functools.lru_cache(1)(
            functools.partial(resize_with_alpha, np.ascontiguousarray(array[..., :3]), np.ascontiguousarray(alpha))
        )
        return Frame(
            time,
            lambda height, width: resized(height, width)[0],
            (lambda height, width: resized(height, width)[1]) if self.alpha else None,
            length,
        )


def _duration(image: PIL.Image.Image) -> Fraction:
    """Return how long the frame that was loaded last is shown, s."""
    delay = image.info.get("duration")
    return Fraction(int(delay) if delay else _DEFAULT_DELAY, 1000)
