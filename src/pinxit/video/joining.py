"""A film put together: its pictures, and what else the clip holds, in one file."""

from __future__ import annotations

import contextlib
import heapq
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from pinxit.video.clip import pictures_of
from pinxit.video.coding import TICK, Coding
from pinxit.video.ffmpeg import library, told
from pinxit.video.flow import Bytes
from pinxit.video.sound import SoundCoder
from pinxit.video.subtitles import SubtitleCoder

Timed = tuple[Fraction, Any]

# What streams are known by; the rest of what they say is about the file that they come from.
_KEPT = ("language", "title", "creation_time", "timecode")
# The languages that QuickTime's list calls by their other code (ISO 639-2).
OF_QUICKTIME = {
    "deu": "ger",
    "ell": "gre",
    "isl": "ice",
    "mkd": "mac",
    "nld": "dut",
    "sqi": "alb",
    "swe": "sve",
    "zho": "chi",
}
# Packets are put into the file in their order, but that one stream may lag behind the others by so much, s.
_LAG = 10
# Containers, by FFmpeg's names, that have no times below zero.
_NEVER_EARLY = ("matroska", "webm")
# So much later sound may be without anybody noticing, s.
_BARELY = Fraction(1, 100)


class Pictures(Protocol):
    """The coded pictures of a film."""

    def add_to(self, container: Any) -> Any:
        """Return a new stream of an output container for them."""

    def packets(self, stream: Any) -> Iterator[Timed]:
        """Yield its packets, each with the time in the film, s."""


@dataclass(frozen=True)
class Reels:
    """Pictures that are coded already, in pieces.

    Attributes:
        reels: in order, each with the time of its first frame in the whole, s.
        length: of the film, s.
        rate: its frames a second, on average.
    """

    reels: Sequence[tuple[Path, Fraction]]
    length: Fraction
    rate: Fraction

    def add_to(self, container: Any) -> Any:
        """See `Pictures`."""
        with library().open(f"file:{self.reels[0][0]}") as first:
            stream: Any = container.add_stream_from_template(first.streams.video[0])
        stream.time_base = TICK
        # A template has no rate, and what is made of the time base is nonsense.
        stream.codec_context.framerate = self.rate
        return stream

    def packets(self, stream: Any) -> Iterator[Timed]:
        """See `Pictures`."""
        yield from lasting(self._coded(stream), self.length)

    def _coded(self, stream: Any) -> Iterator[Timed]:
        av = library()
        for path, begin in self.reels:
            with av.open(f"file:{path}") as container:
                for packet in container.demux(video=0):
                    if packet.dts is None:
                        continue
                    time = packet.pts * packet.time_base + begin
                    packet.pts = packet.dts = round(time / TICK)
                    packet.time_base, packet.stream = TICK, stream
                    yield time, packet


@dataclass(frozen=True)
class Frames:
    """Pictures that are coded as the film is put together.

    Attributes:
        frames: gives each with its time, s, its pixels `(H, W, 3)` and their opacity `(H, W)` or None.
        height, width: px.
        coding: how.
        length: of the film, s.
    """

    frames: Callable[[], Iterator[tuple[Fraction, Bytes, Bytes | None]]]
    height: int
    width: int
    coding: Coding
    length: Fraction

    def add_to(self, container: Any) -> Any:
        """See `Pictures`."""
        return self.coding.add_to(container, self.height, self.width)

    def packets(self, stream: Any) -> Iterator[Timed]:
        """See `Pictures`."""
        yield from lasting(self._coded(stream), self.length)

    def _coded(self, stream: Any) -> Iterator[Timed]:
        for time, pixels, alpha in self.frames():
            frame = self.coding.frame(pixels, alpha)
            frame.pts, frame.time_base = round(time / TICK), TICK
            for packet in stream.encode(frame):
                yield packet.pts * packet.time_base, packet
        for packet in stream.encode(None):
            yield packet.pts * packet.time_base, packet


@dataclass(frozen=True)
class Part:
    """A stream of the clip that goes along.

    Attributes:
        index: its number in the clip.
        how: `copied`, packet by packet; `sound` or `subtitles`, recoded; `cover`; `attached`.
        codec: of what is recoded, by FFmpeg's name.
    """

    index: int
    how: str
    codec: str = ""


