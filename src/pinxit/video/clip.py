"""Clips, GIFs and folders of numbered frames, read one frame at a time: memory does not grow with their length."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pinxit import picture as pictures
from pinxit.errors import PinxitError
from pinxit.video.flow import Bytes

if TYPE_CHECKING:
    from types import ModuleType

FILM_RATE = Fraction(24)
LARGEST, SMALLEST = 8192, 16
# Transfer characteristics of high dynamic range (ITU-T H.273): perceptual quantiser and hybrid log-gamma.
_HIGH_RANGE = (16, 18)
_HIGH = 720  # lines from which untagged clips are high definition, whose colours are coded by ITU-R BT.709
# Kinds of files that hold their pictures themselves, by FFmpeg's names of those that read them.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpeg,mpegts,flv,ogg,asf,mxf,nut,ivf,y4m,yuv4mpegpipe,dv,h264,hevc,m4v,"
    "mpegvideo,apng,png_pipe,jpeg_pipe,webp_pipe,wav,mp3,flac"
)
# A file that is damaged in so many places is not worth trying on; one whose header counts a frame or two more is whole.
_MOST_DAMAGED, _MISSING = 1000, 2
# Where a film begins later than this, s, what is before is not decoded, but for a margin.
_FAR, _MARGIN = 10, 2
# What a clip may say of how its colours are coded (H.273, matrix coefficients): 709, 601, 170M, 240M, 2020.
_MATRICES = (1, 5, 6, 7, 9)


@dataclass(frozen=True)
class Frame:
    """One picture of a clip.

    Attributes:
        time: since the first frame, s.
        picture: gives its pixels `(height, width, 3)`, upright, at the size that is asked for: most frames are wanted
            small, or not at all.
    """

    time: Fraction
    picture: Callable[[int, int], Bytes]


class Source(Protocol):
    """Where frames come from.

    Attributes:
        path: the clip's or the folder's.
        width, height: px, of upright frames.
        rate: frames a second, on average.
        count: how many frames there are, as far as is known.
        pixel_aspect: width of a pixel by its height.
        begin: where its first frame lies on its own clock, s.
        notes: what reading had to decide, known in full when all is read.
    """

    path: Path
    width: int
    height: int
    rate: Fraction
    count: int
    pixel_aspect: Fraction
    begin: Fraction
    notes: list[str]

    def frames(self, start: Fraction = ...) -> Iterator[Frame]:
        """From the beginning, or from somewhere before `start`, s."""


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
        self._promised = 0
        with self.opened() as container:
            stream = container.streams.video[0]
            first = next(self._decoded(container), None)
            if first is None:
                raise PinxitError(f"{path} has no frames that can be read: give another clip.")
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
            self._promised = int(stream.frames)
            self.count = self._promised or round(float(container.duration or 0) / 1e6 * float(self.rate))
            aspect = stream.sample_aspect_ratio
            square = not aspect or aspect.numerator <= 0
            self.pixel_aspect = Fraction(1) if square else Fraction(int(aspect.numerator), int(aspect.denominator))
            if self.turns % 2:
                self.pixel_aspect = 1 / self.pixel_aspect
            self.begin = self._time(first, None)
            # In a stream without times nobody could say where one has got to.
            self._seeks = first.pts is not None

    def frames(self, start: Fraction = Fraction(0)) -> Iterator[Frame]:
        """See `Source`; a clip that breaks off gives what there is, and a note.

        Raises:
            PinxitError: when the size of the frames changes.
        """
        with self.opened() as container:
            if start > _FAR and self._seeks:
                # To the nearest picture before it that stands by itself.
                container.seek(int((self.begin + start - _MARGIN) * 1_000_000))
            last: Fraction | None = None
            for frame in self._decoded(container):
                time = self._time(frame, last)
                size = (frame.height, frame.width) if self.turns % 2 else (frame.width, frame.height)
                if size != (self.width, self.height):
                    raise PinxitError(
                        f"the frames of {self.path} change their size after {float((last or time) - self.begin):.1f} s, from "
                        f"{self.width}×{self.height} to {size[0]}×{size[1]} px: cut it there, or end before by --end."
                    )
                # Some files go back in time: what cannot be shown is left out.
                if last is not None and time <= last:
                    continue
                last = time
                yield Frame(time - self.begin, functools.partial(self._upright, frame))

    def opened(self) -> Any:
        """The file, opened by PyAV."""
        av = library()
        try:
            # A playlist could name any file or address: only what holds its pictures itself is opened.
            container = av.open(
                f"file:{self.path}", options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"}
            )
        except FileNotFoundError as error:
            raise PinxitError(f"there is no clip {self.path}.") from error
        except (av.FFmpegError, OSError, ValueError) as error:
            raise PinxitError(f"{self.path} is no clip that can be read, or it is damaged: give another.") from error
        if not container.streams.video:
            container.close()
            raise PinxitError(f"{self.path} has no pictures, only sound or text: give another clip.")
        container.streams.video[0].thread_type = "AUTO"
        return container

    def _decoded(self, container: Any) -> Iterator[Any]:
        av = library()
        number = damaged = 0
        packets = container.demux(video=0)
        while True:
            try:
                decoded = next(packets).decode()
            except StopIteration:
                break
            except av.FFmpegError:
                damaged += 1
                if damaged > _MOST_DAMAGED:
                    break
                continue
            for frame in decoded:
                number += 1
                yield frame
        self.notes.clear()
        if damaged or number < self._promised - _MISSING:
            self.notes.append(f"is damaged: {number} frames of {max(self._promised, number)} can be read.")

    def _time(self, frame: Any, last: Fraction | None) -> Fraction:
        if frame.pts is None or frame.time_base is None:
            return Fraction(0) if last is None else last + 1 / self.rate
        return int(frame.pts) * Fraction(int(frame.time_base.numerator), int(frame.time_base.denominator))

    def _upright(self, frame: Any, height: int, width: int) -> Bytes:
        from av.video.reformatter import Colorspace, Interpolation

        tagged = int(frame.colorspace) in _MATRICES
        space = frame.colorspace if tagged else (Colorspace.ITU709 if frame.height >= _HIGH else Colorspace.ITU601)
        if self.turns % 2:
            height, width = width, height
        smaller = height * width < frame.height * frame.width
        array = frame.reformat(
            width=width,
            height=height,
            format="rgb24",
            src_colorspace=int(space),
            interpolation=Interpolation.AREA if smaller else Interpolation.LANCZOS,
        ).to_ndarray()
        return np.ascontiguousarray(np.rot90(array, self.turns))


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
        self.rate, self.count, self.pixel_aspect, self.begin = rate, len(self._files), Fraction(1), Fraction(0)

    def frames(self, start: Fraction = Fraction(0)) -> Iterator[Frame]:
        """In the order of their numbers.

        Raises:
            PinxitError: when one is no picture, or of another size.
        """
        for number, file in enumerate(self._files):
            yield Frame(number / self.rate, functools.partial(self._picture, file))

    def _picture(self, file: Path, height: int, width: int) -> Bytes:
        picture = pictures.read(file)
        if (picture.width, picture.height) != (self.width, self.height):
            raise PinxitError(
                f"{file.name} has {picture.width}×{picture.height} px, the frames before it "
                f"{self.width}×{self.height}: they must be alike."
            )
        return pictures.to_array(pictures.resize(picture, height, width), np.uint8)[..., :3]


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
