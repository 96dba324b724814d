"""Transcoding of subtitles that a film's container cannot hold as they are: text, times and simple markup are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pinxit.video.ffmpeg import import_av

# Container → a subtitle codec that its players support.
CODECS = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}


class SubtitleTranscoder:
    """A transcoder of one stream of text subtitles.

    Args:
        source: the stream to read.
        container: the container to write to.
        codec: FFmpeg's name of the encoder.

    Attributes:
        stream: the new stream of the container.

    Raises:
        ValueError: when the subtitles are pictures.
    """

    def __init__(self, source: Any, container: Any, codec: str) -> None:
        if not source.codec_context.codec.text_sub:
            raise ValueError("these subtitles are pictures")
        self._decoder = source.codec_context
        self._decoder.open(strict=False)
        self.stream = container.add_stream(codec)
        context = self.stream.codec_context
        context.subtitle_header = self._decoder.subtitle_header
        context.time_base = source.time_base

    def packets(self, packet: Any) -> Iterator[Any]:
        """Yield the encoded packet for one packet of the source, with the same times, if it contains text."""
        av = import_av()
        if not packet.size:
            return
        try:
            texts = self._decoder.decode2(packet)
            if texts is None or not len(texts):
                return
            coded = self.stream.codec_context.encode_subtitle(texts)
        except (av.FFmpegError, ValueError):  # a damaged packet
            return
        coded.pts = coded.dts = packet.pts
        coded.duration, coded.time_base, coded.stream = packet.duration, packet.time_base, self.stream
        yield coded
