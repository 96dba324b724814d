"""Transcoding of sound that a film's container cannot hold as it is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pinxit.video.ffmpeg import import_av

# Container → a sound codec that its players support.
CODECS = {"mp4": "aac", "mov": "aac", "matroska": "aac", "webm": "libopus"}
# Codec → its name in messages.
CODEC_NAMES = {"aac": "AAC", "libopus": "Opus"}
_BIT_RATE = 96_000  # bits a second and channel, at which both codecs are transparent
# Number of channels → a layout that both codecs support, with room for all of them.
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "5.0", 5: "5.0", 6: "5.1"}
_LARGEST_LAYOUT = "7.1"


class AudioTranscoder:
    """A transcoder of one sound stream.

    Args:
        source: the stream to read.
        container: the container to write to.
        codec: FFmpeg's name of the encoder.
        begin, end: the part to keep, s on the stream's own clock; an end of None is the stream's end.

    Attributes:
        stream: the new stream of the container.
    """

    def __init__(self, source: Any, container: Any, codec: str, begin: Fraction, end: Fraction | None) -> None:
        self._decoder, self._begin, self._end = source.codec_context, begin, end
        self._rate = _rate_for(codec, self._decoder.sample_rate)
        self._layout = _LAYOUTS.get(self._decoder.channels, _LARGEST_LAYOUT)
        self.stream = container.add_stream(codec, rate=self._rate)
        self.stream.codec_context.layout = self._layout
        self.stream.codec_context.bit_rate = _BIT_RATE * import_av().AudioLayout(self._layout).nb_channels
        self._format = self.stream.codec_context.format.name
        self._graph: Any = None

    def packets(self, packet: Any) -> Iterator[Any]:
        """Yield encoded packets for one packet of the source."""
        av = import_av()
        try:
            decoded = self._decoder.decode(packet)
        except av.FFmpegError:  # a damaged packet
            return
        for frame in decoded:
            yield from self._encoded(frame)

    def flush(self) -> Iterator[Any]:
        """Yield the last packets, once the source is read."""
        if self._graph is not None:
            yield from self._encoded(None)
        yield from self.stream.encode(None)

    def _encoded(self, frame: Any) -> Iterator[Any]:
        av = import_av()
        if self._graph is None:
            self._graph = self._filter_graph(frame)
        self._graph.push(frame)
        while True:
            try:
                ready = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            for packet in self.stream.encode(ready):
                packet.stream = self.stream
                yield packet

    def _filter_graph(self, frame: Any) -> Any:
        """Return filters that cut the sound, shift its times to 0, fill gaps, and convert it for the encoder."""
        graph = import_av().filter.Graph()
        base = frame.time_base or Fraction(1, frame.sample_rate)
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name, time_base=base
        )
        end = "" if self._end is None else f":end={float(self._end):.6f}"
        graph.link_nodes(
            source,
            graph.add("atrim", f"start={float(self._begin):.6f}{end}"),
            graph.add("asetpts", f"PTS-{float(self._begin):.6f}/TB"),
            graph.add("aresample", f"{self._rate}:async=1"),
            graph.add(
                "aformat", f"sample_fmts={self._format}:channel_layouts={self._layout}:sample_rates={self._rate}"
            ),
            graph.add("abuffersink"),
        )
        graph.configure()
        return graph


def _rate_for(codec: str, rate: int) -> int:
    """Return a codec's lowest sampling rate, Hz, that is at least `rate`, or its highest."""
    if codec == "libopus":
        return 48_000  # Opus always counts in 48 kHz, which every container can store
    rates = sorted(import_av().Codec(codec, "w").audio_rates or ())
    return next((one for one in rates if one >= rate), rates[-1] if rates else rate)
