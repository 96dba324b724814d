"""Clips written frame by frame: their times, pixel aspect and colours tagged, the sound of another clip copied."""

from __future__ import annotations

import contextlib
import heapq
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit.errors import PinxitError
from pinxit.video.clip import Clip, library
from pinxit.video.flow import Bytes

# Ending → codec. x264 and VP9 play everywhere; what they lose at these qualities nobody sees in a painting.
CODECS = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx-vp9"}
QUALITY = {"libx264": 18, "libx265": 20, "libvpx-vp9": 24, "libsvtav1": 26}
# A ninety thousandth of a second tells any two frames apart, whatever the clip counted in.
TICK = Fraction(1, 90_000)
_THREADS = 4
_BT709, _LIMITED = 1, 1
# What makes an encoder give each frame before it sees the next, and the same bytes every time: x264's macroblock tree gave 6 of
# 26 films another coding than the rest on a busy machine, and none of 60 without it.
_OPTIONS = {
    "libx264": {"bf": "0", "x264-params": "mbtree=0"},
    "libx265": {"bf": "0", "x265-params": "cutree=0:frame-threads=2:log-level=error"},
    "libvpx-vp9": {"b": "0", "row-mt": "1", "auto-alt-ref": "0", "lag-in-frames": "0", "cpu-used": "4"},
    "libsvtav1": {"preset": "8", "svtav1-params": "pred-struct=1"},
}


@dataclass(frozen=True)
class Coding:
    """How frames become a clip.

    Attributes:
        codec: by FFmpeg's name.
        crf: constant rate factor: less is better and larger.
        rate: frames a second, on average: for the encoder to plan with.
        pixel_aspect: width of a pixel by its height.
    """

    codec: str
    crf: int
    rate: Fraction
    pixel_aspect: Fraction = Fraction(1)

    def check(self, target: Path) -> None:
        """Raise PinxitError where there is no such codec for pictures, or the target's container cannot hold it."""
        av = library()
        good = f"{', '.join(QUALITY)} are good ones"
        try:
            codec = av.Codec(self.codec, "w")
        except (av.FFmpegError, ValueError) as error:
            raise PinxitError(f"there is no codec {self.codec!r}: {good}.") from error
        if codec.type != "video":
            raise PinxitError(f"{self.codec} is a codec for {codec.type}: {good}.")
        kind = {".mkv": "matroska"}.get(target.suffix.lower(), target.suffix.lower()[1:])
        with av.open(io.BytesIO(), "w", format=kind) as container:
            if codec.canonical_name not in container.supported_codecs:
                raise PinxitError(
                    f"a {kind} file cannot hold what {self.codec} writes: choose another ending or --codec."
                )


class Reel:
    """One file of coded frames, whose times begin at 0.

    Args:
        path: to write, an MP4 file whatever it is called.
        height, width: px, even.
        coding: how.
    """

    def __init__(self, path: Path, height: int, width: int, coding: Coding) -> None:
        av = library()
        self._begin: Fraction | None = None
        try:
            self._container = av.open(f"file:{path}", "w", format="mp4", options={"video_track_timescale": "90000"})
            stream: Any = self._container.add_stream(coding.codec, rate=coding.rate)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise PinxitError(
                f"{path.parent} cannot be written, or has no room for the codec {coding.codec}."
            ) from error
        self._stream, self._coding = stream, coding
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = TICK
        # Without frames that look ahead, what is decoded first is shown first, and reels can be joined by their packets.
        stream.options = {"crf": str(coding.crf)} | _OPTIONS.get(coding.codec, {"bf": "0"})
        context = stream.codec_context
        # Left to itself the encoder takes as many threads as there are processors, and their number shows in the result.
        context.thread_type, context.thread_count = "FRAME", _THREADS
        context.sample_aspect_ratio = coding.pixel_aspect
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED  # as players expect

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """Encode a frame `(H, W, 3)`, shown from `time` s on."""
        av = library()
        self._begin = time if self._begin is None else self._begin
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p", dst_colorspace=_BT709)
        frame.pts, frame.time_base = round((time - self._begin) / TICK), TICK
        frame.color_range = _LIMITED
        self._encode(frame)

    def close(self) -> None:
        """Finish the file."""
        self._encode(None)
        self._container.close()

    def _encode(self, frame: Any) -> None:
        av = library()
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise PinxitError(f"the codec {self._coding.codec} fails ({error}): try another, or make room.") from error


