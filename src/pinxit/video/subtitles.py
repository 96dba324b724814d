"""Subtitles recoded, where a film's container cannot hold them as they are: their text, their times, simple marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pinxit.video.ffmpeg import library

# Container → the codec of texts that its players know.
CODECS = {"mp4": "mov_text", "mov": "mov_text", "matroska": "subrip", "webm": "webvtt"}


class SubtitleCoder:
    """Recodes a stream of texts.

    Args:
        source: the stream.
        container: to write to.
        codec: of what is written.

    Attributes:
        stream: of the container.

    Raises:
        ValueError: where the texts are pictures.
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
        """Yield the coded packet for one of the source's, shown as long at the same time, if there is text in it."""
        av = library()
        if not packet.size:
            return
        try:
            texts = self._decoder.decode2(packet)
            if texts is None or not len(texts):
                return
            coded = self.stream.codec_context.encode_subtitle(texts)
        except (av.FFmpegError, ValueError):  # a scratch
            return
        coded.pts = coded.dts = packet.pts
        coded.duration, coded.time_base, coded.stream = packet.duration, packet.time_base, self.stream
        yield coded
