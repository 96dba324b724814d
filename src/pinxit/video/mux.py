"""Muxing: a film's pictures and the clip's side streams, such as sound and subtitles, are written to one file."""

from __future__ import annotations

import contextlib
import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from pinxit.video.audio import AudioTranscoder
from pinxit.video.clip import video_stream
from pinxit.video.codec import TICK, CodecSettings
from pinxit.video.ffmpeg import import_av, translate_ffmpeg_errors
from pinxit.video.optical_flow import Bytes
from pinxit.video.subtitles import SubtitleTranscoder

TimedPacket = tuple[Fraction, Any]

# Metadata of streams that is copied; the rest describes the file that they come from.
_COPIED_METADATA = ("language", "title", "creation_time", "timecode")
# Languages that QuickTime knows by their other code (ISO 639-2).
QUICKTIME_LANGUAGES = {
    "deu": "ger",
    "ell": "gre",
    "isl": "ice",
    "mkd": "mac",
    "nld": "dut",
    "sqi": "alb",
    "swe": "sve",
    "zho": "chi",
}
_LAG = 10  # s: by how much one stream's packets may come later in the clip than those of the others
# Containers, by FFmpeg's names, that have no negative times.
_NO_NEGATIVE_TIMES = ("matroska", "webm")
_INAUDIBLE_DELAY = Fraction(1, 100)  # s


class VideoTrack(Protocol):
    """The encoded pictures of a film."""

    def add_stream_to(self, container: Any) -> Any:
        """Add a stream for the pictures to an output container, and return it."""

    def packets(self, stream: Any) -> Iterator[TimedPacket]:
        """Yield the packets of the stream, each with its time in the film, s."""


@dataclass(frozen=True)
class CodedSegments:
    """Pictures that are encoded already, in segments.

    Attributes:
        segments: files in order, each with the time of its first frame in the film, s.
        length: duration of the film, s.
        rate: average frames a second.
    """

    segments: Sequence[tuple[Path, Fraction]]
    length: Fraction
    rate: Fraction

    def add_stream_to(self, container: Any) -> Any:
        """See `VideoTrack.add_stream_to`."""
        with import_av().open(f"file:{self.segments[0][0]}") as first:
            stream: Any = container.add_stream_from_template(first.streams.video[0])
        stream.time_base = TICK
        # A template has no rate, and FFmpeg would derive a wrong one from the time base.
        stream.codec_context.framerate = self.rate
        return stream

    def packets(self, stream: Any) -> Iterator[TimedPacket]:
        """See `VideoTrack.packets`."""
        yield from with_durations(self._encoded(stream), self.length)

    def _encoded(self, stream: Any) -> Iterator[TimedPacket]:
        av = import_av()
        for path, begin in self.segments:
            with av.open(f"file:{path}") as container:
                for packet in container.demux(video=0):
                    if packet.dts is None:
                        continue
                    time = packet.pts * packet.time_base + begin
                    packet.pts = packet.dts = round(time / TICK)
                    packet.time_base, packet.stream = TICK, stream
                    yield time, packet


@dataclass(frozen=True)
class RawFrames:
    """Pictures that are encoded while they are muxed.

    Attributes:
        frames: returns an iterator over times, s, pixels `(H, W, 3)` and their opacity `(H, W)` or None.
        height, width: of the frames, px.
        codec: the encoder's settings.
        length: duration of the film, s.
    """

    frames: Callable[[], Iterator[tuple[Fraction, Bytes, Bytes | None]]]
    height: int
    width: int
    codec: CodecSettings
    length: Fraction

    def add_stream_to(self, container: Any) -> Any:
        """See `VideoTrack.add_stream_to`."""
        return self.codec.add_stream_to(container, self.height, self.width)

    def packets(self, stream: Any) -> Iterator[TimedPacket]:
        """See `VideoTrack.packets`."""
        yield from with_durations(self._encoded(stream), self.length)

    def _encoded(self, stream: Any) -> Iterator[TimedPacket]:
        for time, pixels, alpha in self.frames():
            frame = self.codec.frame(pixels, alpha)
            frame.pts, frame.time_base = round(time / TICK), TICK
            for packet in stream.encode(frame):
                yield packet.pts * packet.time_base, packet
        for packet in stream.encode(None):
            yield packet.pts * packet.time_base, packet


@dataclass(frozen=True)
class SideStream:
    """A stream of the clip that goes into the film besides the pictures.

    Attributes:
        index: its number in the clip.
        mode: `copied`, packet by packet; `sound` or `subtitles`, transcoded; `cover`; `attached`.
        codec: FFmpeg's name of the encoder, where it is transcoded.
    """

    index: int
    mode: str
    codec: str = ""


