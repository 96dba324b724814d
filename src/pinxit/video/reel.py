"""Clips written frame by frame: their times, pixel aspect and colours tagged, the sound of another clip copied."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PinxitError
from pinxit.picture.picture import Pixels
from pinxit.video.clip import library

# Ending → codec. x264 and VP9 play everywhere; what they lose at these qualities nobody sees in a painting.
CODECS = {".mp4": "libx264", ".mov": "libx264", ".mkv": "libx264", ".webm": "libvpx-vp9"}
QUALITY = {"libx264": 18, "libx265": 20, "libvpx-vp9": 24, "libsvtav1": 26}
# A hundred thousandth of a second tells any two frames apart, whatever the clip counted in.
TICK = Fraction(1, 90_000)
_BT709 = 1


class Reel:
    """One file of coded frames.

    Args:
        path: to write; its ending names the container.
        width, height: px, even.
        rate: frames a second, on average: for the encoder to plan with.
        codec: by FFmpeg's name.
        crf: constant rate factor: less is better and larger.
        pixel_aspect: width of a pixel by its height.
    """

    def __init__(
        self, path: Path, width: int, height: int, rate: Fraction, codec: str, crf: int, pixel_aspect: Fraction
    ) -> None:
        av = library()
        try:
            self._container = av.open(str(path), "w")
            self._stream = self._container.add_stream(codec, rate=rate)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise PinxitError(f"{path.name} cannot be written with the codec {codec}.") from error
        stream: Any = self._stream
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = TICK
        # Without frames that look ahead, what is decoded first is shown first, and pieces can be joined by their packets.
        stream.options = {"crf": str(crf), "bf": "0"} | ({"b": "0", "row-mt": "1"} if "vp9" in codec else {})
        context = stream.codec_context
        context.sample_aspect_ratio = pixel_aspect
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = 1  # limited, as players expect

    def add(self, time: Fraction, pixels: Pixels) -> None:
        """Encode a frame `(3, H, W)`, range [0, 1], shown from `time` s on."""
        av = library()
        array = np.ascontiguousarray((pixels.transpose(1, 2, 0) * 255 + 0.5).clip(0, 255).astype(np.uint8))
        frame = av.VideoFrame.from_ndarray(array, format="rgb24")
        frame = frame.reformat(format="yuv420p", dst_colorspace=_BT709)
        frame.pts, frame.time_base = round(time / TICK), TICK
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def close(self) -> None:
        """Finish the file."""
        for packet in self._stream.encode():
            self._container.mux(packet)
        self._container.close()

    def abandon(self) -> None:
        """Let go of the file, unfinished."""
        with contextlib.suppress(Exception):
            self._container.close()


def join(pieces: list[Path], sound: Path | None, target: Path, span: tuple[Fraction, Fraction | None]) -> None:
    """Put pieces that `Reel` wrote one after the other into one file, with the sound of another clip, if it has any.

    Args:
        pieces: in order; each frame has its time in the whole.
        sound: the clip whose audio streams are copied, packet by packet.
        target: the file to write.
        span: from where to where in that clip, s.
    """
    av = library()
    with av.open(str(target), "w") as out, contextlib.ExitStack() as stack:
        video: Any = None
        audio = stack.enter_context(av.open(str(sound))) if sound else None
        streams = {}
        first = stack.enter_context(av.open(str(pieces[0])))
        video = out.add_stream_from_template(first.streams.video[0])
        for stream in audio.streams.audio if audio else ():
            # A container that cannot hold the sound as it is goes without it: better than no film.
            with contextlib.suppress(av.FFmpegError, ValueError):
                streams[stream.index] = out.add_stream_from_template(stream)
        for piece in pieces:
            with av.open(str(piece)) as container:
                for packet in container.demux(video=0):
                    if packet.dts is not None:
                        packet.stream = video
                        out.mux(packet)
        begin, end = span
        for packet in audio.demux([audio.streams[index] for index in streams]) if audio and streams else ():
            if packet.dts is None or packet.pts is None:
                continue
            base = Fraction(int(packet.time_base.numerator), int(packet.time_base.denominator))
            at = packet.pts * base
            if at < begin or (end is not None and at >= end):
                continue
            shift = round(begin / base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            packet.stream = streams[packet.stream.index]
            out.mux(packet)