@dataclass(frozen=True)
class Cargo:
    """What goes into a film besides its pictures.

    Attributes:
        clip: gives the clip, opened by PyAV.
        parts: its streams that go along.
        texts: what the whole file says of itself.
        begin, end: what is shown of the clip, s on its own clock; None is its own end.
        most: packets of the clip that are read; None for all.
    """

    clip: Callable[[], Any]
    parts: Sequence[Part] = ()
    texts: Mapping[str, str] | None = None
    begin: Fraction = Fraction(0)
    end: Fraction | None = None
    most: int | None = None


def join(file: Any, kind: str, pictures: Pictures, cargo: Cargo | None, comment: str) -> None:
    """Write a film.

    Args:
        file: to write, a path or an open file.
        kind: of container, by FFmpeg's name.
        pictures: what is seen.
        cargo: what else goes along.
        comment: goes into its metadata.

    Raises:
        PinxitError: when the container cannot hold it, or there is no room.
    """
    av = library()
    path = file if isinstance(file, Path) else None
    with told(path, "try another --codec or another ending"), contextlib.ExitStack() as stack:
        # Players begin before they have read all, and MP4 keeps a clock that tells any two frames apart.
        options = {"movflags": "+faststart"} if path and kind in ("mp4", "mov") else {}
        if kind in _NEVER_EARLY:
            options = {"avoid_negative_ts": "disabled"}  # or all is late by what sound is early
        out = stack.enter_context(av.open(f"file:{file}" if path else file, "w", format=kind, options=options))
        video = pictures.add_to(out)
        streams: list[Iterator[Timed]] = [pictures.packets(video)]
        if cargo is not None:
            clip = stack.enter_context(cargo.clip())
            streams.append(_load(out, video, clip, cargo))
            out.metadata.update(cargo.texts or {})
        out.metadata["comment"] = comment
        # In the order in which they are shown and heard, so that a player need not hold a half of the film.
        for _, packet in heapq.merge(*streams, key=lambda item: item[0]):
            out.mux(packet)


def lasting(packets: Iterator[Timed], length: Fraction) -> Iterator[Timed]:
    """Packets that say how long they are shown: until the next, the last one to the end."""
    held: Timed | None = None
    for time, packet in packets:
        if held is not None:
            yield _until(held, time)
        held = (time, packet)
    if held is not None:
        yield _until(held, length)


def _until(held: Timed, time: Fraction) -> Timed:
    held[1].duration = max(1, round((time - held[0]) / held[1].time_base))
    return held


def _load(out: Any, video: Any, clip: Any, cargo: Cargo) -> Iterator[Timed]:
    """Make the streams of what goes along, before the header is written; their packets follow."""
    kind = out.format.name
    video.metadata.update(_said(pictures_of(clip), kind, timecode=not cargo.begin))
    out.set_chapters(_chapters(clip, cargo.begin, cargo.end))
    coders: dict[int, Any] = {}
    copied: dict[int, Any] = {}
    covers = _covers(clip, [part.index for part in cargo.parts if part.how == "cover"])
    pasted: list[Timed] = []
    for part in cargo.parts:
        source = clip.streams[part.index]
        if part.how == "cover":
            packet = covers.get(part.index)
            if packet is None:
                continue
            if kind == "matroska":
                ending = "png" if source.codec_context.name == "png" else "jpg"
                mime = "image/png" if ending == "png" else "image/jpeg"
                out.add_attachment(f"cover.{ending}", mime, bytes(packet))
                continue
            stream = out.add_stream_from_template(source, opaque=True)
            packet.stream, packet.pts, packet.dts = stream, 0, 0
            pasted.append((Fraction(0), packet))
        elif part.how == "attached":
            out.add_stream_from_template(source)
            continue
        elif part.how == "copied":
            stream = copied[part.index] = out.add_stream_from_template(source)
        else:
            if part.how == "sound":
                coder: Any = SoundCoder(source, out, part.codec, cargo.begin, cargo.end)
            else:
                coder = SubtitleCoder(source, out, part.codec)
            coders[part.index] = coder
            stream = coder.stream
        stream.metadata.update(_said(source, kind))
        stream.disposition = int(source.disposition)
    if not copied and not coders:
        return iter(pasted)
    return heapq.merge(pasted, _heard(_packets(clip, cargo, copied, coders), kind), key=lambda item: item[0])


