"""Clips, GIFs and folders of numbered frames, read one frame at a time: memory does not grow with their length."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit.errors import PinxitError
from pinxit.video import hdr as high
from pinxit.video.alpha import alpha_of, fitted, has_alpha, is_coarse
from pinxit.video.ffmpeg import library
from pinxit.video.fields import deinterlaced
from pinxit.video.flow import Bytes
from pinxit.video.folder import Folder
from pinxit.video.source import FILM_RATE, Frame, Source
from pinxit.video.upright import orientation_of

LARGEST, SMALLEST = 8192, 16
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
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
_LENGTH = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")
_INTERLACED = "is interlaced: one picture is made of each frame's two fields, by FFmpeg's bwdif."


def open_source(path: Path, rate: Fraction = FILM_RATE, hdr: str = "tonemap") -> Source:
    """Return a clip, or a folder of frames that are shown at some rate.

    Args:
        path: the file or folder.
        rate: frames a second of a folder.
        hdr: what to do with high dynamic range: `tonemap`, or `refuse`.

    Raises:
        PinxitError: one sentence on what is wrong with it.
    """
    return Folder(path, rate) if path.is_dir() else Clip(path, hdr)


class Clip:
    """A film in a file; see `Source`.

    Args:
        path: the file.
        hdr: what to do with high dynamic range: `tonemap`, or `refuse`.
    """

    def __init__(self, path: Path, hdr: str = "tonemap") -> None:
        self.path = path
        self.notes: list[str] = []
        self._promised = 0
        self._fixed: list[str] = []
        with self.opened() as container:
            stream = pictures_of(container)
            first = next((frame for frame, _ in self._decoded(container)), None)
            if first is None:
                raise PinxitError(f"{path} has no frames that can be read: give another clip.")
            self._orientation = orientation_of(first)
            self.height, self.width = self._orientation.size(first.height, first.width)
            if min(self.height, self.width) < SMALLEST or max(self.height, self.width) > LARGEST:
                raise PinxitError(
                    f"the frames of {path} have {self.width}×{self.height} px: from {SMALLEST} to {LARGEST} px "
                    "a side can be painted."
                )
            if int(first.color_trc) in high.NAMES:
                name = high.NAMES[int(first.color_trc)]
                if hdr == "refuse":
                    raise PinxitError(
                        f"{path} has a high dynamic range ({name}), which a painting cannot keep: leave --hdr refuse out, "
                        "and it is brought to standard range."
                    )
                self._fixed.append(f"has a high dynamic range ({name}): it is brought to standard range.")
            self.alpha = has_alpha(first)
            rate = stream.average_rate or stream.guessed_rate or FILM_RATE
            self.rate = Fraction(int(rate.numerator), int(rate.denominator))
            self._promised = int(stream.frames)
            self.count = self._promised or round(float(container.duration or 0) / 1e6 * float(self.rate))
            aspect = stream.sample_aspect_ratio
            square = not aspect or aspect.numerator <= 0
            self.pixel_aspect = Fraction(1) if square else Fraction(int(aspect.numerator), int(aspect.denominator))
            if self._orientation.crossed:
                self.pixel_aspect = 1 / self.pixel_aspect
            self.begin = self._time(first, None)
            # In a stream without times nobody could say where one has got to.
            self._seeks = first.pts is not None

    def frames(self, start: Fraction = Fraction(0)) -> Iterator[Frame]:
        """See `Source`; a clip that breaks off gives what there is, and a note.

        Raises:
            PinxitError: when the size of the frames changes.
        """
        self.notes[:] = self._fixed
        with self.opened() as container:
            if start > _FAR and self._seeks:
                # To the nearest picture before it that stands by itself.
                container.seek(int((self.begin + start - _MARGIN) * 1_000_000))
            last: Fraction | None = None
            held: Frame | None = None
            for frame, mended in self._decoded(container):
                if mended and _INTERLACED not in self.notes:
                    self.notes.append(_INTERLACED)
                time = self._time(frame, last)
                height, width = self._orientation.size(frame.height, frame.width)
                if (height, width) != (self.height, self.width):
                    raise PinxitError(
                        f"the frames of {self.path} change their size after {float((last or time) - self.begin):.1f} s, from "
                        f"{self.width}×{self.height} to {width}×{height} px: cut it there, or end before by --end."
                    )
                # Some files go back in time: what cannot be shown is left out.
                if last is not None and time <= last:
                    continue
                last = time
                if held is not None:
                    yield held
                held = self._frame(frame, time - self.begin)
            if held is not None:
                yield self._last(held, pictures_of(container))

    def opened(self) -> Any:
        """The file, opened by PyAV."""
        return open_clip(self.path)

    def _frame(self, frame: Any, time: Fraction) -> Frame:
        if frame.duration:
            length = int(frame.duration) * Fraction(int(frame.time_base.numerator), int(frame.time_base.denominator))
        else:
            length = None
        if not self.alpha:
            return Frame(time, functools.partial(self._upright, frame), None, length)
        both = functools.lru_cache(1)(functools.partial(self._both, frame))
        return Frame(
            time, lambda height, width: both(height, width)[0], lambda height, width: both(height, width)[1], length
        )

    def _last(self, frame: Frame, stream: Any) -> Frame:
        """The last frame, which in MKV is shown until the stream ends: there each frame has the usual length, or none."""
        match = _LENGTH.fullmatch(stream.metadata.get("DURATION", ""))
        if match is None:
            return frame
        hours, minutes, seconds = (Fraction(part) for part in match.groups())
        length = 3600 * hours + 60 * minutes + seconds - self.begin - frame.time
        return replace(frame, length=length) if length > (frame.length or 0) else frame

    def _decoded(self, container: Any) -> Iterator[tuple[Any, bool]]:
        """The frames, without combs, and whether some had combs so far."""
        yield from deinterlaced(self._read(container))

    def _read(self, container: Any) -> Iterator[Any]:
        av = library()
        number = damaged = 0
        stream = pictures_of(container)
        decoder = _decoder(stream)
        packets = container.demux(stream)
        while True:
            try:
                decoded = decoder.decode(next(packets))
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
        if damaged or number < self._promised - _MISSING:
            self.notes.append(f"is damaged: {number} frames of {max(self._promised, number)} can be read.")

    def _time(self, frame: Any, last: Fraction | None) -> Fraction:
        if frame.pts is None or frame.time_base is None:
            return Fraction(0) if last is None else last + 1 / self.rate
        return int(frame.pts) * Fraction(int(frame.time_base.numerator), int(frame.time_base.denominator))

    def _upright(self, frame: Any, height: int, width: int) -> Bytes:
        """A frame's colours `(height, width, 3)`."""
        from av.video.reformatter import Colorspace, Interpolation

        tagged = int(frame.colorspace) in _MATRICES
        space = frame.colorspace if tagged else (Colorspace.ITU709 if frame.height >= _HIGH else Colorspace.ITU601)
        height, width = self._orientation.size(height, width)
        smaller = height * width < frame.height * frame.width
        wide = high.is_wide(frame)
        array = frame.reformat(
            width=width,
            height=height,
            format="rgb48le" if wide else "rgb24",
            src_colorspace=int(space),
            interpolation=Interpolation.AREA if smaller else Interpolation.LANCZOS,
        ).to_ndarray()
        return self._orientation(high.to_standard(array, int(frame.color_trc)) if wide else array)

    def _both(self, frame: Any, height: int, width: int) -> tuple[Bytes, Bytes]:
        """A frame's colours, without what is hidden, and its opacity."""
        pixels = self._upright(frame, self.height, self.width)
        return fitted(pixels, self._orientation(alpha_of(frame)), height, width, coarse=is_coarse(frame))


