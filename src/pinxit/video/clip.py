"""Clips, GIFs and folders of numbered frames, read one frame at a time, so that memory does not grow with their length."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit.errors import PinxitError
from pinxit.video.alpha import decode_alpha, has_alpha, has_subsampled_color, resize_with_alpha
from pinxit.video.deinterlace import deinterlace
from pinxit.video.display_matrix import orientation_of
from pinxit.video.ffmpeg import import_av
from pinxit.video.folder import FrameFolder
from pinxit.video.hdr import TRANSFER_NAMES, needs_conversion, to_standard
from pinxit.video.optical_flow import Bytes
from pinxit.video.source import DEFAULT_RATE, Frame, FrameSource
from pinxit.video.webp import AnimatedWebp, is_webp

MAX_SIDE, MIN_SIDE = 8192, 16  # px
_HD_HEIGHT = 720  # px: untagged clips of at least this height are coded by ITU-R BT.709, smaller ones by BT.601
# Formats that contain their pictures, by the names of FFmpeg's demuxers. Playlists, which name other files, are not among them.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpeg,mpegts,flv,ogg,asf,mxf,nut,ivf,y4m,yuv4mpegpipe,dv,h264,hevc,m4v,"
    "mpegvideo,apng,png_pipe,jpeg_pipe,webp_pipe,wav,mp3,flac"
)
# Endings of clips, for commands that take pictures too.
_ENDINGS = frozenset(
    "." + name
    for name in (
        "mp4", "m4v", "mov", "mkv", "webm", "avi", "gif", "mpg", "mpeg", "mts", "m2ts", "ts", "3gp", "3g2", "flv", "ogv", "wmv",
        "asf", "mxf", "y4m", "dv",
    )
)  # fmt: skip
_MAX_DAMAGED = 1000  # damaged packets after which reading stops
_MISSING_ALLOWED = 2  # frames that may be missing from the number in the header, in an undamaged file
# s: for a film that begins later than `_SEEK_FROM`, decoding starts `_SEEK_MARGIN` before its beginning.
_SEEK_FROM, _SEEK_MARGIN = 10, 2
# Matrix coefficients that a clip may declare (H.273): BT.709, BT.601, SMPTE 170M, SMPTE 240M, BT.2020.
_MATRICES = (1, 5, 6, 7, 9)
# Codec → the decoder that keeps its transparency.
_WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
_DURATION = re.compile(r"(\d+):(\d+):(\d+(?:\.\d+)?)")
_INTERLACED = "is interlaced: one picture is made of each frame's two fields, by FFmpeg's bwdif."


def open_source(path: Path, rate: Fraction = DEFAULT_RATE, hdr: str = "tonemap") -> FrameSource:
    """Open a clip or a folder of frames.

    Args:
        path: the file or folder.
        rate: frames a second of a folder.
        hdr: what to do with high dynamic range: `tonemap` or `refuse`.

    Raises:
        PinxitError: when there is no clip, or it cannot be painted.
    """
    if path.is_dir():
        return FrameFolder(path, rate)
    return AnimatedWebp(path, (MIN_SIDE, MAX_SIDE)) if is_webp(path) else Clip(path, hdr)


def is_film(path: Path) -> bool:
    """Return whether a name is that of a film rather than a picture: a folder of frames, or a file with a clip's ending."""
    return path.is_dir() or path.suffix.lower() in _ENDINGS