def _heard(packets: Iterator[Timed], kind: str) -> Iterator[Timed]:
    """The packets that a container can hold: some have no times below zero, where an encoder warms up."""
    for time, packet in packets:
        # Of Opus it knows how much that is.
        if time < 0 and kind in _NEVER_EARLY and packet.stream.codec_context.codec.canonical_name != "opus":
            if time < -_BARELY:
                continue
            packet.pts = packet.dts = 0
        yield time, packet


def _packets(clip: Any, cargo: Cargo, copied: Mapping[int, Any], coders: Mapping[int, Any]) -> Iterator[Timed]:
    wanted = [clip.streams[index] for index in sorted([*copied, *coders])]
    packets = clip.demux(wanted) if cargo.most is None else clip.demux()
    latest: dict[int, int] = {}
    for number, packet in enumerate(packets):
        index = packet.stream_index
        if number == cargo.most:
            break
        if packet.pts is None or (index not in copied and index not in coders):
            continue
        stamp = packet.pts if packet.dts is None else packet.dts
        if packet.stream.type == "audio" and stamp <= latest.get(index, stamp - 1):
            continue  # damage that goes back in time, which no container takes
        latest[index] = stamp
        base: Fraction = packet.time_base
        time = packet.pts * base
        if cargo.end is not None and time >= cargo.end:
            if time > cargo.end + _LAG:
                break
            continue
        coder = coders.get(index)
        if isinstance(coder, SoundCoder):
            # It cuts by samples, and counts from where the film begins.
            yield from ((coded.pts * coded.time_base, coded) for coded in coder.packets(packet))
            continue
        # A decoder needs the packet before the one that is heard.
        before = 2 if packet.stream.type == "audio" else 1
        if cargo.begin and time + before * (packet.duration or 0) * base <= cargo.begin:
            continue
        for coded in [packet] if coder is None else coder.packets(packet):
            yield _moved(coded, cargo, copied.get(index))
    for coder in coders.values():
        if isinstance(coder, SoundCoder):
            yield from ((coded.pts * coded.time_base, coded) for coded in coder.rest())


def _moved(packet: Any, cargo: Cargo, stream: Any) -> Timed:
    """A packet of the clip on the film's clock."""
    base: Fraction = packet.time_base
    if stream is not None:
        packet.stream = stream
    shift = round(cargo.begin / base)
    if packet.stream.type == "subtitle":
        end = packet.pts + (packet.duration or 0) - shift
        last = end if cargo.end is None else min(end, round((cargo.end - cargo.begin) / base))
        packet.pts = packet.dts = max(0, packet.pts - shift)
        if packet.duration:
            packet.duration = max(1, last - packet.pts)
    else:
        packet.dts = (packet.pts if packet.dts is None else packet.dts) - shift
        packet.pts -= shift
    return packet.dts * base, packet


def _said(stream: Any, kind: str, *, timecode: bool = False) -> dict[str, str]:
    """What a stream says of itself that is true of the film's, for a kind of container."""
    found = {key.lower(): value for key, value in stream.metadata.items()}
    said = {key: found[key] for key in _KEPT if key in found and (timecode or key != "timecode")}
    # Players of MP4 look for a track's title in the name of what handles it, which mostly says what wrote the file.
    handler = found.get("handler_name", "")
    if kind == "mov" and "language" in said:
        said["language"] = OF_QUICKTIME.get(said["language"], said["language"])
    if kind in ("mp4", "mov"):
        return said | {"handler_name": said.get("title", handler)} if "title" in said or handler else said
    return said if handler.endswith("Handler") or not handler else {"title": handler} | said


def _chapters(clip: Any, begin: Fraction, end: Fraction | None) -> list[Any]:
    """The clip's chapters on the film's clock."""
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
    """Cover art, by its stream: FFmpeg gives it before anything else."""
    found: dict[int, Any] = {}
    if indices:
        for packet in itertools.islice(clip.demux(), len(clip.streams)):
            if packet.size and packet.stream_index in indices:
                found.setdefault(packet.stream_index, packet)
        clip.seek(0)
    return found