def open_clip(path: Path) -> Any:
    """Return a clip, opened by PyAV.

    Raises:
        PinxitError: when it is none, or has no pictures.
    """
    av = library()
    try:
        # A playlist could name any file or address: only what holds its pictures itself is opened.
        # Old files have titles in the letters of their country.
        container = av.open(
            f"file:{path}",
            options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except FileNotFoundError as error:
        raise PinxitError(f"there is no clip {path}.") from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise PinxitError(f"{path} is no clip that can be read, or it is damaged: give another.") from error
    stream = pictures_of(container)
    if stream is None:
        container.close()
        raise PinxitError(f"{path} has no pictures, only sound or text: give another clip.")
    stream.thread_type = "AUTO"
    return container


def pictures_of(container: Any) -> Any:
    """The stream of a film in an open file, the largest where there are several; None where there is none.

    Cover art and the pictures of chapters are no film.
    """
    from av.stream import Disposition

    other = Disposition.attached_pic | Disposition.timed_thumbnails
    films = [stream for stream in container.streams.video if not stream.disposition & other]
    return max(films, key=_worth, default=None)


def _worth(stream: Any) -> tuple[int, bool, int]:
    from av.stream import Disposition

    return stream.width * stream.height, bool(stream.disposition & Disposition.default), -stream.index


def _decoder(stream: Any) -> Any:
    """What decodes a stream: FFmpeg's own decoders leave the transparency of VP8 and VP9 out."""
    av = library()
    name = _WITH_ALPHA.get(stream.codec_context.name)
    if name is None or stream.metadata.get("alpha_mode", stream.metadata.get("ALPHA_MODE")) != "1":
        return stream.codec_context
    try:
        decoder = av.CodecContext.create(name, "r")
    except (av.FFmpegError, ValueError):  # an FFmpeg without libvpx
        return stream.codec_context
    decoder.extradata = stream.codec_context.extradata
    return decoder
