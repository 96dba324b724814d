"""Clips, GIFs and folders of numbered frames, read one frame at a time: memory does not grow with their length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pinxit import picture as pictures
from pinxit.errors import PinxitError
from pinxit.picture.picture import Pixels

if TYPE_CHECKING:
    from types import ModuleType

FILM_RATE = Fraction(24)
LARGEST, SMALLEST = 8192, 16
# Transfer characteristics of high dynamic range (ITU-T H.273): perceptual quantiser and hybrid log-gamma.
_HIGH_RANGE = (16, 18)
_WIDE = 720  # lines from which untagged clips are high definition, whose colours are coded by ITU-R BT.709


@dataclass(frozen=True)
class Frame:
    """One picture of a clip.

    Attributes:
        time: since the clip's beginning, s.
        pixels: `(3, H, W)`, range [0, 1], upright.
    """

    time: Fraction
    pixels: Pixels


class Source(Protocol):
    """Where frames come from.

    Attributes:
        path: the clip's or the folder's.
        width, height: px, of upright frames.
        rate: frames a second, on average.
        count: how many frames there are, as far as is known.
        pixel_aspect: width of a pixel by its height.
        notes: what reading had to decide, known in full when all is read.
    """

    path: Path
    width: int
    height: int
    rate: Fraction
    count: int
    pixel_aspect: Fraction
    notes: list[str]

    def frames(self) -> Iterator[Frame]:
        """From the beginning."""


def open_source(path: Path, rate: Fraction = FILM_RATE) -> Source:
    """A clip, or a folder of frames that are shown at some rate.

    Raises:
        PinxitError: one sentence on what is wrong with it.
    """
    return Folder(path, rate) if path.is_dir() else Clip(path)


class Clip:
    """A film in a file; see `Source`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        with self._open() as container:
            stream = container.streams.video[0]
            first = next(self._decoded(container), None)
            if first is None:
                raise PinxitError(f"{path} has no frames that can be read.")
            self.turns = round(first.rotation / 90) % 4
            self.height, self.width = (first.width, first.height) if self.turns % 2 else (first.height, first.width)
            if min(self.height, self.width) < SMALLEST or max(self.height, self.width) > LARGEST:
                raise PinxitError(
                    f"the frames of {path} have {self.width}×{self.height} px: from {SMALLEST} to {LARGEST} px "
                    "a side can be painted."
                )
            if int(first.color_trc) in _HIGH_RANGE:
                raise PinxitError(
                    f"{path} has a high dynamic range, which a painting cannot keep: convert it to standard range first."
                )
            rate = stream.average_rate or stream.guessed_rate or FILM_RATE
            self.rate = Fraction(int(rate.numerator), int(rate.denominator))
            if stream.frames:
                self.count = int(stream.frames)
            else:
                self.count = round(float(container.duration or 0) / 1e6 * float(self.rate))
            aspect = stream.sample_aspect_ratio
            square = not aspect or aspect.numerator <= 0
            self.pixel_aspect = Fraction(1) if square else Fraction(int(aspect.numerator), int(aspect.denominator))
            if self.turns % 2:
                self.pixel_aspect = 1 / self.pixel_aspect

    def frames(self) -> Iterator[Frame]:
        """From the beginning; a clip that breaks off gives what there is, and a note.

        Raises:
            PinxitError: when the size of the frames changes.
        """
        with self._open() as container:
            begin: Fraction | None = None
            last = Fraction(-1)
            for frame in self._decoded(container):
                time = self._time(frame, last)
                begin = time if begin is None else begin
                # Some files go back in time: what cannot be shown is left out.
                if time <= last and last >= 0:
                    continue
                last = time
                array = self._upright(frame)
                if array.shape[:2] != (self.height, self.width):
                    raise PinxitError(
                        f"the frames of {self.path} change their size after {float(time):.1f} s, from "
                        f"{self.width}×{self.height} to {array.shape[1]}×{array.shape[0]} px: cut it there."
                    )
                pixels = np.ascontiguousarray(array.transpose(2, 0, 1), dtype=np.float32) / 255
                yield Frame(time - begin, pixels)

    def _open(self) -> Any:
        av = library()
        try:
            container = av.open(str(self.path))
        except FileNotFoundError as error:
            raise PinxitError(f"there is no clip {self.path}.") from error
        except (av.FFmpegError, OSError, ValueError) as error:
            raise PinxitError(f"{self.path} is no clip that can be read, or it is damaged.") from error
        if not container.streams.video:
            container.close()
            raise PinxitError(f"{self.path} has no pictures, only sound or text.")
        container.streams.video[0].thread_type = "AUTO"
        return container

    def _decoded(self, container: Any) -> Iterator[Any]:
        av = library()
        number = 0
        try:
            for frame in container.decode(video=0):
                number += 1
                yield frame
        except av.FFmpegError:
            self.notes.append(f"breaks off after {number} frames, where it is damaged.")

    def _time(self, frame: Any, last: Fraction) -> Fraction:
        if frame.pts is None or frame.time_base is None:
            return last + 1 / self.rate if last >= 0 else Fraction(0)
        return int(frame.pts) * Fraction(int(frame.time_base.numerator), int(frame.time_base.denominator))

    def _upright(self, frame: Any) -> Any:
        from av.video.reformatter import Colorspace

        tagged = int(frame.colorspace) in (1, 5, 6, 7, 9)
        space = frame.colorspace if tagged else (Colorspace.ITU709 if frame.height >= _WIDE else Colorspace.ITU601)
        array = frame.reformat(format="rgb24", src_colorspace=int(space)).to_ndarray()
        return np.rot90(array, self.turns)


class Folder:
    """Numbered frames; see `Source`."""

    def __init__(self, path: Path, rate: Fraction) -> None:
        self.path = path
        self.notes: list[str] = []
        self._files = sorted((file for file in pictures.tree(path) if file.parent == path), key=_natural)
        if not self._files:
            raise PinxitError(f"there are no frames in {path}.")
        first = pictures.read(self._files[0])
        self.width, self.height = first.width, first.height
        self.rate, self.count, self.pixel_aspect = rate, len(self._files), Fraction(1)

    def frames(self) -> Iterator[Frame]:
        """In the order of their numbers.

        Raises:
            PinxitError: when one is no picture, or of another size.
        """
        for number, file in enumerate(self._files):
            picture = pictures.read(file)
            if (picture.width, picture.height) != (self.width, self.height):
                raise PinxitError(
                    f"{file.name} has {picture.width}×{picture.height} px, the frames before it "
                    f"{self.width}×{self.height}: they must be alike."
                )
            yield Frame(number / self.rate, picture.pixels)


def library() -> ModuleType:
    """PyAV; PinxitError says how to install it where it is missing."""
    try:
        import av
    except ImportError as error:
        raise PinxitError('clips need PyAV: pip install "pinxit[video]".') from error
    av.logging.set_level(None)  # FFmpeg would tell the terminal of every scratch in a file
    return av


def _natural(path: Path) -> list[tuple[int, str]]:
    """`frame_9` before `frame_10`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", path.name)]