@dataclass(frozen=True)
class SideStreams:
    """Everything that goes into a film besides its pictures.

    Attributes:
        clip: returns the clip, opened by PyAV.
        streams: the streams of the clip that go into the film.
        metadata: metadata of the whole file.
        begin, end: the part of the clip that is painted, s on its own clock; an end of None is the clip's end.
        max_packets: number of packets of the clip to read; None for all.
    """

    clip: Callable[[], Any]
    streams: Sequence[SideStream] = ()
    metadata: Mapping[str, str] | None = None
    begin: Fraction = Fraction(0)
    end: Fraction | None = None
    max_packets: int | None = None


def mux(file: Any, container: str, pictures: VideoTrack, side_streams: SideStreams | None, comment: str) -> None:
    """Write a film.

    Args:
        file: where to write, a path or an open file.
        container: FFmpeg's name of the container.
        pictures: the video track.
        side_streams: everything else; None for pictures alone.
        comment: the comment in the metadata.

    Raises:
        PinxitError: when the container cannot hold a stream, or the disk is full.
    """
    av = import_av()
    path = file if isinstance(file, Path) else None
    with translate_ffmpeg_errors(path, "try another --codec or another ending"), contextlib.ExitStack() as stack:
        # With its index first, an MP4 plays before it is read to the end.
        options = {"movflags": "+faststart"} if path and container in ("mp4", "mov") else {}
        if container in _NO_NEGATIVE_TIMES:
            # Otherwise all streams are delayed by the negative time of the sound.
            options = {"avoid_negative_ts": "disabled"}
        out = stack.enter_context(av.open(f"file:{file}" if path else file, "w", format=container, options=options))
        video = pictures.add_stream_to(out)
        streams: list[Iterator[TimedPacket]] = [pictures.packets(video)]
        if side_streams is not None:
            clip = stack.enter_context(side_streams.clip())
            streams.append(_add_side_streams(out, video, clip, side_streams))
            out.metadata.update(side_streams.metadata or {})
        out.metadata["comment"] = comment
        # Interleaved by time, so that a player need not buffer much of the film.
        for _, packet in heapq.merge(*streams, key=lambda item: item[0]):
            out.mux(packet)


def with_durations(packets: Iterator[TimedPacket], length: Fraction) -> Iterator[TimedPacket]:
    """Yield packets with their durations: each lasts until the next one, the last until `length`, s."""
    held: TimedPacket | None = None
    for time, packet in packets:
        if held is not None:
            yield _set_duration(held, time)
        held = (time, packet)
    if held is not None:
        yield _set_duration(held, length)


def _set_duration(held: TimedPacket, time: Fraction) -> TimedPacket:
    held[1].duration = max(1, round((time - held[0]) / held[1].time_base))
    return held


def _add_side_streams(out: Any, video: Any, clip: Any, side_streams: SideStreams) -> Iterator[TimedPacket]:
    """Add the side streams to the output, before its header is written, and return their packets."""
    container = out.format.name
    video.metadata.update(_stream_metadata(video_stream(clip), container, timecode=not side_streams.begin))
    out.set_chapters(_chapters(clip, side_streams.begin, side_streams.end))
    transcoders: dict[int, Any] = {}
    copied: dict[int, Any] = {}
    covers = _covers(clip, [side.index for side in side_streams.streams if side.mode == "cover"])
    cover_packets: list[TimedPacket] = []
    for side in side_streams.streams:
        source = clip.streams[side.index]
        if side.mode == "cover":
            packet = covers.get(side.index)
            if packet is None:
                continue
            if container == "matroska":
                ending = "png" if source.codec_context.name == "png" else "jpg"
                mime = "image/png" if ending == "png" else "image/jpeg"
                out.add_attachment(f"cover.{ending}", mime, bytes(packet))
                continue
            stream = out.add_stream_from_template(source, opaque=True)
            packet.stream, packet.pts, packet.dts = stream, 0, 0
            cover_packets.append((Fraction(0), packet))
        elif side.mode == "attached":
            out.add_stream_from_template(source)
            continue
        elif side.mode == "copied":
            stream = copied[side.index] = out.add_stream_from_template(source)
        else:
            if side.mode == "sound":
                transcoder: Any = AudioTranscoder(source, out, side.codec, side_streams.begin, side_streams.end)
            else:
                transcoder = SubtitleTranscoder(source, out, side.codec)
            transcoders[side.index] = transcoder
            stream = transcoder.stream
        stream.metadata.update(_stream_metadata(source, container))
        stream.disposition = int(source.disposition)
    if not copied and not transcoders:
        return iter(cover_packets)
    return heapq.merge(
        cover_packets,
        _without_negative_times(_packets(clip, side_streams, copied, transcoders), container),
        key=lambda item: item[0],
    )