class Clip:
    """A clip in a file; see `FrameSource`.

    Args:
        path: the file.
        hdr: what to do with high dynamic range: `tonemap` or `refuse`.

    Raises:
        PinxitError: when the file is no clip, or it cannot be painted.
    """

    def __init__(self, path: Path, hdr: str = "tonemap") -> None:
        self.path = path
        self.notes: list[str] = []
        self._declared_count = 0
        self._initial_notes: list[str] = []
        with self.opened() as container:
            stream = video_stream(container)
            first = next((frame for frame, _ in self._decoded(container)), None)
            if first is None:
                raise PinxitError(f"{path} has no frames that can be read: give another clip.")
            self._orientation = orientation_of(first)
            self.height, self.width = self._orientation.size(first.height, first.width)
            if min(self.height, self.width) < MIN_SIDE or max(self.height, self.width) > MAX_SIDE:
                raise PinxitError(
                    f"the frames of {path} have {self.width}×{self.height} px: from {MIN_SIDE} to {MAX_SIDE} px "
                    "a side can be painted."
                )
            if int(first.color_trc) in TRANSFER_NAMES:
                name = TRANSFER_NAMES[int(first.color_trc)]
                if hdr == "refuse":
                    raise PinxitError(
                        f"{path} has a high dynamic range ({name}), which a painting cannot keep: leave --hdr refuse out, "
                        "and it is brought to standard range."
                    )
                self._initial_notes.append(f"has a high dynamic range ({name}): it is brought to standard range.")
            self.alpha = has_alpha(first)
            rate = stream.average_rate or stream.guessed_rate or DEFAULT_RATE
            self.rate = Fraction(int(rate.numerator), int(rate.denominator))
            self._declared_count = int(stream.frames)
            self.count = self._declared_count or round(float(container.duration or 0) / 1e6 * float(self.rate))
            aspect = stream.sample_aspect_ratio
            square = not aspect or aspect.numerator <= 0
            self.pixel_aspect = Fraction(1) if square else Fraction(int(aspect.numerator), int(aspect.denominator))
            if self._orientation.transposed:
                self.pixel_aspect = 1 / self.pixel_aspect
            self.begin = self._time(first, None)
            # In a stream without times, the position after seeking would be unknown.
            self._can_seek = first.pts is not None

    def frames(self, start: Fraction = Fraction(0)) -> Iterator[Frame]:
        """Yield the frames; see `FrameSource.frames`. A truncated clip yields what it has, and adds a note.

        Raises:
            PinxitError: when the size of the frames changes.
        """
        self.notes[:] = self._initial_notes
        with self.opened() as container:
            if start > _SEEK_FROM and self._can_seek:
                # To the nearest keyframe before it.
                container.seek(int((self.begin + start - _SEEK_MARGIN) * 1_000_000))
            last: Fraction | None = None
            held: Frame | None = None
            for frame, deinterlaced in self._decoded(container):
                if deinterlaced and _INTERLACED not in self.notes:
                    self.notes.append(_INTERLACED)
                time = self._time(frame, last)
                height, width = self._orientation.size(frame.height, frame.width)
                if (height, width) != (self.height, self.width):
                    raise PinxitError(
                        f"the frames of {self.path} change their size after {float((last or time) - self.begin):.1f} s, from "
                        f"{self.width}×{self.height} to {width}×{height} px: cut it there, or end before by --end."
                    )
                # In some files time goes back: such frames cannot be shown, and are skipped.
                if last is not None and time <= last:
                    continue
                last = time
                if held is not None:
                    yield held
                held = self._frame(frame, time - self.begin)
            if held is not None:
                yield self._with_stream_end(held, video_stream(container))

    def opened(self) -> Any:
        """Open the file with PyAV; see `open_clip`."""
        return open_clip(self.path)

    def _frame(self, frame: Any, time: Fraction) -> Frame:
        if frame.duration:
            length = int(frame.duration) * Fraction(int(frame.time_base.numerator), int(frame.time_base.denominator))
        else:
            length = None
        if not self.alpha:
            return Frame(time, functools.partial(self._pixels, frame), None, length)
        resized = functools.lru_cache(1)(functools.partial(self._color_and_alpha, frame))
        return Frame(
            time,
            lambda height, width: resized(height, width)[0],
            lambda height, width: resized(height, width)[1],
            length,
        )

    def _with_stream_end(self, frame: Frame, stream: Any) -> Frame:
        """Return the last frame with the duration that MKV gives only for the stream: until the stream ends."""
        match = _DURATION.fullmatch(stream.metadata.get("DURATION", ""))
        if match is None:
            return frame
        hours, minutes, seconds = (Fraction(part) for part in match.groups())
        length = 3600 * hours + 60 * minutes + seconds - self.begin - frame.time
        return replace(frame, duration=length) if length > (frame.duration or 0) else frame

    def _decoded(self, container: Any) -> Iterator[tuple[Any, bool]]:
        """Yield decoded frames, deinterlaced, each with whether any frame so far was interlaced."""
        yield from deinterlace(self._read(container))

    def _read(self, container: Any) -> Iterator[Any]:
        av = import_av()
        number = damaged = 0
        stream = video_stream(container)
        decoder = _decoder(stream)
        packets = container.demux(stream)
        while True:
            try:
                decoded = decoder.decode(next(packets))
            except StopIteration:
                break
            except av.FFmpegError:
                damaged += 1
                if damaged > _MAX_DAMAGED:
                    break
                continue
            for frame in decoded:
                number += 1
                yield frame
        if damaged or number < self._declared_count - _MISSING_ALLOWED:
            self.notes.append(f"is damaged: {number} frames of {max(self._declared_count, number)} can be read.")

    def _time(self, frame: Any, last: Fraction | None) -> Fraction:
        if frame.pts is None or frame.time_base is None:
            return Fraction(0) if last is None else last + 1 / self.rate
        return int(frame.pts) * Fraction(int(frame.time_base.numerator), int(frame.time_base.denominator))

    def _pixels(self, frame: Any, height: int, width: int) -> Bytes:
        """Return a frame's upright colours, `(height, width, 3)`."""
        from av.video.reformatter import Colorspace, Interpolation

        tagged = int(frame.colorspace) in _MATRICES
        space = frame.colorspace if tagged else (Colorspace.ITU709 if frame.height >= _HD_HEIGHT else Colorspace.ITU601)
        height, width = self._orientation.size(height, width)
        smaller = height * width < frame.height * frame.width
        wide = needs_conversion(frame)
        array = frame.reformat(
            width=width,
            height=height,
            format="rgb48le" if wide else "rgb24",
            src_colorspace=int(space),
            interpolation=Interpolation.AREA if smaller else Interpolation.LANCZOS,
        ).to_ndarray()
        return self._orientation(to_standard(array, int(frame.color_trc)) if wide else array)

    def _color_and_alpha(self, frame: Any, height: int, width: int) -> tuple[Bytes, Bytes]:
        """Return a frame's colours, with hidden ones replaced, and its opacity."""
        pixels = self._pixels(frame, self.height, self.width)
        return resize_with_alpha(
            pixels, self._orientation(decode_alpha(frame)), height, width, subsampled_color=has_subsampled_color(frame)
        )