@dataclass(frozen=True)
class Sound:
    """What is to be heard.

    Attributes:
        path: the clip whose audio streams are copied, packet by packet.
        begin, end: from where to where, s on its own clock; None is its own end.
    """

    path: Path
    begin: Fraction
    end: Fraction | None


def join(reels: Sequence[tuple[Path, Fraction]], sound: Sound | None, target: Path, comment: str) -> list[str]:
    """Put reels one after the other into one file, with the sound of another clip, if it has any.

    Args:
        reels: in order, each with the time of its first frame in the whole, s.
        sound: what is to be heard.
        target: the file to write, its container by its ending.
        comment: goes into its metadata.

    Returns:
        Notes on what could not be kept.

    Raises:
        PinxitError: when the container cannot hold them.
    """
    av = library()
    with contextlib.ExitStack() as stack:
        try:
            # Players begin before they have read all, and MP4 keeps a clock that tells any two frames apart.
            options = {"movflags": "+faststart"} if target.suffix in (".mp4", ".mov") else {}
            out = stack.enter_context(av.open(f"file:{target}", "w", options=options))
            out.metadata["comment"] = comment
            first = stack.enter_context(av.open(f"file:{reels[0][0]}"))
            video: Any = out.add_stream_from_template(first.streams.video[0])
            video.time_base = TICK
            heard = None if sound is None else stack.enter_context(av.open(f"file:{sound.path}"))
            streams, notes = _sound_streams(out, heard)
            parts = [_pictures(reels, video)]
            if heard and sound and streams:
                parts.append(_heard(heard, sound, streams))
            # In the order in which they are shown and heard, so that a player need not hold a half of the film.
            for _, packet in heapq.merge(*parts, key=lambda item: item[0]):
                out.mux(packet)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise PinxitError(
                f"{target.name} cannot be put together ({error}): try another --codec or another ending."
            ) from error
    return notes


def _sound_streams(out: Any, heard: Any) -> tuple[dict[int, Any], list[str]]:
    streams, notes = {}, []
    for stream in heard.streams.audio if heard else ():
        name = stream.codec_context.codec.canonical_name
        if name in out.supported_codecs:
            streams[stream.index] = out.add_stream_from_template(stream)
        else:
            notes.append(f"a {out.format.name} file cannot hold sound coded by {name} as it is: the film is silent.")
    return streams, notes


def _pictures(reels: Sequence[tuple[Path, Fraction]], stream: Any) -> Iterator[tuple[Fraction, Any]]:
    av = library()
    for path, begin in reels:
        with av.open(f"file:{path}") as container:
            for packet in container.demux(video=0):
                if packet.dts is None:
                    continue
                time = packet.pts * packet.time_base + begin
                packet.pts = packet.dts = round(time / TICK)
                packet.duration = round((packet.duration or 0) * packet.time_base / TICK)
                packet.time_base = TICK
                packet.stream = stream
                yield time, packet


def _heard(container: Any, sound: Sound, streams: Mapping[int, Any]) -> Iterator[tuple[Fraction, Any]]:
    for packet in container.demux([container.streams[index] for index in streams]):
        if packet.dts is None or packet.pts is None:
            continue
        base: Fraction = packet.time_base
        # A decoder needs the packet before the one that is heard.
        if (packet.pts + 2 * (packet.duration or 0)) * base <= sound.begin:
            continue
        if sound.end is not None and packet.pts * base >= sound.end:
            break
        shift = round(sound.begin / base)
        packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
        packet.stream = streams[packet.stream.index]
        yield packet.dts * base, packet


def comment_in(path: Path) -> str | None:
    """The comment in a clip's metadata, if it has one.

    Raises:
        PinxitError: when it is no clip.
    """
    with Clip(path).opened() as container:
        return {key.lower(): str(value) for key, value in container.metadata.items()}.get("comment")
