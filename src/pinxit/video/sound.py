"""Sound recoded, where a film's container cannot hold it as it is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from pinxit.video.ffmpeg import library

# Container → the codec that its players know.
CODECS = {"mp4": "aac", "mov": "aac", "matroska": "aac", "webm": "libopus"}
NAMES = {"aac": "AAC", "libopus": "Opus"}
_BITS = 96_000  # a second and channel: what both codecs are transparent at
# Channels → an arrangement that both codecs know, with room for all of them.
_LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "5.0", 5: "5.0", 6: "5.1"}
_LARGEST = "7.1"


class SoundCoder:
    """Recodes a stream of sound.

    Args:
        source: the stream.
        container: to write to.
        codec: of what is written.
        begin, end: what is heard of it, s on its own clock; None is its own end.

    Attributes:
        stream: of the container.
    """

    def __init__(self, source: Any, container: Any, codec: str, begin: Fraction, end: Fraction | None) -> None:
        self._decoder, self._begin, self._end = source.codec_context, begin, end
        self._rate = _rate_for(codec, self._decoder.sample_rate)
        self._layout = _LAYOUTS.get(self._decoder.channels, _LARGEST)
        self.stream = container.add_stream(codec, rate=self._rate)
        self.stream.codec_context.layout = self._layout
        self.stream.codec_context.bit_rate = _BITS * library().AudioLayout(self._layout).nb_channels
        self._format = self.stream.codec_context.format.name
        self._graph: Any = None

    def packets(self, packet: Any) -> Iterator[Any]:
        """Yield coded packets for one of the source's, an empty one at the end."""
        av = library()
        try:
            decoded = self._decoder.decode(packet)
        except av.FFmpegError:  # a scratch
            return
        for frame in decoded:
            yield from self._coded(frame)

    def rest(self) -> Iterator[Any]:
        """Yield what is left when all is read."""
        if self._graph is not None:
            yield from self._coded(None)
        yield from self.stream.encode(None)

    def _coded(self, frame: Any) -> Iterator[Any]:
        av = library()
        if self._graph is None:
            self._graph = self._made(frame)
        self._graph.push(frame)
        while True:
            try:
                ready = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            for packet in self.stream.encode(ready):
                packet.stream = self.stream
                yield packet

    def _made(self, frame: Any) -> Any:
        """The filters: cut to what is heard, counted from there, gaps filled, as the encoder takes it."""
        graph = library().filter.Graph()
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
    """The lowest sampling rate of a codec that keeps all that there is, Hz, or its highest."""
    if codec == "libopus":
        return 48_000  # its own clock, and one that every container can tell
    rates = sorted(library().Codec(codec, "w").audio_rates or ())
    return next((one for one in rates if one >= rate), rates[-1] if rates else rate)