def open_clip(path: Path) -> Any:
    """Open a clip with PyAV.

    Raises:
        PinxitError: when it is no clip, or has no pictures.
    """
    av = import_av()
    try:
        # A playlist could name any file or address, so only formats that contain their pictures are opened.
        # Titles in old files may be in another encoding than UTF-8.
        container = av.open(
            f"file:{path}",
            options={"format_whitelist": _FORMATS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except FileNotFoundError as error:
        raise PinxitError(f"there is no clip {path}.") from error
    except (av.FFmpegError, OSError, ValueError) as error:
        raise PinxitError(f"{path} is not a clip that can be read, or it is damaged: give another.") from error
    stream = video_stream(container)
    if stream is None:
        container.close()
        raise PinxitError(f"{path} has no pictures, only sound or text: give another clip.")
    stream.thread_type = "AUTO"
    return container


def comment_in(path: Path) -> str | None:
    """Return the comment in a clip's metadata, or None where it has none.

    Raises:
        PinxitError: when the file is no clip.
    """
    with open_clip(path) as container:
        return {key.lower(): str(value) for key, value in container.metadata.items()}.get("comment")


def video_stream(container: Any) -> Any:
    """Return the largest video stream of an open file, or None where there is none.

    Cover art and the thumbnails of chapters do not count. Of streams of one size, one that moves is preferred: an AVIF
    sequence holds its first picture apart as well.
    """
    from av.stream import Disposition

    other = Disposition.attached_pic | Disposition.timed_thumbnails
    videos = [stream for stream in container.streams.video if not stream.disposition & other]
    return max(videos, key=_rank, default=None)


def _rank(stream: Any) -> tuple[int, bool, bool, int]:
    from av.stream import Disposition

    area, moves = stream.width * stream.height, stream.frames > 1
    return area, moves, bool(stream.disposition & Disposition.default), -stream.index


def _decoder(stream: Any) -> Any:
    """Return a decoder of a stream; the one that FFmpeg prefers would drop the transparency of VP8 and VP9."""
    av = import_av()
    name = _WITH_ALPHA.get(stream.codec_context.name)
    if name is None or stream.metadata.get("alpha_mode", stream.metadata.get("ALPHA_MODE")) != "1":
        return stream.codec_context
    try:
        decoder = av.CodecContext.create(name, "r")
    except (av.FFmpegError, ValueError):  # an FFmpeg without libvpx
        return stream.codec_context
    decoder.extradata = stream.codec_context.extradata
    return decoder