def _without_negative_times(packets: Iterator[TimedPacket], container: str) -> Iterator[TimedPacket]:
    """Yield the packets that a container can hold: some have no negative times, at which encoders emit their padding."""
    for time, packet in packets:
        # Opus declares its padding, and containers account for it.
        if time < 0 and container in _NO_NEGATIVE_TIMES and packet.stream.codec_context.codec.canonical_name != "opus":
            if time < -_INAUDIBLE_DELAY:
                continue
            packet.pts = packet.dts = 0
        yield time, packet


def _packets(
    clip: Any, side_streams: SideStreams, copied: Mapping[int, Any], transcoders: Mapping[int, Any]
) -> Iterator[TimedPacket]:
    wanted = [clip.streams[index] for index in sorted([*copied, *transcoders])]
    packets = clip.demux(wanted) if side_streams.max_packets is None else clip.demux()
    latest: dict[int, int] = {}
    for number, packet in enumerate(packets):
        index = packet.stream_index
        if number == side_streams.max_packets:
            break
        if packet.pts is None or (index not in copied and index not in transcoders):
            continue
        stamp = packet.pts if packet.dts is None else packet.dts
        if packet.stream.type == "audio" and stamp <= latest.get(index, stamp - 1):
            continue  # damaged packets whose time goes back, which no container accepts
        latest[index] = stamp
        base: Fraction = packet.time_base
        time = packet.pts * base
        if side_streams.end is not None and time >= side_streams.end:
            if time > side_streams.end + _LAG:
                break
            continue
        transcoder = transcoders.get(index)
        if isinstance(transcoder, AudioTranscoder):
            # It cuts at samples, and its times count from the film's beginning.
            yield from ((coded.pts * coded.time_base, coded) for coded in transcoder.packets(packet))
            continue
        # A sound decoder needs the packet before the first one that is heard.
        before = 2 if packet.stream.type == "audio" else 1
        if side_streams.begin and time + before * (packet.duration or 0) * base <= side_streams.begin:
            continue
        for coded in [packet] if transcoder is None else transcoder.packets(packet):
            yield _shifted(coded, side_streams, copied.get(index))
    for transcoder in transcoders.values():
        if isinstance(transcoder, AudioTranscoder):
            yield from ((coded.pts * coded.time_base, coded) for coded in transcoder.flush())


def _shifted(packet: Any, side_streams: SideStreams, stream: Any) -> TimedPacket:
    """Return a packet of the clip with its times on the film's clock."""
    base: Fraction = packet.time_base
    if stream is not None:
        packet.stream = stream
    shift = round(side_streams.begin / base)
    if packet.stream.type == "subtitle":
        end = packet.pts + (packet.duration or 0) - shift
        last = end if side_streams.end is None else min(end, round((side_streams.end - side_streams.begin) / base))
        packet.pts = packet.dts = max(0, packet.pts - shift)
        if packet.duration:
            packet.duration = max(1, last - packet.pts)
    else:
        packet.dts = (packet.pts if packet.dts is None else packet.dts) - shift
        packet.pts -= shift
    return packet.dts * base, packet


def _stream_metadata(stream: Any, container: str, *, timecode: bool = False) -> dict[str, str]:
    """Return the metadata of a stream that is true of the film's, as the container stores it."""
    found = {key.lower(): value for key, value in stream.metadata.items()}
    kept = {key: found[key] for key in _COPIED_METADATA if key in found and (timecode or key != "timecode")}
    # Players of MP4 show the name of a track's handler as its title; mostly it names the program that wrote the file.
    handler = found.get("handler_name", "")
    if container == "mov" and "language" in kept:
        kept["language"] = QUICKTIME_LANGUAGES.get(kept["language"], kept["language"])
    if container in ("mp4", "mov"):
        return kept | {"handler_name": kept.get("title", handler)} if "title" in kept or handler else kept
    return kept if handler.endswith("Handler") or not handler else {"title": handler} | kept


def _chapters(clip: Any, begin: Fraction, end: Fraction | None) -> list[Any]:
    """Return the clip's chapters with times on the film's clock."""
    found = []
    for chapter in clip.chapters():
        base = chapter["time_base"] or Fraction(1, 1000)
        first, last = chapter["start"] * base, chapter["end"] * base
        if last <= begin or (end is not None and first >= end):
            continue
        last = last if end is None else min(last, end)
        times = {"start": round(max(first - begin, 0) / base), "end": round((last - begin) / base)}
        found.append({**chapter, **times, "time_base": base})
    return found


def _covers(clip: Any, indices: Sequence[int]) -> dict[int, Any]:
    """Return the packets of cover art by stream; FFmpeg demuxes them first."""
    found: dict[int, Any] = {}
    if indices:
        for packet in itertools.islice(clip.demux(), len(clip.streams)):
            if packet.size and packet.stream_index in indices:
                found.setdefault(packet.stream_index, packet)
        clip.seek(0)
    return found
